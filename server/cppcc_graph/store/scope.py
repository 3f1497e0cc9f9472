"""
Which graphs of the embedded engine a query sees.

Spec: SPARQL 1.1 Query, section 13.2 (specifying RDF datasets); SPARQL 1.1 Protocol, section 2.1.4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pyoxigraph

from cppcc_graph.guard import Outline
from cppcc_graph.store.base import QueryRequest, named
from cppcc_graph.store.searching import Function
from cppcc_graph.store.spelling import spelled_well
from cppcc_graph.store.written import Results
from cppcc_graph.terms import DefaultGraph, NamedNode, Quad


@dataclass(frozen=True, slots=True)
class Scope:
    """Which graphs a query sees: None means everything."""

    default: tuple[NamedNode | DefaultGraph, ...] | None = None
    named: tuple[NamedNode, ...] | None = None

    @property
    def merged(self) -> frozenset[str]:
        """IRIs of the graphs that are the default graph together."""
        return frozenset(node.value for node in self.default or () if isinstance(node, NamedNode))


_EVERYTHING = Scope()


def scope_of(request: QueryRequest, outline: Outline) -> Scope:
    """The dataset of the request wins over that of the query."""
    if request.default_graph_iris or request.named_graph_iris:
        return Scope(_nodes(request.default_graph_iris), _nodes(request.named_graph_iris))
    dataset = outline.dataset(request.base_iri) if outline.has_dataset_clause else None
    return _EVERYTHING if dataset is None else Scope(_nodes(dataset[0]), _nodes(dataset[1]))


def _nodes(iris: Sequence[str]) -> tuple[NamedNode, ...]:
    return tuple(named(iri) for iri in dict.fromkeys(iris))


def without_duplicates(engine: pyoxigraph.Store, scope: Scope) -> tuple[pyoxigraph.Store, Scope]:
    """A scratch copy in which the graphs to merge are one, and the scope that sees it so."""
    scratch = pyoxigraph.Store()
    for node in scope.default or ():
        scratch.extend(Quad(*quad.triple) for quad in engine.quads_for_pattern(None, None, None, node))
    for node in scope.named or ():
        scratch.extend(engine.quads_for_pattern(None, None, None, node))
    return scratch, Scope((DefaultGraph(),), scope.named)


def evaluated(
    engine: pyoxigraph.Store,
    request: QueryRequest,
    scope: Scope,
    *,
    is_union: bool,
    functions: Mapping[NamedNode, Function],
) -> Results:
    """
    The results of a query.

    Args:
        engine: Where it is asked.
        request: The query.
        scope: Which graphs it sees.
        is_union: Whether the default graph is the union of the named ones where the scope says nothing.
        functions: That the query may call beside those of the specification, by IRI.
    """
    ask = partial(
        engine.query,
        base_iri=request.base_iri,
        use_default_graph_as_union=is_union and scope.default is None,
        default_graph=None if scope.default is None else list(scope.default),
        named_graphs=None if scope.named is None else list(scope.named),
        custom_functions={**functions},
    )
    return spelled_well(ask, request.query)
