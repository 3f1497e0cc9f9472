"""The state before a change and the state after it, read as one: whatever may have been read in either."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import chain

import pyoxigraph

from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.patch import Patch
from cppcc_graph.terms import BlankNode, NamedNode, Quad, Term, Triple


class BothStates:
    """
    Triples of the default graph after a change, and those that the change took away.

    Attributes:
        changed: Triples that came or went; those that stand in another graph as before are not among them.
    """

    def __init__(self, store: EmbeddedStore, patch: Patch) -> None:
        """
        Args:
            store: The state after the change.
            patch: The change.
        """
        added = dict.fromkeys(quad.triple for quad in patch.added)
        removed = dict.fromkeys(quad.triple for quad in patch.removed)
        gone = [triple for triple in removed if triple not in added and not any(_same(store, triple))]
        self.changed = [*(triple for triple in added if triple not in removed), *gone]
        self._store = store
        self._gone = pyoxigraph.Store()
        self._gone.extend(Quad(triple.subject, triple.predicate, triple.object) for triple in gone)
        # One of each for every state, so that they end with it.
        self.values: Callable[[Term, NamedNode], frozenset[Term]] = cache(self._read_values)
        self.subjects: Callable[[NamedNode, Term], frozenset[Term]] = cache(self._read_subjects)

    def _read_values(self, subject: Term, predicate: NamedNode) -> frozenset[Term]:
        return frozenset(triple.object for triple in self.matching(subject, predicate, None))

    def _read_subjects(self, predicate: NamedNode, value: Term) -> frozenset[Term]:
        return frozenset(triple.subject for triple in self.matching(None, predicate, value))

    def matching(self, subject: Term | None, predicate: Term | None, value: Term | None) -> Iterator[Triple]:
        """Triples of either state with these terms."""
        if not isinstance(subject, NamedNode | BlankNode | None) or not isinstance(predicate, NamedNode | None):
            return iter(())
        gone = (quad.triple for quad in self._gone.quads_for_pattern(subject, predicate, value))
        return chain(self._store.matching(subject, predicate, value), gone)


def _same(store: EmbeddedStore, triple: Triple) -> Iterable[Triple]:
    subject = triple.subject
    return () if isinstance(subject, Triple) else store.matching(subject, triple.predicate, triple.object)
