"""Figures, and how what is said is said: done or planned, stated or inferred, and resting on which characters."""

from collections.abc import Mapping

from cppcc_graph.describe.rows import iri_in, named_in, text_in
from cppcc_graph.describe.things import Figure, Named, Standing
from cppcc_graph.queries import query
from cppcc_graph.store.base import Store, named
from cppcc_graph.terms import CPPCC, Literal, Solution

_EVIDENCE = (CPPCC.evidence, CPPCC.inferredFrom)


def standings(store: Store, iri: str, *, language: str) -> dict[str, Standing]:
    """How the thing called *iri*, and each that is linked with it in either direction, is said; by IRI."""
    marks: dict[str, dict[str, Named]] = {}
    spans: dict[str, dict[str, Named]] = {}
    for row in store.select(query("describe-standing"), iri=named(iri), language=Literal(language)):
        if row["role"] in _EVIDENCE:
            span = named_in(row, "mark", "exact")
            spans.setdefault(iri_in(row, "node"), {})[span.iri] = span
        else:
            mark = named_in(row, "mark")
            marks.setdefault(iri_in(row, "node"), {})[mark.iri] = mark
    return {
        node: Standing(marks=list(marks.get(node, {}).values()), spans=list(spans.get(node, {}).values()))
        for node in dict.fromkeys([*marks, *spans])
        if node
    }


def figures(store: Store, iri: str, standing: Mapping[str, Standing], *, language: str) -> list[Figure]:
    """
    The figure called *iri*, or those that concern the thing of that name.

    Args:
        store: Where to look.
        iri: Absolute IRI.
        standing: From :func:`standings` of the same thing.
        language: Tag of the language in which names are given.
    """
    found: dict[str, Figure] = {}
    for row in store.select(query("describe-figures"), iri=named(iri), language=Literal(language)):
        known = _figure(row, standing)
        if known.figure.iri:
            found.setdefault(known.figure.iri, known)
    return list(found.values())


def _figure(row: Solution, standing: Mapping[str, Standing]) -> Figure:
    return Figure(
        figure=named_in(row, "figure"),
        indicator=named_in(row, "indicator"),
        value=text_in(row, "value") or "",
        unit=_maybe(row, "unit"),
        bound=_maybe(row, "bound"),
        period=_maybe(row, "period"),
        body=_maybe(row, "body"),
        standing=standing.get(iri_in(row, "figure")),
    )


def _maybe(row: Solution, name: str) -> Named | None:
    return named_in(row, name) if iri_in(row, name) else None
