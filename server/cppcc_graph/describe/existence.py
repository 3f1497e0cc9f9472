"""Whether anything is known by a name, or was."""

from cppcc_graph.describe.rows import number_in
from cppcc_graph.queries import query
from cppcc_graph.store.base import Store, named
from cppcc_graph.terms import RDF, VOID, XSD, Literal, NamedNode, Triple


def is_known(store: Store, iri: str) -> bool:
    """
    Whether *iri* stands anywhere in the data: in a triple, or as the name of a graph.

    Raises:
        BadSyntax: *iri* is not an absolute IRI.
    """
    return store.ask(query("is-anywhere"), iri=named(iri))


def removal(history: Store, iri: str) -> int:
    """
    The number of the last commit that took away what was said of *iri*; 0 when the history lists none.

    Args:
        history: The commits as a dataset. Of a commit that it only counts nothing is known.
        iri: Absolute IRI that is not known now.
    """
    rows = history.select(query("removals"), iri=named(iri))
    return number_in(rows[0], "number") if rows else 0


def size_of_graph(store: Store, iri: str) -> int:
    """How many triples stand in the graph of this name; 0 when there is none."""
    return next((graph.n_triples for graph in store.graphs() if graph.iri == iri), 0)


def graph_document(store: Store, iri: str) -> list[Triple]:
    """What can be said of a graph that nothing else is said of: that it is a dataset, and its size; may be empty."""
    n, node = size_of_graph(store, iri), NamedNode(iri)
    if not n:
        return []
    size = Literal(str(n), datatype=XSD.integer)
    return [Triple(node, RDF.type, VOID.Dataset), Triple(node, VOID.triples, size)]
