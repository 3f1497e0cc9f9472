"""
Properties of things that were reconciled, as columns of a table.

Spec: Reconciliation Service API 0.2, section 5 (data extension service).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from cppcc_graph.queries import query as query_text
from cppcc_graph.reconciliation.reading import ExtensionQuery
from cppcc_graph.reconciliation.values import names, said
from cppcc_graph.store.base import Store, named
from cppcc_graph.terms import XSD, Literal, NamedNode, Term

Cell: TypeAlias = Mapping[str, str | int | float]
_INTEGERS = (XSD.integer, XSD.nonNegativeInteger)
_MIDNIGHT = "T00:00:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """
    The values asked for.

    Attributes:
        properties: IRI and name of each property.
        rows: By thing, then by property, its values as the specification writes them.
    """

    properties: Sequence[tuple[str, str]]
    rows: Mapping[str, Mapping[str, Sequence[Cell]]]


def extended(store: Store, wanted: ExtensionQuery, *, language: str) -> Extension:
    """What is said of the things that *wanted* names; texts in *language* where they are in several."""
    properties = [iri for iri, _limit in wanted.properties]
    known = said(store, wanted.ids, properties, also=properties)
    rows: dict[str, dict[str, list[Cell]]] = {}
    for thing in wanted.ids:
        rows[thing] = {}
        for iri, limit in wanted.properties:
            values = _spoken(known.of(thing, iri), language)[:limit]
            rows[thing][iri] = [
                {"id": value.value, "name": known.name(value.value, language)}
                if isinstance(value, NamedNode)
                else _cell(value)
                for value in values
            ]
    return Extension(properties=[(iri, known.name(iri, language)) for iri in properties], rows=rows)


def proposed_properties(store: Store, kind: str, *, language: str, limit: int) -> Sequence[tuple[str, str]]:
    """
    IRI and name of the properties of things of a class, or of anything where *kind* is empty; the most used first.

    Raises:
        BadSyntax: *kind* is no absolute IRI.
    """
    if kind:
        rows = store.select(query_text("properties-of-class"), kind=named(kind))
    else:
        rows = store.select(query_text("properties-of-all"))
    iris = [row["property"].value for row in rows if isinstance(row["property"], NamedNode)][:limit]
    known = names(store, iris)
    return [(iri, _name(known.get(iri, ()), iri, language)) for iri in iris]


def _name(labels: Sequence[Literal], iri: str, language: str) -> str:
    best = min(labels, key=lambda label: (label.language != language, label.value), default=None)
    return best.value if best is not None else iri.replace("#", "/").rpartition("/")[2]


def _spoken(values: Sequence[Term], language: str) -> list[Term]:
    """Texts in the language, where there are any; all that have none."""
    is_spoken = any(isinstance(value, Literal) and value.language == language for value in values)
    return [
        value
        for value in values
        if not (is_spoken and isinstance(value, Literal) and value.language not in (None, language))
    ]


def _cell(value: Term) -> Cell:
    if not isinstance(value, Literal):
        return {"str": str(value)}
    if value.datatype in _INTEGERS and value.value.lstrip("+-").isdecimal():
        return {"int": int(value.value)}
    if value.datatype == XSD.decimal:
        return {"float": float(value.value)}
    if value.datatype == XSD.date and len(value.value) == len("2024-12-20"):
        return {"date": value.value + _MIDNIGHT}
    return {"str": value.value}
