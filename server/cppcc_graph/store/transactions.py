"""Writes of whole graphs as one update request each, which the engine carries out as one transaction."""

from collections.abc import Iterable, Iterator, Mapping

import pyoxigraph
from pyoxigraph import RdfFormat

from cppcc_graph.queries import query
from cppcc_graph.terms import DefaultGraph, NamedNode, Quad, Triple


def with_merge(quads: Iterable[Quad]) -> Iterator[Quad]:
    """Each quad, and its triple in the default graph, which is the merge."""
    for quad in quads:
        yield quad
        yield Quad(*quad.triple)


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


def separate_replacement(contents: Mapping[NamedNode, list[Triple]], *, then_merged: bool = False) -> str:
    """
    Each named graph becomes exactly its triples, and an empty one goes away, beside a default graph of its own.

    With *then_merged* the default graph gets what stands in all of them.
    """
    steps = [*(f"DROP SILENT GRAPH {graph}" for graph in contents), _insertion(contents)]
    return " ;\n".join([*steps, query("add-to-merge")] if then_merged else steps)


def put_graph(
    engine: pyoxigraph.Store, graph: NamedNode | DefaultGraph, triples: list[Triple], *, is_replacing: bool
) -> bool:
    """*graph* gets *triples*, in the place of its own where *is_replacing*; gives whether it is new."""
    is_new = isinstance(graph, NamedNode) and not engine.contains_named_graph(graph)
    if is_replacing and not is_new:
        engine.update(renewal(graph, triples))
    elif triples:
        engine.extend(Quad(t.subject, t.predicate, t.object, graph) for t in triples)
    else:
        engine.add_graph(graph)
    return is_new


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
