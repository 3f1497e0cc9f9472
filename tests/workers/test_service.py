"""SERVICE through a served server: what is asked, what is refused, and that nothing waits for a slow endpoint."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest

pytestmark = pytest.mark.slow

HEAD = "HTTP/1.1 {status}\r\nContent-Type: application/sparql-results+json\r\n{more}\r\n"
ROW = {"s": {"type": "uri", "value": "x:a"}}
DOCUMENT = json.dumps({"head": {"vars": ["s"]}, "results": {"bindings": [ROW]}})


class Endpoint:
    """Somebody else's endpoint, which says what it is told to; *left* is set when its client has gone."""

    def __init__(self, answer: str, *, is_trickling: bool) -> None:
        self._answer = answer
        self._is_trickling = is_trickling
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/sparql"
        self.heard: list[bytes] = []
        self.left = Event()

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            Thread(target=self._speak, args=(connection,), daemon=True).start()

    def _speak(self, connection: socket.socket) -> None:
        with connection:
            try:
                self.heard.append(connection.recv(65536))
                connection.sendall(self._answer.encode())
                while self._is_trickling:
                    connection.sendall(b" ")
                    time.sleep(0.05)
            except OSError:
                self.left.set()

    def close(self) -> None:
        self._listener.close()


@contextmanager
def saying(answer: str, *, is_trickling: bool = False) -> Iterator[Endpoint]:
    endpoint = Endpoint(answer, is_trickling=is_trickling)
    Thread(target=endpoint.serve, daemon=True).start()
    try:
        yield endpoint
    finally:
        endpoint.close()


def whole(status: str = "200 OK", document: str = DOCUMENT, more: str = "") -> str:
    return HEAD.format(status=status, more=f"Content-Length: {len(document)}\r\n{more}") + document


def test_an_endpoint_on_the_list_is_asked_and_joined(serve):
    with saying(whole()) as endpoint:
        server = serve("--service", endpoint.url)
        reply = server.ask(f"SELECT ?s ?o {{ SERVICE <{endpoint.url}> {{ ?s ?p ?q }} BIND(1 AS ?o) }}")

    assert (reply.status, reply.body) == (200, b"s,o\r\nx:a,1\r\n")
    assert b"BASE" not in endpoint.heard[0]  # our own address is nobody's business


def test_an_endpoint_that_is_not_on_the_list_hears_nothing(serve):
    with saying(whole()) as endpoint:
        server = serve()
        refused = server.ask(f"SELECT ?s {{ SERVICE <{endpoint.url}> {{ ?s ?p ?q }} }}")
        silent = server.ask(f"SELECT ?s {{ SERVICE SILENT <{endpoint.url}> {{ ?s ?p ?q }} }}")

    assert (refused.status, silent.status, silent.body) == (403, 200, b"s\r\n\r\n")
    assert endpoint.heard == []


def test_an_endpoint_that_trickles_is_left_when_the_time_is_over(serve):
    with saying(HEAD.format(status="200 OK", more=""), is_trickling=True) as endpoint:
        server = serve("--service", endpoint.url)
        reply = server.ask(f"SELECT ?s {{ SERVICE <{endpoint.url}> {{ ?s ?p ?q }} }}", timeout="1")

        assert endpoint.left.wait(5)
    assert reply.status == 502
    assert reply.took_s < 5


@pytest.mark.parametrize(
    "answer",
    [
        whole("302 Found", "", "Location: http://127.0.0.1:1/\r\n"),
        whole("500 Internal Server Error"),
        whole(document="<html>"),
        HEAD.format(status="200 OK", more="Content-Length: 1000\r\n") + DOCUMENT,
    ],
    ids=["redirects", "fails", "says something else", "is cut"],
)
def test_what_is_no_whole_answer_is_an_error_and_silent_hides_it(serve, answer):
    with saying(answer) as endpoint:
        server = serve("--service", endpoint.url)
        loud = server.ask(f"SELECT ?s {{ SERVICE <{endpoint.url}> {{ ?s ?p ?q }} }}")
        silent = server.ask(f"SELECT ?s {{ SERVICE SILENT <{endpoint.url}> {{ ?s ?p ?q }} }}")

    assert loud.status == 502
    assert (silent.status, silent.body) == (200, b"s\r\n\r\n")
