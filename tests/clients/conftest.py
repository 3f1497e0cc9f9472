"""Clients that others wrote, against the server as it is run: a process of its own, over HTTP on loopback."""

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from cppcc_graph.grants import Grant
from cppcc_graph.tokens import Tokens

HERE = Path(__file__).parent
QUESTIONS = HERE.parents[1] / "ontology" / "questions"
READY_S = 30
NODE = (20, 19, 0)


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


@pytest.fixture(scope="session")
def node(program: Callable[..., str]) -> str:
    """The path of Node; the packages of ``package.json`` stand beside, installed when they do not yet."""
    path = program("node", package="nodejs")
    version = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    if tuple(map(int, version.strip("v\n").split("."))) < NODE:
        pytest.skip(f"Node {version.strip()} is older than {'.'.join(map(str, NODE))}")
    _install_packages(program("npm", package="npm"))
    return path


def _install_packages(npm: str) -> None:
    wanted, installed = HERE / "package-lock.json", HERE / "node_modules" / "installed-from.json"
    if installed.exists() and installed.read_bytes() == wanted.read_bytes():
        return
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries", "1"]
    told = subprocess.run(command, cwd=HERE, capture_output=True, text=True, timeout=300, check=False)
    if told.returncode != 0:
        pytest.skip(f"npm ci in tests/clients did not work: {told.stderr[-500:]}")
    shutil.copyfile(wanted, installed)


@pytest.fixture(scope="session")
def javascript(node: str) -> Iterator[Callable[..., dict[str, Any]]]:
    """Asks with a client of ``javascript.mjs``: ``answer`` or ``error``, and the ``requests`` that it sent."""
    command = [node, str(HERE / "javascript.mjs")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as asking:
        assert asking.stdin is not None
        assert asking.stdout is not None
        given, told = asking.stdin, asking.stdout

        def ask(client: str, **asked: object) -> dict[str, Any]:
            print(json.dumps({"client": client, **asked}), file=given, flush=True)
            return json.loads(told.readline())

        yield ask


@pytest.fixture(scope="session")
def bare_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of ``/sparql`` of a plain store that anyone on this machine may write."""
    words = tmp_path_factory.mktemp("bare") / "words.txt"
    plain = ("--empty", "--default-graph", "separate", "--shapes", "none", "--writable", "--no-auth")
    with served(words, *plain) as address:
        yield address


@pytest.fixture
def bare(bare_server: str) -> str:
    """The same, emptied."""
    with urlopen(bare_server, data=b"update=DROP%20ALL", timeout=10):
        return bare_server


@dataclass(frozen=True)
class Gated:
    """The address of ``/sparql`` of a server whose data change through the gate, and what lets a client write."""

    endpoint: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """To be sent with a write."""
        return {"Authorization": f"Bearer {self.token}"}


@pytest.fixture(scope="session")
def gated_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gated]:
    """``cppcc serve --writable`` over the bundled data."""
    folder = tmp_path_factory.mktemp("gated")
    (folder / "store").mkdir()
    token = Tokens(folder / "store").create(Grant(name="clients"))
    with served(folder / "words.txt", "--store", str(folder / "store"), "--writable") as address:
        yield Gated(address, token)


@pytest.fixture
def gated(gated_server: Gated) -> Iterator[Gated]:
    """The same, as it was in the beginning."""
    yield gated_server
    back = gated_server.endpoint.replace("sparql", "versions/1/revert")
    with urlopen(Request(back, data=b"", headers=gated_server.headers), timeout=30):
        pass
