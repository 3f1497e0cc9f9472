"""
A query's text with the dataset written into it.

Which graphs an engine asks when nobody says so differs from engine to engine, and Virtuoso reads ``FROM`` and the
protocol's parameters together. So every query is sent with FROM clauses that are ours alone.
"""

from dataclasses import dataclass
from itertools import pairwise

from cppcc_graph.errors import BadSyntax
from cppcc_graph.guard.outline import resolved
from cppcc_graph.guard.tokens import Token, is_word, place_of, tokens_of
from cppcc_graph.phrases import mark
from cppcc_graph.terms import BASE

NOWHERE = f"{BASE}store/nowhere"
"""A graph that never exists."""

_FORMS = ("SELECT", "CONSTRUCT", "ASK", "DESCRIBE")
_PROLOGUE = {"BASE": 2, "PREFIX": 3, "VERSION": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """IRIs of the graphs whose merge is the default graph, and of the named graphs; each may be none at all."""

    default: tuple[str, ...]
    named: tuple[str, ...]


def names_graphs(query: str) -> bool:
    """Whether *query* could look into named graphs; a true answer may be wrong."""
    return "graph" in query.lower()


def scoped(query: str, scope: Scope, *, base_iri: str | None = None) -> str:
    """
    *query* over exactly the graphs of *scope*, whatever it says itself.

    Args:
        query: A query that parses.
        scope: The graphs.
        base_iri: Written before the query, or None.

    Raises:
        BadSyntax: its keywords stand too close together to find the place of the dataset.

    Spec: SPARQL 1.1 Query, section 13.2 (specifying RDF datasets).
    """
    tokens = tokens_of(query)
    place = _place(query, tokens)
    clauses = [f"FROM <{iri}>" for iri in scope.default or (NOWHERE,)]
    # The graph that never exists is always among the named ones: Virtuoso takes GRAPH with an unlisted name for true.
    clauses += [f"FROM NAMED <{iri}>" for iri in (*scope.named, NOWHERE)]
    edits = [(place, place, f" {' '.join(clauses)} "), *_clauses_of(tokens, place)]
    edits += _unlisted(query, tokens, scope, base_iri) if names_graphs(query) else []
    base = f"BASE <{base_iri}> " if base_iri is not None else ""
    return base + _edited(query, edits)


def _place(query: str, tokens: list[Token]) -> int:
    """Offset behind the head of the query form, where dataset clauses belong."""
    position = 0
    while position < len(tokens) and tokens[position].text.upper() in _PROLOGUE:
        position += _PROLOGUE[tokens[position].text.upper()]
    head = tokens[position] if position < len(tokens) else None
    if head is None or head.kind != "word" or head.text.upper() not in _FORMS:
        raise _too_close(query, head)
    position += 1
    if head.text.upper() == "CONSTRUCT" and position < len(tokens) and tokens[position].text == "{":
        position = _behind_group(tokens, position)
    elif head.text.upper() == "DESCRIBE":
        while position < len(tokens) and _is_described(tokens[position]):
            position += 1
    elif head.text.upper() == "SELECT":
        position = _behind_projection(tokens, position)
    before = tokens[position - 1]
    return before.start + len(before.text)


def _is_described(token: Token) -> bool:
    return token.kind in ("iri", "name", "variable") or token.text == "*"


def _behind_group(tokens: list[Token], position: int) -> int:
    n_open = 0
    while position < len(tokens):
        n_open += (tokens[position].text == "{") - (tokens[position].text == "}")
        position += 1
        if n_open == 0:
            break
    return position


def _behind_projection(tokens: list[Token], position: int) -> int:
    n_open = 0
    while position < len(tokens):
        token = tokens[position]
        if n_open == 0 and (token.text == "{" or token.text.upper() in ("WHERE", "FROM", "FROMNAMED")):
            break
        n_open += (token.text == "(") - (token.text == ")")
        position += 1
    return position


def _clauses_of(tokens: list[Token], place: int) -> list[tuple[int, int, str]]:
    """The query's own dataset clauses, to be taken out; they stand between *place* and the pattern."""
    edits = []
    for position, token in enumerate(tokens):
        if token.start < place:
            continue
        if token.text.upper() not in ("FROM", "FROMNAMED") or token.kind != "word":
            if token.text == "{":
                break
            continue
        last = position + (2 if is_word(tokens[position + 1], "NAMED") else 1)
        edits.append((token.start, tokens[last].start + len(tokens[last].text), ""))
    return edits


def _unlisted(query: str, tokens: list[Token], scope: Scope, base_iri: str | None) -> list[tuple[int, int, str]]:
    """Names behind GRAPH that are no named graphs here, to be replaced by one that is nowhere."""
    form = next(token for token in tokens if token.text.upper() in _FORMS)
    prologue = query[: form.start]
    edits = []
    for before, token in pairwise(tokens):
        if is_word(before, "GRAPH") and token.kind in ("iri", "name"):
            iri = resolved(prologue, token.text, base_iri)
            if iri not in scope.named:
                edits.append((token.start, token.start + len(token.text), f"<{NOWHERE}>"))
    return edits


def _edited(query: str, edits: list[tuple[int, int, str]]) -> str:
    parts = []
    copied = 0
    for start, end, text in sorted(edits):
        parts += [query[copied:start], text]
        copied = end
    return "".join([*parts, query[copied:]])


def _too_close(query: str, token: Token | None) -> BadSyntax:
    line, column = place_of(query, token.start if token else 0)
    return BadSyntax(mark("write a space behind each keyword"), line=line, column=column, source="query")


def of_ours(wanted: tuple[tuple[str, ...], ...], names: tuple[str, ...]) -> Scope:
    """Those of the graphs asked for that are ours."""
    default, named_graphs = wanted
    return Scope(
        default=tuple(iri for iri in default if iri in names),
        named=tuple(iri for iri in named_graphs if iri in names),
    )
