"""
The border between the engine's terms and rdflib's: pure functions, and nobody else crosses.

Literals keep their lexical form, right or wrong, so that a validator sees what the file says.
"""

from collections.abc import Iterable

import rdflib
from rdflib.term import Node

from cppcc_graph.terms import PREFIXES, BlankNode, Literal, NamedNode, Quad, Term, Triple


def to_rdflib(term: Term) -> Node:
    """
    The same term for rdflib; of a text with a base direction, which rdflib does not know, only that it is one.

    Raises:
        TypeError: a triple term, which rdflib does not know.
    """
    if isinstance(term, NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, BlankNode):
        return rdflib.BNode(term.value)
    if not isinstance(term, Literal):
        raise TypeError(f"rdflib has no triple terms: {term}")
    if term.language is not None and term.direction is None:
        return rdflib.Literal(term.value, lang=term.language)
    is_plain = term.datatype.value == str(rdflib.XSD.string)
    datatype = None if is_plain else rdflib.URIRef(term.datatype.value)
    return rdflib.Literal(term.value, datatype=datatype, normalize=False)


def graph_of(triples: Iterable[Triple]) -> rdflib.Graph:
    """An rdflib graph in memory of *triples*, with the project's prefixes."""
    graph = rdflib.Graph(bind_namespaces="none")
    _bind(graph)
    for triple in triples:
        graph.add((to_rdflib(triple.subject), to_rdflib(triple.predicate), to_rdflib(triple.object)))
    return graph


def dataset_of(quads: Iterable[Quad]) -> rdflib.Dataset:
    """An rdflib dataset in memory of *quads* in named graphs; its default graph is their set union."""
    dataset = rdflib.Dataset(default_union=True)
    _bind(dataset)
    graphs: dict[str, rdflib.Graph] = {}
    for quad in quads:
        if not isinstance(quad.graph_name, NamedNode):
            continue
        name = quad.graph_name.value
        if name not in graphs:
            graphs[name] = dataset.graph(rdflib.URIRef(name))
        triple = quad.triple
        graphs[name].add((to_rdflib(triple.subject), to_rdflib(triple.predicate), to_rdflib(triple.object)))
    return dataset


def _bind(graph: rdflib.Graph) -> None:
    for prefix, iri in PREFIXES.items():
        graph.bind(prefix, iri, replace=True)
