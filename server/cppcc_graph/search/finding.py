"""The two ways to look for things: all that the words find, counted, or the first names to choose from."""

from collections.abc import Sequence
from dataclasses import replace

from cppcc_graph.lexicon.wanted import Found, Hit, Wanted
from cppcc_graph.store.base import Store


def search(store: Store, wanted: Wanted) -> Found:
    """
    What *wanted* asks for, with the number of things found and their classes.

    Raises:
        BadSyntax: the words are too long.
        StoreUnavailable: there is no index, and none can be made.
    """
    return store.find(replace(wanted, only_names=False))


def suggest(store: Store, wanted: Wanted) -> Sequence[Hit]:
    """
    The first things whose names fit the words, which may be unfinished; as quick for a large store as for a small.

    Raises:
        BadSyntax: the words are too long.
        StoreUnavailable: there is no index, and none can be made.
    """
    return store.find(replace(wanted, only_names=True)).hits
