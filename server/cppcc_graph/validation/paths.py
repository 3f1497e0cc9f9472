"""A SHACL property path as SPARQL writes it."""

from rdflib import RDF, SH, BNode, Graph
from rdflib.collection import Collection
from rdflib.term import Node

from cppcc_graph import terms

_MARKS = {SH.zeroOrMorePath: "*", SH.oneOrMorePath: "+", SH.zeroOrOnePath: "?"}


def path_text(graph: Graph, path: Node) -> str:
    """
    The path in one line: ``cppcc:evidence/oa:start``, ``^schema:location``, ``(rdfs:label|skos:altLabel)``.

    Spec: SHACL, section 2.3.1 (property paths).
    """
    if not isinstance(path, BNode):
        return terms.shorten(str(path))
    if (path, RDF.first, None) in graph:
        return "/".join(path_text(graph, step) for step in Collection(graph, path))
    inverse = graph.value(path, SH.inversePath)
    if inverse is not None:
        return f"^{path_text(graph, inverse)}"
    choices = graph.value(path, SH.alternativePath)
    if choices is not None:
        return f"({'|'.join(path_text(graph, choice) for choice in Collection(graph, choices))})"
    for predicate, mark in _MARKS.items():
        step = graph.value(path, predicate)
        if step is not None:
            return f"{path_text(graph, step)}{mark}"
    return "(unknown path)"
