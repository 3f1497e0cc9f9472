"""Writes of whole graphs as one update request each, which the engine carries out as one transaction."""

from collections.abc import Iterator, Mapping

import pyoxigraph
from pyoxigraph import RdfFormat

from cppcc_graph.queries import query
from cppcc_graph.terms import DefaultGraph, NamedNode, Quad, Triple


def in_graph_and_merge(contents: Mapping[NamedNode, list[Triple]]) -> Iterator[Quad]:
    """Each triple in its named graph and in the default graph, which is the merge."""
    for graph, triples in contents.items():
        for triple in triples:
            yield Quad(triple.subject, triple.predicate, triple.object, graph)
            yield Quad(triple.subject, triple.predicate, triple.object)


def replacement(contents: Mapping[NamedNode, list[Triple]]) -> str:
    """
    Take each graph out of the merge and away, then put the new one in both.

    INSERT DATA gives blank nodes new labels, so the merge is filled from the named graphs and not from the data again.
    """
    steps = []
    for graph in contents:
        steps.append(query("withdraw-from-merge").replace("?graph", str(graph)))
        steps.append(f"DROP SILENT GRAPH {graph}")
    steps.append(_insertion(contents))
    steps.extend(query("add-to-merge").replace("?graph", str(graph)) for graph in contents)
    return " ;\n".join(steps)


def separate_replacement(contents: Mapping[NamedNode, list[Triple]]) -> str:
    """Each named graph becomes exactly its triples, and an empty one goes away, beside a default graph of its own."""
    return " ;\n".join([*(f"DROP SILENT GRAPH {graph}" for graph in contents), _insertion(contents)])


def renewal(graph: NamedNode | DefaultGraph, triples: list[Triple]) -> str:
    """One graph becomes exactly *triples*, and stays, be it empty."""
    if isinstance(graph, DefaultGraph):
        return f"CLEAR DEFAULT ;\nINSERT DATA {{\n{_lines(triples)}}}"
    return f"DROP SILENT GRAPH {graph} ;\nCREATE GRAPH {graph} ;\n{_insertion({graph: triples})}"


def _insertion(contents: Mapping[NamedNode, list[Triple]]) -> str:
    blocks = (f"GRAPH {graph} {{\n{_lines(triples)}}}\n" for graph, triples in contents.items() if triples)
    return f"INSERT DATA {{\n{''.join(blocks)}}}"


def _lines(triples: list[Triple]) -> str:
    return (pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES) or b"").decode()
