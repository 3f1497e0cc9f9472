"""A writable server on a folder, and curators who send changes to it."""

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlencode

from tests.workers.server import SERVER, Reply, Server, serving

GRAPHS = "https://w3id.org/cppcc-graph/graph/"
"""Before the names of the graphs that these tests write."""
UPDATE, TURTLE, TRIG = "application/sparql-update", "text/turtle", "application/trig"
QUIET = ("--workers", 2, "--log-level", "ERROR")
Done = subprocess.CompletedProcess[str]


def cppcc(*arguments: object, timeout_s: float = 120, **environment: str) -> Done:
    """``cppcc`` with *arguments*, as a program of its own."""
    command = [sys.executable, "-m", "cppcc_graph", *map(str, arguments)]
    variables = {**os.environ, "PYTHONPATH": str(SERVER), **environment}
    return subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=False, env=variables)


@contextmanager
def writable(folder: Path, *more: object) -> Iterator[Server]:
    """``cppcc serve --writable`` on *folder*."""
    with serving("--store", folder, "--writable", *QUIET, *more) as server:
        yield server


@dataclass
class Curator:
    """
    One client that holds a token, on a connection that stays.

    Attributes:
        port: Where the server listens now.
        token: What is sent with each request.
        timeout_s: How long it waits for an answer.
    """

    port: int
    token: str
    timeout_s: float = 60
    _connection: http.client.HTTPConnection | None = field(default=None, repr=False)

    def move_to(self, port: int) -> None:
        """The server listens elsewhere from now on."""
        self.close()
        self.port = port

    def close(self) -> None:
        """Hangs up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def send(
        self,
        method: str,
        target: str,
        body: bytes | str = b"",
        media_type: str = "",
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> Reply:
        """
        One request; its answer.

        Raises:
            OSError, http.client.HTTPException: it was not answered.
        """
        content = body.encode() if isinstance(body, str) else body
        fields = {"Authorization": f"Bearer {self.token}", **headers}
        if media_type:
            fields["Content-Type"] = media_type
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout_s)
        begun = time.monotonic()
        try:
            self._connection.request(method, target, content or None, fields)
            response = self._connection.getresponse()
            received = response.read()
        except BaseException:
            self.close()
            raise
        named = {name.lower(): value for name, value in response.getheaders()}
        if response.will_close:
            self.close()
        return Reply(response.status, named, received, time.monotonic() - begun)

    def update(self, text: str, headers: Mapping[str, str] = MappingProxyType({}), **more: str) -> Reply:
        """A SPARQL update; *more* are parameters of the address."""
        return self.send("POST", address("/sparql", **more), text, UPDATE, headers)

    def ask(self, query: str, at: str = "/sparql") -> Reply:
        """A query, answered in JSON."""
        headers = {"Accept": "application/sparql-results+json"}
        return self.send("POST", at, query, "application/sparql-query", headers)

    def rows(self, query: str, at: str = "/sparql") -> list[dict[str, str]]:
        """The solutions of a query, as texts by variable."""
        answered = self.ask(query, at)
        assert answered.status == 200, (answered.status, answered.body[:500])
        solutions = json.loads(answered.body)["results"]["bindings"]
        return [{name: term["value"] for name, term in solution.items()} for solution in solutions]


def address(path: str, **fields: str) -> str:
    """A local address with these parameters, those that are empty left out."""
    told = urlencode({name: value for name, value in fields.items() if value})
    return f"{path}?{told}" if told else path


def version_of(reply: Reply) -> int:
    """The version of the data in the entity tag of an answer; 0 when there is none."""
    number = reply.headers.get("etag", "").removeprefix('W/"').removeprefix('"v').partition(".")[0]
    return int(number) if number.isdecimal() else 0


def insisting(attempt: Callable[[], Reply], timeout_s: float = 30) -> Reply:
    """The first answer below 500 that *attempt* gets."""
    until_s = time.monotonic() + timeout_s
    last: object = None
    while time.monotonic() < until_s:
        with suppress(OSError, http.client.HTTPException):
            reply = attempt()
            if reply.status < 500:
                return reply
            last = reply
        time.sleep(0.01)
    raise AssertionError(f"no answer within {timeout_s} s, at last {last}")


def percentiles(samples: list[float]) -> str:
    """Median and 95th percentile in milliseconds."""
    if not samples:
        return "none"
    ordered = sorted(samples)
    at = [ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 for share in (0.5, 0.95)]
    return f"p50 {at[0]:.0f} ms, p95 {at[1]:.0f} ms"
