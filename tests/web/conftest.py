"""An application over an invented report, in memory, and a client that speaks to it without a network."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyoxigraph
import pytest
from flask import Flask
from flask.testing import FlaskClient
from tests.history.conftest import committed

from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.journal import Journal
from cppcc_graph.store.patch import Patch
from cppcc_graph.web import create_app

FICTIONAL = Path(__file__).parent / "fictional"
BASE = "https://w3id.org/cppcc-graph/"
BEGUN = datetime(2033, 5, 1, 8, 0, 0, 250_000, tzinfo=UTC)
"""The time of the first commit."""


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


# --- data with a history --------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def data() -> EmbeddedStore:
    return EmbeddedStore()


@pytest.fixture
def commit(folder: Path, data: EmbeddedStore) -> Callable[..., None]:
    """Carries out a patch on the data and writes it to the journal, an hour after the one before."""
    journal = Journal.open(folder)

    def write(patch: Patch, **more: str) -> None:
        committed(journal, data, patch, now=BEGUN + timedelta(hours=journal.version), **more)
        data.number = journal.version

    return write


@pytest.fixture
def kept_app(folder: Path, data: EmbeddedStore) -> Flask:
    return create_app(Settings(store=folder), data)
