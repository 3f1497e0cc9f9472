"""What has been computed about one state of the data, so that it is computed once."""

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from cppcc_graph.errors import StoreUnavailable
from cppcc_graph.store.base import GraphSummary
from cppcc_graph.store.patch import Patch
from cppcc_graph.terms import Literal, NamedNode, Quad, Term


@dataclass(slots=True)
class Derived:
    """
    Of one state; a write begins a new one, so a late reader spoils nothing. None is what nobody has asked for yet.

    Attributes:
        hashes: Content hash of a named graph by its IRI.
        state: Name of the state.
        graphs: The named graphs, by IRI.
        version: Content hash of everything.
        overlaps: Pairs of named graphs that share a triple.
        is_union: Whether the engine's union of the named graphs is their merge.
    """

    hashes: dict[str, str]
    state: str = field(default_factory=partial(secrets.token_hex, 8))
    graphs: list[GraphSummary] | None = None
    version: str | None = None
    overlaps: frozenset[frozenset[str]] | None = None
    is_union: bool | None = None

    def after(self, patch: Patch) -> "Derived":
        """What is still known when *patch* has been applied."""
        changed = frozenset(patch.graphs)
        hashes = {iri: known for iri, known in self.hashes.items() if iri not in changed}
        return Derived(hashes, graphs=None if self.graphs is None else _recounted(self.graphs, patch))


def _recounted(graphs: Sequence[GraphSummary], patch: Patch) -> list[GraphSummary]:
    counts = Counter({graph.iri: graph.n_triples for graph in graphs})
    counts.update(_names(patch.added))
    counts.subtract(_names(patch.removed))
    return [GraphSummary(iri=iri, n_triples=n) for iri, n in sorted(counts.items()) if n > 0]


def _names(quads: Sequence[Quad]) -> Counter[str]:
    return Counter(quad.graph_name.value for quad in quads if isinstance(quad.graph_name, NamedNode))


def iri_of(term: Term | None) -> str:
    """
    The IRI of a graph in a solution.

    Raises:
        StoreUnavailable: it has none.
    """
    if not isinstance(term, NamedNode):
        raise StoreUnavailable(f"the store names a graph by {term}, which is no IRI")
    return term.value


def count_of(term: Term | None) -> int:
    """A number in a solution; 0 where there is none."""
    return int(term.value) if isinstance(term, Literal) else 0
