"""One thing: what is said of it, what refers to it, what it rests on."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from cppcc_graph.describe.figures import figures, standings
from cppcc_graph.describe.rows import iri_in, language_of, named_in, number_in, text_in
from cppcc_graph.describe.things import Entity, Figure, Property, Source, Span, Standing, Value
from cppcc_graph.errors import UnknownEntity
from cppcc_graph.queries import query
from cppcc_graph.store.base import Store, named
from cppcc_graph.terms import CPPCC, DCTERMS, RDF, RDFS, SKOS, Literal, NamedNode, Solution, Term, Triple

_HEAD = frozenset({RDF.type, RDFS.label, SKOS.prefLabel, SKOS.altLabel, SKOS.definition, DCTERMS.description})
_STANDING = frozenset({CPPCC.status, CPPCC.certainty})
_EVIDENCE = frozenset({CPPCC.evidence, CPPCC.inferredFrom})


def describe(store: Store, iri: str, *, language: str, max_values: int = 30) -> Entity:
    """
    Everything the dataset says about one thing.

    Args:
        store: Where to look.
        iri: Absolute IRI.
        language: Tag of the language in which names are given.
        max_values: Upper limit on the values of each incoming property (count); the rest is only counted.

    Raises:
        BadSyntax: *iri* is not an absolute IRI.
        UnknownEntity: no statement has *iri* as subject or object.

    Spec: RDF 1.1 Concepts, section 3.1 (triples).
    """
    node, tag = named(iri), Literal(language)
    outgoing = store.select(query("describe-outgoing"), iri=node, language=tag)
    incoming = store.select(query("describe-incoming"), iri=node, language=tag)
    if not outgoing and not incoming:
        raise UnknownEntity(iri)
    standing = standings(store, iri, language=language)
    found = figures(store, iri, standing, language=language)
    others = [row for row in incoming if row["subject"] not in _nodes(found)]
    return Entity(
        iri=iri,
        label=_text_of(outgoing, (RDFS.label, SKOS.prefLabel), language),
        description=_text_of(outgoing, (DCTERMS.description, SKOS.definition), language) or "",
        aliases=_literals(outgoing, (SKOS.altLabel,)),
        types=[named_in(row, "object") for row in outgoing if row["predicate"] == RDF.type],
        standing=standing.get(iri),
        figures=found,
        outgoing=_properties(_shown(outgoing, language), "object", standing, max_values=len(outgoing)),
        incoming=_properties(others, "subject", standing, max_values=max_values),
        evidence=evidence(store, iri, language=language),
    )


def evidence(store: Store, iri: str, *, language: str) -> list[Span]:
    """The spans that the thing called *iri* rests on, or the span that it is; empty when it rests on none."""
    spans: dict[tuple[str, bool], Span] = {}
    for row in store.select(query("describe-evidence"), iri=named(iri), language=Literal(language)):
        span = _span(row)
        spans.setdefault((span.iri, span.is_basis), span)
    return list(spans.values())


def document(store: Store, iri: str) -> list[Triple]:
    """
    The description of one thing as a graph: statements in both directions, and the spans it rests on.

    Raises:
        BadSyntax: *iri* is not an absolute IRI.
        UnknownEntity: no statement has *iri* as subject or object.
    """
    triples = store.construct(query("describe-document"), iri=named(iri))
    if not triples:
        raise UnknownEntity(iri)
    return triples


def _shown(rows: Iterable[Solution], language: str) -> list[Solution]:
    """Outgoing rows for the list: without what has a place of its own, texts in the reader's language if there are."""
    kept = [row for row in rows if row["predicate"] not in _HEAD | _STANDING | _EVIDENCE]
    spoken = {row["predicate"] for row in kept if language_of(row["object"]) == language}
    return [row for row in kept if row["predicate"] not in spoken or language_of(row["object"]) in (language, None)]


def _nodes(found: Iterable[Figure]) -> frozenset[Term | None]:
    return frozenset(NamedNode(known.figure.iri) for known in found)


def _properties(
    rows: Iterable[Solution], end: str, standing: Mapping[str, Standing], *, max_values: int
) -> list[Property]:
    properties = []
    for _predicate, group in groupby(rows, key=lambda row: row["predicate"]):
        rows_by_end: dict[Term | None, Solution] = {}
        for row in group:  # a link that two reports state has two rows
            rows_by_end.setdefault(row[end], row)
        same = list(rows_by_end.values())
        values = [_value(row, end, standing) for row in same[:max_values]]
        properties.append(Property(predicate=named_in(same[0], "predicate"), values=values, n_values=len(same)))
    return properties


def _value(row: Solution, end: str, standing: Mapping[str, Standing]) -> Value:
    term, statement = row[end], iri_in(row, "statement") or None
    if term is None:
        raise TypeError(f"?{end} is always bound")
    return Value(
        term=term,
        label=text_in(row, f"{end}Label"),
        statement_iri=statement,
        standing=standing.get(statement or iri_in(row, end)),
    )


def _span(row: Solution) -> Span:
    return Span(
        iri=iri_in(row, "span"),
        start=number_in(row, "start"),
        end=number_in(row, "end"),
        exact=text_in(row, "exact"),
        line=number_in(row, "line"),
        report=named_in(row, "report"),
        is_basis=row["role"] == CPPCC.inferredFrom,
        source=Source(
            iri=iri_in(row, "text"),
            file_name=text_in(row, "fileName") or "",
            sha256=text_in(row, "sha256") or "",
            length=number_in(row, "length"),
            published=iri_in(row, "source") or None,
        ),
    )


def _text_of(rows: Iterable[Solution], predicates: Sequence[NamedNode], language: str) -> str | None:
    """The best text among the values of *predicates*: in *language*, else any."""
    literals = _literals(rows, predicates)
    best = min(literals, key=lambda literal: literal.language != language, default=None)
    return best.value if best is not None else None


def _literals(rows: Iterable[Solution], predicates: Sequence[NamedNode]) -> list[Literal]:
    found = (row["object"] for predicate in predicates for row in rows if row["predicate"] == predicate)
    return list(dict.fromkeys(value for value in found if isinstance(value, Literal)))
