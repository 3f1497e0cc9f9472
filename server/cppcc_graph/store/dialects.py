"""
What engines do differently, measured with ``oxigraph serve`` 0.5.13, Fuseki 5.5 and Virtuoso 7.2.5.

==========  ==========================================================================================================
engine      what has to be known
==========  ==========================================================================================================
every one   several FROM clauses are a bag in Oxigraph and Virtuoso, a set in Fuseki
Oxigraph    a query above its time limit is answered 200, and the document ends in "operation has been cancelled"
Fuseki      the same, and in N-Triples the last words are a comment, so that the document still parses; 13 is 13.0
Virtuoso    tables are cut at ``ResultSetMaxRows`` and say so in a header, graphs at ``MaxConstructTriples`` and do not;
            a query above its time gives part of the rows and a header; an update is several transactions; a yes is a
            table; true is 1, and a computed boolean an integer; 5 000 triples do not parse in one text; INSERT DATA
            takes no blank nodes
==========  ==========================================================================================================
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Mend = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """
    How one kind of engine is spoken to.

    Attributes:
        name: For messages.
        is_transactional: Whether one update request is carried out whole or not at all, unseen by readers before.
        merges_as_set: Whether several FROM clauses give a set.
        prologue: What stands before each query.
        timeout_unit_s: Seconds in one unit of the parameter ``timeout``; None where it is not known.
        max_triples_per_update: More do not fit into one INSERT; None where all do.
        cuts_graphs: Whether a CONSTRUCT may end early without a word.
        mend_table: Rewrites lines of SPARQL Results JSON into what other engines write; None where nothing differs.
        mend_graph: The same for N-Triples.
        write: Rewrites terms in N-Triples into those that the engine gives back for them.
    """

    name: str = "the engine"
    is_transactional: bool = True
    merges_as_set: bool = False
    prologue: str = ""
    timeout_unit_s: float | None = None
    max_triples_per_update: int | None = None
    cuts_graphs: bool = False
    mend_table: Mend | None = None
    mend_graph: Mend | None = None
    write: Callable[[str], str] = str


def _virtuoso_table(lines: bytes) -> bytes:
    """Inside a string a quote would be escaped, so these can only be the document's own; so too below."""
    lines = _NODE_ID.sub(rb"\1", lines)
    lines = _BOOLEAN.sub(lambda found: found[1] + (b"true" if found[2] == b"1" else b"false"), lines)
    return _NO_VARIABLE.sub(b"", lines)


def _fuseki_table(lines: bytes) -> bytes:
    return _DECIMAL_IN_JSON.sub(rb"\1\2", lines) if b"#decimal" in lines else lines


def _fuseki_graph(lines: bytes) -> bytes:
    return _DECIMAL_IN_N_TRIPLES.sub(rb"\1\2", lines) if b"#decimal" in lines else lines


def _for_fuseki(text: str) -> str:
    """TDB2 keeps the decimal 13, gives 13.0 back, and takes the two for different terms."""
    return _WHOLE_DECIMAL.sub(r"\1.0", text) if "#decimal" in text else text


_WHOLE_DECIMAL = re.compile(r'((?:^| )"-?\d+)(?="\^\^<http://www\.w3\.org/2001/XMLSchema#decimal>)', re.MULTILINE)
_DECIMAL = rb"(-?\d+(?:\.\d*[1-9])?)\.?0*"
_DECIMAL_IN_JSON = re.compile(
    rb'("datatype": "http://www\.w3\.org/2001/XMLSchema#decimal" , "value": ")' + _DECIMAL + rb'(?=")'
)
_DECIMAL_IN_N_TRIPLES = re.compile(rb'( ")' + _DECIMAL + rb'(?="\^\^<http://www\.w3\.org/2001/XMLSchema#decimal>)')
_NODE_ID = re.compile(rb'("type": "bnode", "value": ")nodeID://')
_BOOLEAN = re.compile(rb'("datatype": "http://www\.w3\.org/2001/XMLSchema#boolean", "value": ")([01])(?=")')
_NO_VARIABLE = re.compile(rb'"_star_fake"(?:: \{[^}]*\})?')

PLAIN = Dialect()
FUSEKI = Dialect(
    name="Fuseki",
    merges_as_set=True,
    timeout_unit_s=1.0,
    mend_table=_fuseki_table,
    mend_graph=_fuseki_graph,
    write=_for_fuseki,
)
VIRTUOSO = Dialect(
    name="Virtuoso",
    is_transactional=False,
    prologue='define sql:describe-mode "CBD" ',
    timeout_unit_s=0.001,
    max_triples_per_update=1000,
    cuts_graphs=True,
    mend_table=_virtuoso_table,
)


def dialect_of(headers: Mapping[str, str]) -> Dialect:
    """The dialect of the engine that sent these headers of a response."""
    if "virtuoso" in headers.get("Server", "").lower():
        return VIRTUOSO
    if "Fuseki-Request-Id" in headers or "fuseki" in headers.get("Server", "").lower():
        return FUSEKI
    return PLAIN
