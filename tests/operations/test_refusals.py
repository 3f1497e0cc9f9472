"""Connections that the HTTP layer itself has to answer: too many, too slow, or broken by a mistake of ours."""

import asyncio
import json
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import uvicorn

from cppcc_graph.serving.direct import DirectProtocol

pytestmark = pytest.mark.slow

REQUEST = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


class HurriedProtocol(DirectProtocol):
    most_connections = 3
    head_deadline_s = 0.3


@contextmanager
def listening(front) -> Iterator[int]:
    """The port on which *front* answers, by a protocol with little patience."""
    config = uvicorn.Config(
        front, http=HurriedProtocol, ws="none", lifespan="off", log_config=None, server_header=False, access_log=False
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = threading.Thread(target=lambda: asyncio.run(server.serve([listener])))
        running.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            running.join()


def connected(port):
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def heard(connection):
    """Status, headers and body of the one answer on a connection that the server closes."""
    said = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, body = said.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    return int(first.split()[1]), {n.lower(): v for n, _, v in (line.partition(": ") for line in lines)}, body


def told(headers, body):
    """The problem, after a look at the headers that every answer has."""
    assert headers["content-type"] == "application/problem+json"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert int(headers["content-length"]) == len(body)
    return json.loads(body)


def test_a_head_that_never_ends_is_told_that_it_is_late(door, lines):
    with listening(door().front) as port, connected(port) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")
        status, headers, body = heard(connection)

    assert (status, told(headers, body)["status"]) == (408, 408)
    assert [(line["status"], line["route"], line["outcome"]) for line in lines()] == [(408, None, "bad-request")]


def test_a_client_that_says_nothing_is_left_without_a_word(door, lines):
    with listening(door().front) as port, connected(port) as connection:
        said = connection.recv(1)

    assert (said, lines()) == (b"", [])


def test_one_connection_too_many_is_told_when_to_come_again(door):
    with listening(door().front) as port:
        open_ones = [connected(port) for _ in range(3)]
        with connected(port) as another:
            status, headers, body = heard(another)
        for connection in open_ones:
            connection.close()

    assert (status, headers["retry-after"], headers["connection"]) == (503, "2", "close")
    assert "too many connections" in told(headers, body)["detail"]


def test_there_is_room_again_when_others_have_left(door):
    with listening(door().front) as port:
        for _ in range(8):
            with connected(port) as connection:
                connection.sendall(REQUEST)

                assert heard(connection)[0] == 200


@pytest.mark.parametrize("target", [b"/", b"/sparql?query=ASK%7B%7D"])
def test_a_mistake_of_ours_is_a_problem_without_details(door, target, caplog):
    async def broken(_scope, _receive, _send):
        raise RuntimeError("geheim")

    class Broken:
        async def answer(self, _request):
            raise RuntimeError("geheim")

        def begin(self, _request):
            raise RuntimeError("geheim")

        def kept(self, _request):
            return None

    caplog.set_level(logging.ERROR)
    front = replace(door().front, application=broken, answers=Broken())
    with listening(front) as port, connected(port) as connection:
        connection.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        status, headers, body = heard(connection)

    assert (status, told(headers, body)["title"]) == (500, "Internal Server Error")
    assert b"geheim" not in body
    assert "geheim" in caplog.text


def test_a_head_that_begins_while_another_request_is_answered_has_to_end_too(door):
    front = door().front
    with listening(front) as port, connected(port) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /sparql?query=A")
        said = b"".join(iter(lambda: connection.recv(65536), b""))

    assert said.startswith(b"HTTP/1.1 200")
    assert b"HTTP/1.1 408" in said
