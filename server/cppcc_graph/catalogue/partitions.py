"""How the dataset is divided: by class, by property and by named graph."""

from collections.abc import Mapping
from dataclasses import dataclass

from cppcc_graph.queries import query
from cppcc_graph.store.base import Store
from cppcc_graph.terms import Literal, NamedNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Partitions:
    """
    Numbers of one state of the data; of the default graph, unless said otherwise.

    Attributes:
        n_triples: Triples.
        n_subjects: Different subjects.
        n_objects: Different objects, literals among them.
        classes: How many things have each class; ordered by IRI.
        properties: How many triples have each predicate; ordered by IRI.
        graphs: How many triples stand in each named graph; ordered by IRI. Empty graphs are not counted.
    """

    n_triples: int
    n_subjects: int
    n_objects: int
    classes: Mapping[str, int]
    properties: Mapping[str, int]
    graphs: Mapping[str, int]


def partitions(store: Store) -> Partitions:
    """All numbers, found by one query."""
    whole: dict[str, int] = {}
    parts: dict[str, dict[str, int]] = {"class": {}, "property": {}, "graph": {}}
    for row in store.select(query("catalogue-partitions")):
        kind, it, n = row["kind"], row["it"], row["n"]
        if not (isinstance(kind, Literal) and isinstance(n, Literal)):
            continue
        if kind.value not in parts:
            whole[kind.value] = int(n.value)
        elif isinstance(it, NamedNode):  # a class may be a blank node in data of others; nobody could ask for it
            parts[kind.value][it.value] = int(n.value)
    return Partitions(
        n_triples=whole["triples"],
        n_subjects=whole["subjects"],
        n_objects=whole["objects"],
        classes=dict(sorted(parts["class"].items())),
        properties=dict(sorted(parts["property"].items())),
        graphs=dict(sorted(parts["graph"].items())),
    )
