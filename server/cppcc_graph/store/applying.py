"""
A patch carried out on the engine, in a time that depends on the patch and not on the data.

Nothing here is one transaction: it is for a store that nobody else reads, which is thrown away when this fails, and for
replaying, which begins anew.
"""

from collections.abc import Iterator

import pyoxigraph

from cppcc_graph.queries import query
from cppcc_graph.store.merging import holds_merge
from cppcc_graph.store.patch import Patch
from cppcc_graph.terms import DefaultGraph, Quad


def effective(engine: pyoxigraph.Store, patch: Patch) -> Patch:
    """
    What *patch* changes, each quad once: not what is there already or is not there, and what comes does not go.

    The terms are to be written as the engine writes them.
    """
    coming = dict.fromkeys(patch.added)
    going = (quad for quad in dict.fromkeys(patch.removed) if quad not in coming)
    return Patch(
        added=tuple(quad for quad in coming if quad not in engine),
        removed=tuple(quad for quad in going if quad in engine),
    )


def apply_to(engine: pyoxigraph.Store, patch: Patch, *, is_merged: bool) -> None:
    """
    The quads of *patch* go and come.

    Args:
        engine: Which is changed.
        patch: Of named graphs.
        is_merged: Whether the default graph shall be the merge of the named graphs wherever two of them share a triple.
    """
    held = is_merged and holds_merge(engine)
    for quad in patch.removed:
        engine.remove(quad)
        if held and not any(_copies(engine, quad)):
            engine.remove(Quad(*quad.triple))
    engine.extend(patch.added)
    for graph in {quad.graph_name for quad in patch.removed}:
        if not any(True for _ in engine.quads_for_pattern(None, None, None, graph)):
            engine.remove_graph(graph)  # which the engine remembers, be it empty
    if held:
        engine.extend(Quad(*quad.triple) for quad in patch.added)
    elif is_merged and any(_is_shared(engine, quad) for quad in patch.added):
        engine.update(query("add-to-merge"))


def _copies(engine: pyoxigraph.Store, quad: Quad) -> Iterator[Quad]:
    """Its triple in named graphs."""
    found = engine.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
    return (copy for copy in found if not isinstance(copy.graph_name, DefaultGraph))


def _is_shared(engine: pyoxigraph.Store, quad: Quad) -> bool:
    copies = _copies(engine, quad)
    next(copies, None)
    return next(copies, None) is not None
