"""What a write expects of the data, compared with them as they are when it is carried out."""

import pyoxigraph

from cppcc_graph.errors import Outdated
from cppcc_graph.store.base import named
from cppcc_graph.store.writes import Expectation


def check_expected(engine: pyoxigraph.Store, version: str, expected: Expectation) -> None:
    """
    Lets only a write pass that was made for these data; to be called while no other write can come between.

    Args:
        engine: Holds them.
        version: As `Store.version` tells.
        expected: Of the write.

    Raises:
        Outdated: they are others.
    """
    is_other = expected.version not in ("", version)
    is_missing = bool(expected.only_if_there) and not engine.contains_named_graph(named(expected.only_if_there))
    is_in_the_way = bool(expected.only_if_new) and engine.contains_named_graph(named(expected.only_if_new))
    if is_other or is_missing or is_in_the_way:
        raise Outdated
