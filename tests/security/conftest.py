"""Applications that may be written to, with tokens and without; and the same as a program."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from tests.operations.conftest import Program, started_in
from tests.security.asking import BARE

from cppcc_graph.grants import Grant
from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.tokens import Tokens
from cppcc_graph.web import create_app


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens(tmp_path)


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    """Of a server that asks for tokens and is known as two hosts beside its own; its store commits nothing."""
    settings = Settings(store=tmp_path, writable=True, allowed_host=("data.example", "other.example:8443"), body_mib=8)
    return create_app(settings, EmbeddedStore()).test_client()


@pytest.fixture
def bare() -> FlaskClient:
    """Of an empty server that takes whatever comes."""
    settings = Settings(empty=True, default_graph="separate", shapes="none", writable=True, no_auth=True, body_mib=8)
    return create_app(settings, EmbeddedStore(is_merged=False)).test_client()


@pytest.fixture(scope="session")
def bare_program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """An empty server that takes whatever comes."""
    with started_in(tmp_path_factory.mktemp("bare")) as start:
        yield start(*BARE, "--body", "8")


@pytest.fixture(scope="session")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., tuple[Program, str]]]:
    """Starts a server that asks for tokens, and makes one for everything."""
    with started_in(tmp_path_factory.mktemp("asking")) as started:

        def begin(*arguments: str) -> tuple[Program, str]:
            folder = tmp_path_factory.mktemp("store")
            token = Tokens(folder).create(Grant(name="all"))
            return started("--store", folder, "--writable", "--body", "8", *arguments), token

        yield begin
