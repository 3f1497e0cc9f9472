"""What can be found by words in a store of another engine: its names, in an index here, made again when they change."""

from threading import RLock
from typing import Protocol

from cppcc_graph.lexicon.wanted import Found, Wanted
from cppcc_graph.queries import query
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import BASE, Term, Triple

_GRAPH = f"{BASE}store/names"


class Elsewhere(Protocol):
    """A store in another engine."""

    def construct(self, query: str, **bindings: Term) -> list[Triple]:
        """Triples of one of our own queries."""

    def version(self) -> str:
        """Content hash of the data."""


class SearchingElsewhere:
    """
    The index of one such store, with the version that it is of.

    How many statements lead to a thing is not asked, so equal matches may stand in another order than in a store here.
    """

    def __init__(self, store: Elsewhere) -> None:
        """Nothing is asked yet."""
        self._store = store
        self._making = RLock()
        self._version = ""
        self._names = EmbeddedStore()

    def find(self, wanted: Wanted) -> Found:
        """What *wanted* asks for."""
        with self._making:
            version = self._store.version()
            if version != self._version:
                names = EmbeddedStore()
                names.replace_graph(_GRAPH, self._store.construct(query("searchable")))
                self._names, self._version = names, version
            names = self._names
        return names.find(wanted)
