"""
Load on one server from one thread: raw sockets under epoll, requests made beforehand, answers counted, not decoded.

A request costs this side some 10 µs of processor time, kernel included; ``Run.own_cpu`` says how much it was.
"""

import gc
import select
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

CHUNK = 1 << 18
LAST_CHUNK = b"0\r\n\r\n"
CLOSED = "closed"
"""The other side closed a kept connection between two answers, as it may."""
LONGEST_S = 60
"""A window grows until every client has had an answer, but not beyond this; nor does the wait for the last answers."""


@dataclass(slots=True, kw_only=True)
class Run:
    """What happened in one window: answers in *seconds*, each one's latency in seconds, and what failed."""

    seconds: float = 0.0
    latencies_s: list[float] = field(default_factory=list)
    n_bytes: int = 0
    failures: list[str] = field(default_factory=list)
    own_cpu: float = 0.0
    """Share of one processor that this side took."""
    n_late: int = 0
    """Answers that came after the window."""
    engine_cpu_s: float = 0.0
    """Processor time of the engine, until the last answer had come."""
    is_estimate: bool = False
    """Not a window but one answer alone."""

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.latencies_s) / self.seconds if self.seconds else 0.0


@dataclass(slots=True)
class _Client:
    """One kept connection and what is still expected on it."""

    socket: socket.socket
    sent_at: float = 0.0
    received: int = 0
    missing: int | None = None
    """Bytes to come of an answer with a length; -1 when it ends with the last chunk, None before its header."""
    head: bytes = b""
    tail: bytes = b""


def get_request(url: str, query: str, accept: str) -> bytes:
    """The bytes of a GET that keeps its connection."""
    parts = urlsplit(url)
    lines = (
        f"GET {parts.path}?query={quote(query, safe='')} HTTP/1.1",
        f"Host: {parts.netloc}",
        f"Accept: {accept}",
        "Connection: keep-alive",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def drive(url: str, requests: Iterator[bytes], *, clients: int, seconds: float) -> Run:
    """
    Sends the next of *requests* on each of *clients* connections as soon as the one before is answered.

    Returns:
        Answers that were complete when the window closed. It is left with no question open on the other side.

    Raises:
        OSError: nobody listens there any more.
    """
    parts = urlsplit(url)
    gc.disable()
    try:
        with closing(_Clients((parts.hostname or "", parts.port or 80), requests)) as several:
            cpu = time.process_time()
            run = several.window(clients, seconds)
            run.own_cpu = (time.process_time() - cpu) / run.seconds
            run.n_late = several.drain()
    finally:
        gc.enable()
    return run


class _Clients:
    """Connections to one server, and the poll that tells which have something to read."""

    def __init__(self, address: tuple[str, int], requests: Iterator[bytes]) -> None:
        self.address, self.requests = address, requests
        self.poll = select.epoll()
        self.by_number: dict[int, _Client] = {}

    def window(self, n_clients: int, seconds: float) -> Run:
        run = Run()
        now = started = time.perf_counter()
        for _ in range(n_clients):
            self._send(self._connected())
        while now < started + seconds or (len(run.latencies_s) < n_clients and now < started + LONGEST_S):
            for number, _ in self.poll.poll(0.2):
                client = self.by_number[number]
                outcome = _receive(client)
                if outcome is None:
                    continue
                if outcome == "":
                    run.latencies_s.append(time.perf_counter() - client.sent_at)
                    run.n_bytes += client.received
                else:
                    run.failures += [outcome] * (outcome != CLOSED)
                    self._drop(client)
                    client = self._connected()
                self._send(client)
            now = time.perf_counter()
        run.seconds = now - started
        return run

    def drain(self) -> int:
        """Waits for the answers under way, so that the next server does not pay for them; how many came whole."""
        n_whole = 0
        gives_up = time.perf_counter() + LONGEST_S
        while self.by_number and time.perf_counter() < gives_up:
            for number, _ in self.poll.poll(0.2):
                outcome = _receive(self.by_number[number])
                if outcome is not None:
                    n_whole += outcome == ""
                    self._drop(self.by_number[number])
        return n_whole

    def close(self) -> None:
        for client in list(self.by_number.values()):
            self._drop(client)
        self.poll.close()

    def _connected(self) -> _Client:
        client = _Client(socket.create_connection(self.address, timeout=LONGEST_S))
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.by_number[client.socket.fileno()] = client
        self.poll.register(client.socket.fileno(), select.EPOLLIN)
        return client

    def _send(self, client: _Client) -> None:
        client.missing, client.head, client.received = None, b"", 0
        client.sent_at = time.perf_counter()
        client.socket.sendall(next(self.requests))

    def _drop(self, client: _Client) -> None:
        del self.by_number[client.socket.fileno()]
        self.poll.unregister(client.socket.fileno())
        client.socket.close()


def _receive(client: _Client) -> str | None:
    """Takes what has come: None when more is expected, "" when the answer is whole, else what went wrong."""
    try:
        piece = client.socket.recv(CHUNK)
    except OSError as error:
        return f"{type(error).__name__} after {client.received} bytes"
    if not piece:
        return CLOSED if not client.received else f"connection closed after {client.received} bytes"
    client.received += len(piece)
    if client.missing is None:
        return _headed(client, piece)
    return _continued(client, piece)


def _headed(client: _Client, piece: bytes) -> str | None:
    head = client.head + piece
    end = head.find(b"\r\n\r\n")
    if end < 0:
        client.head = head
        return None
    if not head.startswith(b"HTTP/1.1 200"):
        return head[:300].decode("utf-8", "replace")
    fields = head[:end].lower()
    at = fields.find(b"\r\ncontent-length:")
    body = head[end + 4 :]
    if at >= 0:
        client.missing = int(fields[at + 17 :].split(b"\r\n", 1)[0])
    elif b"\r\ntransfer-encoding: chunked" in fields:
        client.missing, client.tail = -1, b""
    else:
        return "an answer with neither length nor chunks"
    return _continued(client, body)


def _continued(client: _Client, piece: bytes) -> str | None:
    if client.missing == -1:
        client.tail = (client.tail + piece[-8:])[-8:]
        return "" if client.tail.endswith(LAST_CHUNK) else None
    client.missing -= len(piece)
    return None if client.missing else ""
