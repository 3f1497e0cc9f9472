"""The published data, and words looked for in them."""

import pytest

from cppcc_graph.publish import open_store
from cppcc_graph.search import Wanted, search


@pytest.fixture(scope="session")
def published():
    return open_store(None)


@pytest.fixture
def first(published):
    """The hits for some words, the best first."""

    def found(words, **more):
        return search(published, Wanted(words=words, language="zh", **more)).hits

    return found
