"""The front door in this process, with any peer; and ``cppcc serve`` as a program, with what it wrote."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
from a2wsgi import WSGIMiddleware

from cppcc_graph.settings import Settings
from cppcc_graph.store.base import Answer, QueryRequest
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.web import create_app
from cppcc_graph.web.forwarded import Proxies
from cppcc_graph.web.front import Front
from cppcc_graph.web.measures import Measures, Workings
from cppcc_graph.web.writing import writers_of

ASK = "/sparql?query=ASK%7B%7D"


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer as a client sees it."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class _Here:
    """Answers from a store in this process."""

    def __init__(self, store: EmbeddedStore) -> None:
        self._store = store

    async def answer(self, request: QueryRequest) -> Answer:
        return self._store.answer(request)


@dataclass(slots=True)
class Door:
    """The front around the application, without sockets."""

    store: EmbeddedStore
    proxies: tuple[str, ...] = ()
    workings: Callable[[], Workings] = Workings
    why_not_ready: Callable[[], str] = str
    measures: Measures = field(init=False)
    front: Front = field(init=False)

    def __post_init__(self) -> None:
        self.measures = Measures(workings=self.workings, why_not_ready=self.why_not_ready)
        app = create_app(Settings(), self.store, self.measures)
        self.front = Front(
            application=WSGIMiddleware(app, workers=1),
            writing=WSGIMiddleware(app, workers=1),
            answers=_Here(self.store),
            state=self.store.state,
            measures=self.measures,
            most_bytes=writers_of(app).most_bytes,
            proxies=Proxies(self.proxies),
        )

    def get(self, target: str, *, peer: str | None = "192.0.2.7", method: str = "GET", **headers: str | None) -> Seen:
        """One request; header names have underscores for hyphens, values a line end between several lines of one."""
        named = {"host": "cppcc.example"} | {name.replace("_", "-").lower(): value for name, value in headers.items()}
        given = {name: value for name, value in named.items() if value is not None}
        path, _, query = target.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [
                (name.encode(), line.encode("latin-1")) for name, value in given.items() for line in value.split("\n")
            ],
            "client": (peer, 55555) if peer is not None else None,
            "server": ("127.0.0.1", 8000),
            "state": {},
        }
        return asyncio.run(self._answer(scope))

    async def _answer(self, scope: dict[str, object]) -> Seen:
        sent: list[dict[str, object]] = []

        async def receive() -> dict[str, object]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        await self.front(scope, receive, send)
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Seen(sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]))


@pytest.fixture
def door(published: EmbeddedStore) -> Callable[..., Door]:
    """Makes a door: ``door(proxies=("10.0.0.0/8",))``."""
    return lambda **given: Door(published, **given)


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[dict[str, object]]]:
    """The lines that requests have written so far."""
    caplog.set_level("INFO", logger="cppcc_graph.web.requests")
    return lambda: [json.loads(r.getMessage()) for r in caplog.records if r.name == "cppcc_graph.web.requests"]


@dataclass(slots=True)
class Program:
    """``cppcc serve`` on loopback."""

    process: subprocess.Popen[bytes]
    folder: Path
    port: int

    def get(self, target: str, **headers: str) -> Seen:
        given = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        host = "" if "Host" in headers else "Host: 127.0.0.1\r\n"
        return self.say(f"GET {target} HTTP/1.1\r\n{host}{given}Connection: close\r\n\r\n".encode())

    def say(self, message: bytes) -> Seen:
        """Sends bytes and reads until the server closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall(message)
            said = b"".join(iter(lambda: connection.recv(65536), b""))
        head, _, body = said.partition(b"\r\n\r\n")
        first, *rest = head.decode("latin-1").split("\r\n")
        return Seen(int(first.split()[1]), {n.lower(): v for n, _, v in (line.partition(": ") for line in rest)}, body)

    def said(self) -> str:
        """What it wrote to stderr so far."""
        return (self.folder / "err").read_text()

    def lines(self) -> list[dict[str, object]]:
        """What it told of requests so far; a line follows its answer with the next turn of the event loop."""
        time.sleep(0.02)
        return [json.loads(line) for line in (self.folder / "out").read_text().splitlines()]

    def wait_for(self, words: str, timeout_s: float = 20) -> None:
        until = time.monotonic() + timeout_s
        while words not in self.said():
            assert time.monotonic() < until, self.said()
            assert self.process.poll() is None, self.said()
            time.sleep(0.05)

    def signal(self, number: int) -> None:
        os.kill(self.process.pid, number)


@contextmanager
def started_in(parent: Path) -> Iterator[Callable[..., Program]]:
    """Starts ``cppcc serve`` with these arguments and waits until it is ready; ends all at the end."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: object, environment: dict[str, str] | None = None, is_ready: bool = True) -> Program:
        folder = parent / f"server-{len(started)}"
        folder.mkdir()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-m", "cppcc_graph", "serve", "--port", str(port), *map(str, arguments)]
        paths = {"PYTHONPATH": str(Path(__file__).parents[2] / "server")}
        with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
            process = subprocess.Popen(command, stdout=out, stderr=err, env=os.environ | paths | (environment or {}))
        started.append(process)
        program = Program(process, folder, port)
        if is_ready:
            program.wait_for(" is ready")
        return program

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """Starts ``cppcc serve`` with these arguments and waits until it is ready."""
    with started_in(tmp_path) as start:
        yield start


def asking(query: str) -> str:
    """The target of a request that asks *query*."""
    return f"/sparql?query={quote(query)}"


def value_of(metrics: str, name: str) -> float:
    """The value of one line of ``/metrics``."""
    [value] = re.findall(rf"^{re.escape(name)} (\S+)$", metrics, re.MULTILINE)
    return float(value)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """One that the tests of a module share and leave as it is."""
    with started_in(tmp_path_factory.mktemp("server")) as start:
        yield start()
