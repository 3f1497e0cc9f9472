"""What was found out about one state of the data, so that nobody pays for it twice."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from cppcc_graph.store.base import Store

Found = TypeVar("Found")


class Known(Generic[Found]):
    """The latest findings about the present state of a store. Used from many threads."""

    _MOST = 32

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, Hashable], Found] = OrderedDict()
        self._lock = Lock()
        self._making = Lock()

    def get(self, store: Store, key: Hashable, make: Callable[[], Found]) -> Found:
        """
        What *make* gives, or gave before in this state of the store.

        Nothing is kept where the data may change without our knowledge, nor when they have changed meanwhile. Whoever
        asks while it is being made waits for it.
        """
        state = store.state()
        if not state:
            return make()
        found = self._find((state, key))
        if found is not None:
            return found
        with self._making:
            found = self._find((state, key))
            if found is not None:
                return found
            made = make()
            if store.state() == state:
                self._keep((state, key), made)
        return made

    def _find(self, key: tuple[str, Hashable]) -> Found | None:
        with self._lock:
            return self._kept.get(key)

    def _keep(self, key: tuple[str, Hashable], made: Found) -> None:
        with self._lock:
            for older in [known for known in self._kept if known[0] != key[0]]:
                del self._kept[older]  # that state never comes back
            self._kept[key] = made
            while len(self._kept) > self._MOST:
                self._kept.popitem(last=False)
