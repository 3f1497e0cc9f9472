"""Where one request ends and the next begins: nobody smuggles one within another."""

import socket

import pytest
from tests.operations.conftest import Program

pytestmark = pytest.mark.slow

GOOD = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
PUT = b"PUT /graphs/outer HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/turtle\r\n"
STATEMENT = b"<http://ex/s> <http://ex/p> 1 ."
INSIDE = (
    b"PUT /graphs/smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/turtle\r\nContent-Length: 31\r\n\r\n"
    + STATEMENT
)
CHUNK = b"%x\r\n%b\r\n0\r\n\r\n" % (len(INSIDE), INSIDE)

AMBIGUOUS = {
    "a length and chunks": PUT + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + INSIDE,
    "chunks and a length": PUT + b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n" + CHUNK,
    "two lengths": PUT + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(INSIDE) + INSIDE,
    "two equal lengths": PUT + b"Content-Length: 0\r\nContent-Length: 0\r\n\r\n" + INSIDE,
    "a list of lengths": PUT + b"Content-Length: 0, %d\r\n\r\n" % len(INSIDE) + INSIDE,
    "a length with a sign": PUT + b"Content-Length: +0\r\n\r\n" + INSIDE,
    "a length below nothing": PUT + b"Content-Length: -1\r\n\r\n" + INSIDE,
    "a length in hexadecimal": PUT + b"Content-Length: 0x0\r\n\r\n" + INSIDE,
    "a length with a blank in it": PUT + b"Content-Length: 0 0\r\n\r\n" + INSIDE,
    "a length that overflows": PUT + b"Content-Length: 18446744073709551616\r\n\r\n" + INSIDE,
    "an empty length": PUT + b"Content-Length: \r\n\r\n" + INSIDE,
    "a space before the colon": PUT + b"Content-Length : 0\r\n\r\n" + INSIDE,
    "a space before a coding's colon": PUT + b"Content-Length: 0\r\nTransfer-Encoding : chunked\r\n\r\n" + INSIDE,
    "another coding": PUT + b"Transfer-Encoding: xchunked\r\n\r\n" + CHUNK,
    "a coding behind chunks": PUT + b"Transfer-Encoding: chunked, identity\r\n\r\n" + CHUNK,
    "chunks twice": PUT + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNK,
    "chunks with a tab": PUT + b"Transfer-Encoding:\x0bchunked\r\nContent-Length: 0\r\n\r\n" + INSIDE,
    "a folded line": PUT + b"Transfer-Encoding:\r\n chunked\r\nContent-Length: 0\r\n\r\n" + INSIDE,
    "a bare line feed": PUT + b"X: y\nContent-Length: 0\r\n\r\n" + INSIDE,
    "a bare carriage return": PUT + b"X: y\rContent-Length: 0\r\n\r\n" + INSIDE,
    "a nothing in a line": PUT + b"X: \x00\r\nContent-Length: 0\r\n\r\n" + INSIDE,
    "a chunk that is no number": PUT + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n" + INSIDE,
    "a chunk that overflows": PUT + b"Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n" + INSIDE,
    "a chunk with a sign": PUT + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n" + INSIDE,
    "a chunk longer than it says": PUT + b"Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n" + INSIDE,
    "a chunk's end without a return": PUT + b"Transfer-Encoding: chunked\r\n\r\n1\na\n0\n\n" + INSIDE,
}


def conversation(program: Program, message: bytes) -> bytes:
    """All that the server says to *message* and to a proper request behind it."""
    with socket.create_connection(("127.0.0.1", program.port), timeout=20) as connection:
        try:
            connection.sendall(message + GOOD)
            return b"".join(iter(lambda: connection.recv(65536), b""))
        except (ConnectionResetError, BrokenPipeError):
            return b""


def exists(program: Program, path: str) -> bool:
    return program.get(path, Accept="text/turtle").status == 200


def test_a_body_that_looks_like_a_request_is_a_body(bare_program):
    said = conversation(bare_program, PUT + b"Content-Length: %d\r\n\r\n" % len(INSIDE) + INSIDE)

    assert said.count(b"HTTP/1.1 ") == 2
    assert said.startswith(b"HTTP/1.1 400 ")
    assert not exists(bare_program, "/graphs/smuggled")


def test_two_requests_that_follow_each_other_are_two(bare_program):
    proper = PUT.replace(b"outer", b"proper") + b"Content-Length: %d\r\n\r\n" % len(STATEMENT) + STATEMENT
    chunks = (
        PUT.replace(b"outer", b"chunks") + b"Transfer-Encoding: chunked\r\n\r\n1f\r\n" + STATEMENT + b"\r\n0\r\n\r\n"
    )
    said = conversation(bare_program, proper + chunks)

    assert said.count(b"HTTP/1.1 201 ") == 2
    assert said.count(b"HTTP/1.1 ") == 3


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_who_leaves_open_where_a_request_ends_is_cut_off(bare_program, name):
    """A proxy might see the end elsewhere, so nothing behind it is believed. Spec: RFC 9112, sections 6.3 and 11.2."""
    said = conversation(bare_program, AMBIGUOUS[name])

    assert said.count(b"HTTP/1.1 ") <= 1, said
    assert b"HTTP/1.1 2" not in said
    assert not exists(bare_program, "/graphs/smuggled")
    assert not exists(bare_program, "/graphs/outer")
