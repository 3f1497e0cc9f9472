"""An invented report of an invented committee, added to the published data by files alone."""

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
from flask import Flask

from cppcc_graph.bundled import data_folder
from cppcc_graph.publish import load_published, put
from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.web import create_app

SECOND = Path(__file__).parent / "data"
TEXTS = Path(__file__).parent / "texts"


def merged(*folders: Path) -> list[pyoxigraph.Triple]:
    """The ontology and the data of *folders*, each triple once."""
    return list(dict.fromkeys(triple for graph in load_published(folders) for triple in graph.triples))


def filled(triples: list[pyoxigraph.Triple]) -> pyoxigraph.Store:
    store = pyoxigraph.Store()
    store.bulk_extend(pyoxigraph.Quad(*triple) for triple in triples)
    return store


@pytest.fixture(scope="session")
def texts() -> Path:
    return TEXTS


@pytest.fixture(scope="session")
def second_triples() -> list[pyoxigraph.Triple]:
    """The ontology and the invented report, without the published data."""
    return merged(SECOND)


@pytest.fixture(scope="session")
def both_triples() -> list[pyoxigraph.Triple]:
    """The ontology, the published data and the invented report."""
    return merged(data_folder(), SECOND)


@pytest.fixture(scope="session")
def first() -> pyoxigraph.Store:
    return filled(merged(data_folder()))


@pytest.fixture(scope="session")
def second(second_triples: list[pyoxigraph.Triple]) -> pyoxigraph.Store:
    return filled(second_triples)


@pytest.fixture(scope="session")
def both(both_triples: list[pyoxigraph.Triple]) -> pyoxigraph.Store:
    return filled(both_triples)


@pytest.fixture(scope="session")
def app() -> Iterator[Flask]:
    """The web application over both reports, with the text of the invented one."""
    store = EmbeddedStore()
    put(store, load_published([data_folder(), SECOND]))
    yield create_app(Settings(texts=TEXTS), store)
    store.close()
