"""What things say by some properties, many at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cppcc_graph.store.base import Store
from cppcc_graph.terms import RDFS, SKOS, Literal, NamedNode, Solution, Term

_AT_ONCE = 200
_VALUES = "SELECT ?thing ?property ?value { VALUES ?thing { %s } VALUES ?property { %s } ?thing ?property ?value }"
_NAMES = f"SELECT ?thing ?label {{ VALUES ?thing {{ %s }} ?thing {RDFS.label}|{SKOS.prefLabel} ?label }}"


@dataclass(frozen=True, slots=True)
class Said:
    """The values of properties, by the IRIs of thing and property, and the names of those that are things."""

    values: Mapping[tuple[str, str], Sequence[Term]]
    names: Mapping[str, Sequence[Literal]]

    def of(self, thing: str, property_iri: str) -> Sequence[Term]:
        """The values of a property of a thing; empty for none."""
        return self.values.get((thing, property_iri), ())

    def name(self, iri: str, language: str) -> str:
        """The name of a thing in a language where it has one, else another, else the end of its IRI."""
        known = self.names.get(iri, ())
        best = min(known, key=lambda label: (label.language != language, label.value), default=None)
        return best.value if best is not None else iri.rstrip("/#").replace("#", "/").rpartition("/")[2]


def said(store: Store, things: Iterable[str], properties: Iterable[str], *, also: Iterable[str] = ()) -> Said:
    """The values of *properties* of *things*, all absolute IRIs, in order, and names; those of *also*, too."""
    values: dict[tuple[str, str], list[Term]] = {}
    wanted = _written(properties)
    for part in _parts(list(dict.fromkeys(things))):
        if not wanted:
            break
        for row in store.select(_VALUES % (_written(part), wanted)):
            values.setdefault((_iri(row, "thing"), _iri(row, "property")), []).append(_value(row))
    named_things = [term.value for known in values.values() for term in known if isinstance(term, NamedNode)]
    for known in values.values():
        known.sort(key=str)
    return Said(values=values, names=names(store, [*named_things, *also]))


def names(store: Store, iris: Iterable[str]) -> dict[str, list[Literal]]:
    """The labels of things, by IRI."""
    found: dict[str, list[Literal]] = {}
    for part in _parts(list(dict.fromkeys(iris))):
        for row in store.select(_NAMES % _written(part)):
            label = row["label"]
            if isinstance(label, Literal):
                found.setdefault(_iri(row, "thing"), []).append(label)
    return found


def _parts(iris: Sequence[str]) -> Iterable[Sequence[str]]:
    return (iris[at : at + _AT_ONCE] for at in range(0, len(iris), _AT_ONCE))


def _written(iris: Iterable[str]) -> str:
    """As terms of a query; `NamedNode` takes nothing that ends one."""
    return " ".join(str(NamedNode(iri)) for iri in iris)


def _iri(row: Solution, name: str) -> str:
    term = row[name]
    return term.value if isinstance(term, NamedNode) else ""


def _value(row: Solution) -> Term:
    term: Term | None = row["value"]
    if term is None:
        raise TypeError("?value is always bound")
    return term
