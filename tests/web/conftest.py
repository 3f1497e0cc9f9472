"""An application over an invented report, in memory, and a client that speaks to it without a network."""

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
from flask import Flask
from flask.testing import FlaskClient

from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.web import create_app

FICTIONAL = Path(__file__).parent / "fictional"
BASE = "https://w3id.org/cppcc-graph/"


def triples(path: Path) -> list[pyoxigraph.Triple]:
    return [quad.triple for quad in pyoxigraph.parse(path=path)]


@pytest.fixture(scope="session")
def store() -> Iterator[EmbeddedStore]:
    filled = EmbeddedStore()
    filled.replace_graphs(
        {
            f"{BASE}report/mingchuan-2033": triples(FICTIONAL / "mingchuan-2033.ttl"),
            f"{BASE}ontology": triples(FICTIONAL / "shared.ttl"),
        }
    )
    yield filled
    filled.close()


@pytest.fixture(scope="session")
def app(store: EmbeddedStore) -> Flask:
    return create_app(Settings(), store)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client without cookies, so that no test's language leaks into another."""
    return app.test_client()


@pytest.fixture
def client_with_texts(store: EmbeddedStore) -> FlaskClient:
    return create_app(Settings(texts=FICTIONAL), store).test_client()
