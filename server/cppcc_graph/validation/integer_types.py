"""Which type derived from xsd:integer the ontology gives a property: the engine writes them all as xsd:integer."""

from collections.abc import Mapping

from cppcc_graph.queries import query
from cppcc_graph.store.base import Store
from cppcc_graph.terms import NamedNode, Term


def integer_types(store: Store) -> Mapping[Term, NamedNode]:
    """The type of each property that has one."""
    found = ((row["property"], row["type"]) for row in store.select(query("integer-types")))
    return {prop: kind for prop, kind in found if prop is not None and isinstance(kind, NamedNode)}
