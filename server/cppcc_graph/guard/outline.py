"""What the tokens of a query tell without parsing it: its form, its prologue, the graphs that it asks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

import pyoxigraph
from pyoxigraph import QuerySolutions

from cppcc_graph.errors import UpdateRefused
from cppcc_graph.guard.tokens import Token, is_word, place_of
from cppcc_graph.terms import NamedNode

UPDATES = frozenset(["INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH"])
"""The words with which the operations of an update begin."""
LENGTHS: Mapping[str, int] = MappingProxyType({"BASE": 2, "PREFIX": 3, "VERSION": 2})
"""How many tokens a declaration has, by its first."""

# An absolute IRI of a kind that nobody doubts; every base leaves it alone.
_PLAIN_IRI = re.compile(r"<(https?://[\w.\-]+(?::\d{1,4})?/[\w/.~\-]*(?:#[\w/.~\-]*)?)>\Z", re.ASCII)


class Form(Enum):
    """The query forms of SPARQL 1.1, section 16."""

    SELECT = "select"
    CONSTRUCT = "construct"
    ASK = "ask"
    DESCRIBE = "describe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """
    What the tokens tell about a query that was let through.

    Attributes:
        form: None when the text has no query form where one belongs; the engine will say what is wrong.
        prologue: The text before the query form: BASE and PREFIX declarations.
        default_graphs: IRIs of FROM as written: ``<…>`` or prefixed names.
        named_graphs: The same for FROM NAMED.
    """

    form: Form | None
    prologue: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]

    @property
    def has_dataset_clause(self) -> bool:
        """Whether the query itself says which graphs it asks."""
        return bool(self.default_graphs or self.named_graphs)

    def dataset(self, base_iri: str | None) -> tuple[list[str], list[str]] | None:
        """
        Absolute IRIs of FROM and of FROM NAMED, in the order of the query.

        None when one of them has an undeclared prefix or no base; the engine will refuse the whole query then.

        Spec: SPARQL 1.1 Query, section 13.2.
        """
        written = self.default_graphs + self.named_graphs
        iris = [iri for text in written if (iri := resolved(self.prologue, text, base_iri))]
        if len(iris) < len(written):
            return None
        return iris[: len(self.default_graphs)], iris[len(self.default_graphs) :]


def outline_of(query: str, tokens: list[Token]) -> Outline:
    """
    The outline of a query, from its text and its tokens.

    Raises:
        UpdateRefused: the text begins like an update.
    """
    start = end_of_prologue(tokens)
    head = tokens[start] if start < len(tokens) else None
    keyword = head.text.upper() if head and head.kind == "word" else ""
    if head and keyword in UPDATES:
        line, column = place_of(query, head.start)
        raise UpdateRefused(keyword, line=line, column=column)
    default, named = _dataset_clauses(tokens[start:])
    return Outline(
        form=Form(keyword.lower()) if keyword in Form.__members__ else None,
        prologue=query[: head.start] if head else query,
        default_graphs=tuple(default),
        named_graphs=tuple(named),
    )


def end_of_prologue(tokens: list[Token]) -> int:
    """Index of the first token after BASE, PREFIX and VERSION declarations. Spec: SPARQL 1.1 Query, section 4.1."""
    position = 0
    while position < len(tokens) and tokens[position].kind == "word":
        length = LENGTHS.get(tokens[position].text.upper())
        if length is None:
            break
        position += length
    return position


def _dataset_clauses(tokens: list[Token]) -> tuple[list[str], list[str]]:
    default: list[str] = []
    named: list[str] = []
    for position, token in enumerate(tokens):
        if token.kind != "word" or token.text.upper() not in ("FROM", "FROMNAMED"):
            continue
        rest = tokens[position + 1 : position + 3]
        is_named = token.text.upper() == "FROMNAMED" or (bool(rest) and is_word(rest[0], "NAMED"))
        graph = rest[-1:] if is_named and token.text.upper() == "FROM" else rest[:1]
        (named if is_named else default).extend(g.text for g in graph if g.kind in ("iri", "name"))
    return default, named


def resolved(prologue: str, written: str, base_iri: str | None) -> str:
    """
    The absolute IRI of ``<…>`` or a prefixed name, *written* behind *prologue*; empty when there is none.

    The engine itself resolves it, in a query of nothing else.
    """
    if plain := _PLAIN_IRI.match(written):
        return plain[1]
    try:
        answer = pyoxigraph.Store().query(f"{prologue}\nSELECT ({written} AS ?graph) {{}}", base_iri=base_iri)
    except (SyntaxError, ValueError):
        return ""
    term = next(answer)["graph"] if isinstance(answer, QuerySolutions) else None
    return term.value if isinstance(term, NamedNode) else ""
