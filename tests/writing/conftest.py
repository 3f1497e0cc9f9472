"""A filled folder with a token, copied for each test that writes."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.workers.server import Server
from tests.writing.curator import Curator, cppcc, writable


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published data in a folder; nobody writes into it."""
    folder = tmp_path_factory.mktemp("filled") / "store"
    loaded = cppcc("load", "--store", folder, timeout_s=600)
    assert loaded.returncode == 0, loaded.stderr
    return folder


@pytest.fixture
def folder(filled: Path, tmp_path: Path) -> Path:
    """A copy of the filled folder."""
    return Path(shutil.copytree(filled, tmp_path / "store"))


@pytest.fixture
def token(folder: Path) -> str:
    """Whoever has it may do everything in the folder of this test."""
    return token_for(folder, "curator")


def token_for(folder: Path, name: str) -> str:
    """A new token."""
    made = cppcc("token", "create", name, "--store", folder)
    assert made.returncode == 0, made.stderr
    return made.stdout.split()[-1]


@pytest.fixture
def server(folder: Path, token: str) -> Iterator[Server]:
    """A writable server on the folder of this test; the token stands before it begins."""
    assert token
    with writable(folder) as served:
        yield served


@pytest.fixture
def curator(server: Server, token: str) -> Iterator[Curator]:
    """Somebody who writes to it."""
    made = Curator(server.port, token)
    yield made
    made.close()
