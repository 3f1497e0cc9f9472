"""Things looked for and looked at."""

from collections.abc import Sequence

from cppcc_graph.describe import Entity, Figure, Named, Property, Span, describe, evidence, is_known
from cppcc_graph.errors import BadSyntax, UnknownEntity
from cppcc_graph.mcp.answers import (
    Described,
    Evidence,
    FigureOf,
    FoundThing,
    FoundThings,
    Kind,
    Kinds,
    Place,
    Statement,
)
from cppcc_graph.queries import query
from cppcc_graph.search import Wanted, search
from cppcc_graph.store.base import Store
from cppcc_graph.terms import PREFIXES, Literal, NamedNode, Term

_NOTHING_FOUND = (
    "Nothing has these words. Use fewer or shorter words, another language, or list_classes to see what is there."
)
_NO_EVIDENCE = (
    "This thing rests on no place itself: evidence sits on figures, events, recognitions and statements. "
    "describe_entity lists those about it, each with its own evidence."
)
_MOST_STATEMENTS = 200


def iri_of(written: str) -> str:
    """
    The IRI that *written* names: itself, within < and >, or shortened as cppcc:Report.

    Raises:
        BadSyntax: it is neither.
    """
    text = written.strip().removeprefix("<").removesuffix(">")
    prefix, colon, local = text.partition(":")
    if colon and prefix in PREFIXES and not local.startswith("//"):
        return PREFIXES[prefix] + local
    if not colon:
        raise BadSyntax(
            f"'{written}' is no IRI; give one that another tool has answered with, or one such as cppcc:Report"
        )
    return text


def find(store: Store, words: str, *, language: str, types: Sequence[str], limit: int) -> FoundThings:
    """Things by their words, the best first."""
    wanted = Wanted(words=words, language=language, types=tuple(iri_of(known) for known in types), limit=limit)
    found = search(store, wanted)
    things = [
        FoundThing(
            iri=hit.iri,
            label=hit.label,
            types=hit.types,
            description=hit.description,
            matched=hit.matched,
            score=hit.score,
        )
        for hit in found.hits
    ]
    return FoundThings(things=things, n_found=found.n_hits, advice="" if things else _NOTHING_FOUND)


def look_at(store: Store, written: str, *, language: str) -> Described:
    """One thing with all that is said of it."""
    entity = describe(store, iri_of(written), language=language)
    return Described(
        iri=entity.iri,
        label=entity.label or "",
        description=entity.description,
        aliases=[alias.value for alias in entity.aliases],
        types=[known.iri for known in entity.types],
        figures=[_figure(figure) for figure in entity.figures],
        statements=_statements(entity.outgoing),
        mentions=_statements(entity.incoming),
        evidence=[_place(span) for span in entity.evidence],
        left_out=_left_out(entity),
    )


def rests_on(store: Store, written: str, *, language: str) -> Evidence:
    """
    The places on which a thing rests.

    Raises:
        UnknownEntity: nothing is said of it.
    """
    iri = iri_of(written)
    places = [_place(span) for span in evidence(store, iri, language=language)]
    if not places and not is_known(store, iri):
        raise UnknownEntity(iri)
    return Evidence(iri=iri, places=places, advice="" if places else _NO_EVIDENCE)


def classes(store: Store, *, language: str) -> Kinds:
    """Every class that things have, with an example each."""
    return _kinds(store, "mcp-classes", language)


def indicators(store: Store, *, language: str) -> Kinds:
    """Every indicator that figures have, with an example each."""
    return _kinds(store, "mcp-indicators", language)


def _kinds(store: Store, name: str, language: str) -> Kinds:
    found: dict[str, Kind] = {}
    for row in store.select(query(name), language=Literal(language)):
        kind = Kind(
            iri=_text(row["class"]),
            label=_text(row["label"]),
            definition=_text(row["definition"]),
            n=int(_text(row["n"])),
            example=_text(row["example"]),
            example_label=_text(row["exampleLabel"]),
        )
        found.setdefault(kind.iri, kind)
    return Kinds(kinds=list(found.values()))


def _statements(properties: Sequence[Property]) -> list[Statement]:
    return [
        Statement(
            property=known.predicate.iri,
            property_label=known.predicate.label or "",
            value=_text(value.term),
            value_label=value.label or "",
            status=" ".join(mark.label or mark.iri for mark in value.standing.marks) if value.standing else "",
            evidence=[span.iri for span in value.standing.spans] if value.standing else [],
        )
        for known in properties
        for value in known.values[:_MOST_STATEMENTS]
    ]


def _figure(figure: Figure) -> FigureOf:
    return FigureOf(
        iri=figure.figure.iri,
        indicator=_name(figure.indicator),
        value=figure.value,
        unit=_name(figure.unit),
        bound=_name(figure.bound),
        period=_name(figure.period),
        body=_name(figure.body),
        evidence=[span.iri for span in figure.standing.spans] if figure.standing else [],
    )


def _left_out(entity: Entity) -> str:
    more = [
        f"{known.n_values - len(values)} more of {known.predicate.label or known.predicate.iri}"
        for known in (*entity.outgoing, *entity.incoming)
        if (values := known.values[:_MOST_STATEMENTS]) and known.n_values > len(values)
    ]
    return f"{'; '.join(more)}. Ask run_query for all of them." if more else ""


def _place(span: Span) -> Place:
    return Place(
        iri=span.iri,
        report=span.report.iri,
        line=span.line,
        start=span.start,
        end=span.end,
        words=span.exact,
        is_basis=span.is_basis,
    )


def _name(known: Named | None) -> str:
    return "" if known is None else known.label or known.iri


def _text(term: Term | None) -> str:
    if isinstance(term, NamedNode | Literal):
        return term.value
    return "" if term is None else str(term)
