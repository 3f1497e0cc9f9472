"""The state before a change and the state after it, read as one: whatever may have been read in either."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import chain

from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.patch import Patch
from cppcc_graph.terms import BlankNode, NamedNode, Term, Triple


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
        self._gone = gone
        self._values: dict[tuple[Term, NamedNode], list[Term]] = {}
        self._subjects: dict[tuple[NamedNode, Term], list[Term]] = {}
        for triple in gone:
            self._values.setdefault((triple.subject, triple.predicate), []).append(triple.object)
            self._subjects.setdefault((triple.predicate, triple.object), []).append(triple.subject)
        # One of each for every state, so that they end with it.
        self.values: Callable[[Term, NamedNode], frozenset[Term]] = cache(self._read_values)
        self.subjects: Callable[[NamedNode, Term], frozenset[Term]] = cache(self._read_subjects)

    def _read_values(self, subject: Term, predicate: NamedNode) -> frozenset[Term]:
        if not isinstance(subject, NamedNode | BlankNode):
            return frozenset()
        found = (triple.object for triple in self._store.matching(subject, predicate, None))
        return frozenset(chain(found, self._values.get((subject, predicate), ())))

    def _read_subjects(self, predicate: NamedNode, value: Term) -> frozenset[Term]:
        found = (triple.subject for triple in self._store.matching(None, predicate, value))
        return frozenset(chain(found, self._subjects.get((predicate, value), ())))

    def matching(self, subject: Term | None, predicate: Term | None, value: Term | None) -> Iterator[Triple]:
        """Triples of either state with these terms; a triple may come twice."""
        wanted = (subject, predicate, value)
        gone = (triple for triple in self._gone if _fits(triple, wanted))
        if isinstance(subject, NamedNode | BlankNode | None) and isinstance(predicate, NamedNode | None):
            return chain(self._store.matching(subject, predicate, value), gone)
        return iter(())


def _same(store: EmbeddedStore, triple: Triple) -> Iterable[Triple]:
    subject = triple.subject
    return () if isinstance(subject, Triple) else store.matching(subject, triple.predicate, triple.object)


def _fits(triple: Triple, wanted: tuple[Term | None, Term | None, Term | None]) -> bool:
    terms = (triple.subject, triple.predicate, triple.object)
    return all(want is None or want == term for want, term in zip(wanted, terms, strict=True))
