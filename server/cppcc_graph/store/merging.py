"""
Which way the engine shows all named graphs together as one set of triples.

Its own union of the named graphs repeats a triple that stands in two of them. As long as none does, the union is the
merge and nothing more is stored; else the merge is held in the engine's real default graph, which takes twice the
memory and makes long scans half as slow again. So an empty default graph means that the union can be trusted.

Spec: RDF 1.1 Semantics, section 4.1 (merging); SPARQL 1.1 Query, section 13.1.
"""

from collections.abc import Iterable, Mapping

import pyoxigraph

from cppcc_graph.queries import query
from cppcc_graph.store.transactions import with_merge
from cppcc_graph.terms import DefaultGraph, NamedNode, Quad, Triple

_SHARING = "ASK { GRAPH ?one { ?s ?p ?o } GRAPH ?other { ?s ?p ?o } FILTER (?one != ?other) }"


def holds_merge(engine: pyoxigraph.Store) -> bool:
    """Whether the default graph is the merge."""
    return any(True for _ in engine.quads_for_pattern(None, None, None, DefaultGraph()))


def in_named_graphs(contents: Mapping[NamedNode, list[Triple]]) -> pyoxigraph.Store:
    """An engine in memory that holds *contents*, its terms written as the engine writes them, and nothing else."""
    engine = pyoxigraph.Store()
    engine.extend(Quad(t.subject, t.predicate, t.object, graph) for graph in contents for t in contents[graph])
    return engine


def fill(engine: pyoxigraph.Store, quads: Iterable[Quad], *, shares: bool | None = None) -> None:
    """
    *engine* gets *quads*, of named graphs, and their merge if two graphs share a triple.

    It is the fast way, for many quads and not in one transaction: a million take some three seconds in memory.

    Args:
        engine: Which is changed.
        quads: To be added.
        shares: Whether two graphs share a triple afterwards; None where that is not known, which takes another second.
    """
    held = holds_merge(engine)
    engine.bulk_extend(with_merge(quads) if held else quads)
    if not held and (bool(engine.query(_SHARING)) if shares is None else shares):
        engine.update(query("add-to-merge"))


def share_a_triple(new: pyoxigraph.Store, old: pyoxigraph.Store) -> bool:
    """Whether a triple stands in two named graphs once those of *new* have taken the place of theirs in *old*."""
    if new.query(_SHARING):
        return True
    replaced = {*new.named_graphs(), DefaultGraph()}
    if replaced.issuperset(old.named_graphs()):
        return False
    return any(
        found.graph_name not in replaced
        for quad in new
        for found in old.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
    )
