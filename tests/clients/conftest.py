"""Clients that others wrote, against the server as it is run: a process of its own, over HTTP on loopback."""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HERE = Path(__file__).parent
QUESTIONS = HERE.parents[1] / "ontology" / "questions"
READY_S = 30


@contextmanager
def served(told: Path, *arguments: str) -> Iterator[str]:
    """Runs ``cppcc serve`` with *arguments*, its words going to the file *told*; gives the address of ``/sparql``."""
    command = [sys.executable, "-m", "cppcc_graph", "serve", "--port", "0", *arguments]
    with told.open("wb") as words:
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=words)
    try:
        yield f"{_ready_at(server, told)}sparql"
    finally:
        server.terminate()
        server.wait(timeout=10)


def _ready_at(server: subprocess.Popen[bytes], told: Path) -> str:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline and server.poll() is None:
        if ready := re.search(r"cppcc: (http\S+) is ready", told.read_text(encoding="utf-8")):
            return ready[1]
        time.sleep(0.02)
    raise AssertionError(f"the server did not get ready: {told.read_text(encoding='utf-8')}")


@pytest.fixture(scope="session")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of ``/sparql`` over the published data."""
    with served(tmp_path_factory.mktemp("served") / "words.txt") as address:
        yield address


@pytest.fixture(scope="session")
def question() -> Callable[[str], str]:
    """The query of a named question, comments in Chinese included, as anyone copies it."""
    return lambda slug: (QUESTIONS / f"{slug}.rq").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def program() -> Callable[..., str]:
    """The path of a program of the system; the test is skipped where it is missing."""

    def find(name: str, *, package: str) -> str:
        path = shutil.which(name)
        if path is None:
            pytest.skip(f"{name} is missing: apt-get install {package}")
        return path

    return find
