"""
Media types, their short names, and writing answers with the engine's own serialisers.

A query answers with solutions, a boolean or a graph (:class:`ResultForm`), and a :class:`Format` says which of these it
can hold. Two lists cover everything: the four SPARQL results formats and the six RDF formats.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import IO, TypeVar, cast

from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, QueryTriples, RdfFormat, serialize

from cppcc_graph.errors import UnknownFormat, UnsuitableFormat
from cppcc_graph.sinks import Sink, XmlSink
from cppcc_graph.terms import PREFIXES, RDF, XSD, Literal, NamedNode, Quad, Triple

Statement = TypeVar("Statement", Triple, Quad)


class ResultForm(Enum):
    """What a query answers with: SELECT solutions, ASK a boolean, CONSTRUCT and DESCRIBE a graph."""

    SOLUTIONS = "solutions"
    BOOLEAN = "boolean"
    GRAPH = "graph"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Format:
    """
    One way to write an answer; there is one object for each.

    Attributes:
        name: Short name, as in ``?format=csv`` and ``--format csv``.
        label: Name for a person.
        media_type: Without parameters.
        aliases: Other media types under which clients ask for it.
        extension: File name extension, without the dot.
        holds: The forms it can hold.
    """

    name: str
    label: str
    media_type: str
    aliases: tuple[str, ...] = ()
    extension: str
    holds: frozenset[ResultForm]

    def __reduce__(self) -> "tuple[Callable[[str], Format], tuple[str]]":
        """By name, so that it is the same object again in another process."""
        return format_named, (self.name,)

    @property
    def content_type(self) -> str:
        """Value of ``Content-Type``: text types say their charset (RFC 2046, section 4.1.2)."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type

    @property
    def media_types(self) -> tuple[str, ...]:
        """The media type, then its aliases."""
        return (self.media_type, *self.aliases)


_TABLE = frozenset({ResultForm.SOLUTIONS})
_TABLE_OR_BOOLEAN = frozenset({ResultForm.SOLUTIONS, ResultForm.BOOLEAN})
_GRAPH = frozenset({ResultForm.GRAPH})

JSON = Format(
    name="json",
    label="SPARQL Results JSON",
    media_type="application/sparql-results+json",
    aliases=("application/json", "text/json"),
    extension="srj",
    holds=_TABLE_OR_BOOLEAN,
)
XML = Format(
    name="xml",
    label="SPARQL Results XML",
    media_type="application/sparql-results+xml",
    aliases=("application/xml", "text/xml"),
    extension="srx",
    holds=_TABLE_OR_BOOLEAN,
)
CSV = Format(name="csv", label="CSV", media_type="text/csv", extension="csv", holds=_TABLE)
TSV = Format(name="tsv", label="TSV", media_type="text/tab-separated-values", extension="tsv", holds=_TABLE)
TURTLE = Format(
    name="turtle",
    label="Turtle",
    media_type="text/turtle",
    aliases=("application/x-turtle", "application/turtle"),
    extension="ttl",
    holds=_GRAPH,
)
N_TRIPLES = Format(
    name="ntriples",
    label="N-Triples",
    media_type="application/n-triples",
    aliases=("text/plain",),
    extension="nt",
    holds=_GRAPH,
)
RDF_XML = Format(
    name="rdfxml",
    label="RDF/XML",
    media_type="application/rdf+xml",
    aliases=("application/xml", "text/xml"),
    extension="rdf",
    holds=_GRAPH,
)
JSON_LD = Format(
    name="jsonld",
    label="JSON-LD",
    media_type="application/ld+json",
    aliases=("application/json",),
    extension="jsonld",
    holds=_GRAPH,
)
TRIG = Format(name="trig", label="TriG", media_type="application/trig", extension="trig", holds=_GRAPH)
N_QUADS = Format(
    name="nquads",
    label="N-Quads",
    media_type="application/n-quads",
    aliases=("text/x-nquads",),
    extension="nq",
    holds=_GRAPH,
)

RESULTS_FORMATS: tuple[Format, ...] = (JSON, XML, CSV, TSV)
GRAPH_FORMATS: tuple[Format, ...] = (TURTLE, N_TRIPLES, RDF_XML, JSON_LD, TRIG, N_QUADS)
DATASET_FORMATS: tuple[Format, ...] = (TRIG, N_QUADS, JSON_LD)
FORMATS: tuple[Format, ...] = RESULTS_FORMATS + GRAPH_FORMATS
"""All formats; within a form, the first is what we answer when nothing is asked for."""

_RESULTS_WRITERS = {
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
}
_RDF_SYNTAXES = {
    "turtle": RdfFormat.TURTLE,
    "ntriples": RdfFormat.N_TRIPLES,
    "rdfxml": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
    "trig": RdfFormat.TRIG,
    "nquads": RdfFormat.N_QUADS,
}
_FILE_EXTENSIONS = {
    ".ttl": TURTLE,
    ".nt": N_TRIPLES,
    ".rdf": RDF_XML,
    ".owl": RDF_XML,
    ".jsonld": JSON_LD,
    ".trig": TRIG,
    ".nq": N_QUADS,
}
RDF_EXTENSIONS: tuple[str, ...] = tuple(_FILE_EXTENSIONS)
"""File name extensions that we read as RDF, each with its dot."""


def format_named(name: str) -> Format:
    """
    The format with this short name, whatever its case.

    Raises:
        UnknownFormat: no format is called that.
    """
    for candidate in FORMATS:
        if candidate.name == name.strip().lower():
            return candidate
    raise UnknownFormat(name, known=[candidate.name for candidate in FORMATS])


def format_of_file(suffix: str) -> Format | None:
    """The RDF format of files ending in *suffix* (``.ttl``), or None when it is not an RDF file's."""
    return _FILE_EXTENSIONS.get(suffix.lower())


def rdf_syntax(rdf_format: Format) -> RdfFormat:
    """The engine's name for one of `GRAPH_FORMATS`."""
    return _RDF_SYNTAXES[rdf_format.name]


def suitable(form: ResultForm) -> tuple[Format, ...]:
    """Formats that can hold *form*, our preference first. Never empty."""
    return tuple(candidate for candidate in FORMATS if form in candidate.holds)


def choose(requested: Sequence[Format], form: ResultForm) -> Format:
    """
    The first requested format that can hold *form*; our preference when nothing is requested.

    Raises:
        UnsuitableFormat: formats were requested and none can hold *form*.
    """
    if not requested:
        return suitable(form)[0]
    for candidate in requested:
        if form in candidate.holds:
            return candidate
    names = [candidate.name for candidate in suitable(form)]
    raise UnsuitableFormat([f.name for f in requested], form=form.value, suitable=names)


def write_results(results: QuerySolutions | QueryBoolean, results_format: Format, into: Sink | None = None) -> bytes:
    """
    Solutions or a boolean, whole, in one of `RESULTS_FORMATS`; written *into* a file in pieces where one is given.

    Raises:
        UnsuitableFormat: XML cannot hold a character; pieces may have been written.

    Spec: SPARQL 1.1 Query Results JSON Format; XML Format; CSV and TSV Formats.
    """
    if results_format is not XML:
        return results.serialize(_file(into), format=_RESULTS_WRITERS[results_format.name]) or b""
    document = XmlSink(into)
    results.serialize(_file(document), format=QueryResultsFormat.XML)
    if document.is_wrong:
        names = [candidate.name for candidate in suitable(ResultForm.SOLUTIONS) if candidate is not XML]
        raise UnsuitableFormat([XML.name], form=ResultForm.SOLUTIONS.value, suitable=names)
    return document.held()


def _file(into: Sink | None) -> IO[bytes] | None:
    return cast("IO[bytes] | None", into)  # the engine only ever calls write


def write_graph(statements: Iterable[Statement], rdf_format: Format, into: Sink | None = None) -> bytes:
    """
    Triples or quads, whole, in one of `GRAPH_FORMATS`, with the project's prefixes where the format has prefixes;
    written *into* a file in pieces where one is given.

    Quads keep their graph names in TriG and N-Quads (and JSON-LD); for the other formats hand over triples.

    Raises:
        UnsuitableFormat: RDF/XML cannot hold a predicate, because its IRI does not end in an XML name; JSON-LD cannot
            hold a triple term.

    Spec: RDF 1.1 XML Syntax, section 2.2 (node elements and property elements).
    """
    listed = list(statements)
    if rdf_format is RDF_XML and not all(_XML_NAME_END.search(statement.predicate.value) for statement in listed):
        raise unsuitable_for_graph(rdf_format)
    if rdf_format is JSON_LD and any(isinstance(statement.object, Triple) for statement in listed):
        raise unsuitable_for_graph(rdf_format)
    prefixes = _prefixes_of(listed, rdf_format)
    if rdf_format is not RDF_XML:
        return serialize(listed, _file(into), format=rdf_syntax(rdf_format), prefixes=prefixes) or b""
    document = XmlSink(into)
    serialize(listed, _file(document), format=RdfFormat.RDF_XML, prefixes=prefixes)
    if document.is_wrong:
        raise unsuitable_for_graph(RDF_XML)
    return document.held()


def unsuitable_for_graph(rdf_format: Format) -> UnsuitableFormat:
    """What is raised for a graph that one of `GRAPH_FORMATS` cannot hold."""
    others = [candidate.name for candidate in GRAPH_FORMATS if candidate is not rdf_format]
    return UnsuitableFormat([rdf_format.name], form=ResultForm.GRAPH.value, suitable=others)


def write_lines(triples: QueryTriples, into: Sink | None = None) -> tuple[bytes, int]:
    """
    N-Triples of a query's answer, each triple once, and how many there are; written *into* a file where one is given.

    Five times faster than by way of triples in Python, because only lines are compared.

    Spec: RDF 1.1 N-Triples, section 2.
    """
    written = triples.serialize(format=RdfFormat.N_TRIPLES) or b""
    lines = dict.fromkeys(written.splitlines(keepends=True))
    body = b"".join(lines)
    if into is None:
        return body, len(lines)
    into.write(body)
    return b"", len(lines)


# The engine writes a document that is no XML for such a predicate.
_XML_NAME_END = re.compile(r"[^\W\d][\w.-]*\Z")
_UNWRITTEN_DATATYPES = (XSD.string, RDF.langString, XSD.integer, XSD.decimal, XSD.boolean)


def _prefixes_of(statements: Iterable[Statement], rdf_format: Format) -> dict[str, str]:
    """The project's prefixes whose namespaces occur; none for a format that writes IRIs in full."""
    if rdf_format in (N_TRIPLES, N_QUADS):
        return {}
    used: set[str] = set()
    for statement in statements:
        for term in (statement.subject, statement.predicate, statement.object):
            name = term.datatype if isinstance(term, Literal) else term
            if isinstance(name, NamedNode) and name not in _UNWRITTEN_DATATYPES:
                used.add(name.value[: max(name.value.rfind("#"), name.value.rfind("/")) + 1])
    return {prefix: iri for prefix, iri in PREFIXES.items() if iri in used}
