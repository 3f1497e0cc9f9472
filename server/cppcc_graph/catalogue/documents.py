"""Which things have a document each, for who lists all of them."""

import zlib
from collections.abc import Sequence

from cppcc_graph.queries import query
from cppcc_graph.store.base import Store
from cppcc_graph.terms import NamedNode


class Documented:
    """The IRIs of all things that have a document, in order and in parts; small in memory, as there may be many."""

    def __init__(self, iris: Sequence[str], part_size: int) -> None:
        """Each part has at most *part_size* IRIs; there is at least one part."""
        ordered = sorted(iris)
        starts = range(0, max(len(ordered), 1), part_size)
        self._parts = [zlib.compress("\n".join(ordered[start : start + part_size]).encode()) for start in starts]

    @property
    def n_parts(self) -> int:
        """How many parts there are."""
        return len(self._parts)

    def part(self, number: int) -> list[str]:
        """The IRIs of one part, from 0; empty for one that is not there."""
        if not 0 <= number < len(self._parts):
            return []
        return zlib.decompress(self._parts[number]).decode().split("\n") if self._parts else []


def documented(store: Store, *, part_size: int) -> Documented:
    """Everything below our base of which something is said and whose IRI has no fragment."""
    found = (row["thing"] for row in store.select(query("documented-things")))
    return Documented([thing.value for thing in found if isinstance(thing, NamedNode)], part_size)
