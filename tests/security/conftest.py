"""Applications that may be written to, with tokens and without; and the same as a program."""

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copytree

import pytest
from flask.testing import FlaskClient
from tests.conftest import Ran
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
def start(
    tmp_path_factory: pytest.TempPathFactory, in_new_process: Callable[..., Ran]
) -> Iterator[Callable[..., tuple[Program, str]]]:
    """Starts a server that asks for tokens, over a folder that was filled once, and makes one for everything."""
    filled = tmp_path_factory.mktemp("filled") / "store"
    with started_in(tmp_path_factory.mktemp("asking")) as started:

        def begin(*arguments: str) -> tuple[Program, str]:
            if not filled.exists():
                loaded = in_new_process("load", "--store", filled)
                assert loaded.status == 0, loaded.err
            folder = tmp_path_factory.mktemp("store") / "copy"
            copytree(filled, folder)
            token = Tokens(folder).create(Grant(name="all"))
            program = started("--store", folder, "--writable", "--body", "8", *arguments, is_ready=False)
            program.wait_for(" is ready", timeout_s=60)
            return program, token

        yield begin
