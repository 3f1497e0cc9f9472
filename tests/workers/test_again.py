"""What is asked again on one connection is answered as it would be on a connection of its own."""

import re
import socket
import time
from urllib.parse import quote

import pytest
from tests.workers.server import SECONDS_OF_WORK, Server, get_target, wait_until

pytestmark = pytest.mark.slow

LINES = "Host: 127.0.0.1\r\nAccept: text/csv\r\nX-Long: {}\r\n\r\n".format("x" * 300)
QUERY = "SELECT (1 AS ?n) {}"
USUAL = f"GET {get_target(QUERY)} HTTP/1.1\r\n{LINES}"


Told = tuple[int, dict[str, str], bytes]


def answers(server: Server, *messages: str) -> list[Told]:
    """What is told to messages that are sent on one connection, each when the one before is answered."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        return [answer(connection, message) for message in messages]


def answer(connection: socket.socket, message: str) -> Told:
    connection.sendall(message.encode())
    return heard(connection, message.split()[0])


def heard(connection: socket.socket, method: str = "GET") -> Told:
    """Status, header fields and body of one answer, and not a byte more; without the time of day."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += received(connection, 1)
    first, *lines = head.decode("latin-1").splitlines()[:-1]
    fields = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines) if name.lower() != "date"}
    length = 0 if method == "HEAD" else int(fields.get("content-length", 0))
    return int(first.split()[1]), fields, received(connection, length)


def received(connection: socket.socket, n_bytes: int) -> bytes:
    """Exactly so many."""
    return connection.recv(n_bytes, socket.MSG_WAITALL) if n_bytes else b""


def timeless(told: Told) -> Told:
    """A page says how long its query took."""
    status, fields, body = told
    return status, fields, re.sub(rb"\d+ ms", b"", body)


ODD = {
    "another query": f"GET {get_target('SELECT (2 AS ?n) {}')} HTTP/1.1\r\n{LINES}",
    "an empty query": f"GET /sparql?query= HTTP/1.1\r\n{LINES}",
    "no query": f"GET /sparql? HTTP/1.1\r\n{LINES}",
    "a query with mistakes": f"GET {get_target('SELECT * {')} HTTP/1.1\r\n{LINES}",
    "an update": f"GET /sparql?update={quote('CLEAR ALL')} HTTP/1.1\r\n{LINES}",
    "two queries": f"GET {get_target(QUERY)}&query=x HTTP/1.1\r\n{LINES}",
    "a format": f"GET {get_target(QUERY, format='json')} HTTP/1.1\r\n{LINES}",
    "an unknown format": f"GET {get_target(QUERY, format='pdf')} HTTP/1.1\r\n{LINES}",
    "a page": f"GET {get_target(QUERY, format='html')} HTTP/1.1\r\n{LINES}",
    "a time": f"GET {get_target(QUERY, timeout='none')} HTTP/1.1\r\n{LINES}",
    "a graph": f"GET {get_target(QUERY)}&default-graph-uri=x:y HTTP/1.1\r\n{LINES}",
    "a fragment": f"GET {get_target(QUERY)}#there HTTP/1.1\r\n{LINES}",
    "raw UTF-8": f"GET /sparql?query=SELECT%20('议'%20AS%20?n)%20{{}} HTTP/1.1\r\n{LINES}",
    "bytes that are no UTF-8": f"GET /sparql?query=%FF HTTP/1.1\r\n{LINES}",
    "a long address": f"GET /sparql?query={'x' * 8_001} HTTP/1.1\r\n{LINES}",
    "another path": f"GET /sparql/?query=x HTTP/1.1\r\n{LINES}",
    "an absolute address": f"GET http://127.0.0.1{get_target(QUERY)} HTTP/1.1\r\n{LINES}",
    "another method": f"HEAD {get_target(QUERY)} HTTP/1.1\r\n{LINES}",
    "an older version": f"GET {get_target(QUERY)} HTTP/1.0\r\n{LINES}",
    "other lines": f"GET {get_target(QUERY)} HTTP/1.1\r\n{LINES.replace('csv', 'tab-separated-values')}",
    "one line more": f"GET {get_target(QUERY)} HTTP/1.1\r\nAccept: application/json\r\n{LINES}",
    "no host": f"GET {get_target(QUERY)} HTTP/1.1\r\n{LINES.replace('Host', 'Hose')}",
    "a body": f"GET {get_target(QUERY)} HTTP/1.1\r\nContent-Length: 4\r\n{LINES}abcd",
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_what_follows_the_usual_is_answered_as_when_it_comes_alone(tight, odd):
    *usual, after = answers(tight, USUAL, USUAL, odd)

    assert [body for _status, _fields, body in usual] == [b"n\r\n1\r\n"] * 2
    assert timeless(after) == timeless(answers(tight, odd)[0])


def test_the_usual_after_what_is_odd_is_answered(tight):
    for odd in ODD.values():
        status, fields, _body = answers(tight, USUAL, odd)[1]
        if fields.get("connection") != "close" and status != 431:
            assert answers(tight, USUAL, odd, USUAL)[2][2] == b"n\r\n1\r\n", odd


def test_requests_that_come_in_pieces_or_together_are_answered_in_turn(tight):
    other = USUAL.replace(quote("1 AS"), quote("2 AS"))
    with socket.create_connection(("127.0.0.1", tight.port), timeout=10) as connection:
        assert answer(connection, USUAL)[2] == b"n\r\n1\r\n"

        connection.sendall((other + USUAL).encode())
        together = [heard(connection)[2], heard(connection)[2]]

        middle = len(other) // 3
        connection.sendall(other[:middle].encode())
        time.sleep(0.05)
        connection.sendall(other[middle:].encode() + USUAL[:middle].encode())
        pieces = [heard(connection)[2]]
        time.sleep(0.05)
        connection.sendall(USUAL[middle:].encode())
        pieces.append(heard(connection)[2])

    assert together == pieces == [b"n\r\n2\r\n", b"n\r\n1\r\n"]


def test_a_tag_that_is_known_is_known_again_on_the_same_connection(tight):
    tag = answers(tight, USUAL)[0][1]["etag"]
    knowing = USUAL.replace("X-Long", f"If-None-Match: {tag}\r\nX-Long")
    another = knowing.replace(quote("1 AS"), quote("2 AS"))

    assert [told[0] for told in answers(tight, knowing, knowing, another, knowing)] == [304, 304, 200, 304]


def test_a_long_answer_that_is_kept_is_not_made_again(serve):
    server = serve("--workers", 1)
    many = f"GET {get_target('SELECT * { ?s ?p ?o } LIMIT 6000')} HTTP/1.1\r\nAccept-Encoding: gzip\r\n{LINES}"
    *bodies, metrics = answers(server, many, many, many, "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")

    assert len({body for _status, _fields, body in bodies}) == 1
    assert bodies[0][1]["content-encoding"] == "gzip"
    assert b'cppcc_cache_lookups_total{result="miss"} 1.0' in metrics[2]
    assert b'cppcc_cache_lookups_total{result="hit"} 2.0' in metrics[2]


def test_a_body_that_comes_later_belongs_to_its_request(tight):
    head = f"GET {get_target(QUERY)} HTTP/1.1\r\nContent-Length: 4\r\n{LINES}"
    with socket.create_connection(("127.0.0.1", tight.port), timeout=10) as connection:
        for _ in range(3):
            status, _fields, body = answer(connection, head)
            connection.sendall(b"abcd")
            assert (status, body) == (200, b"n\r\n1\r\n")
        assert answer(connection, USUAL)[2] == b"n\r\n1\r\n"


def test_two_requests_in_one_go_are_two_however_often(tight):
    with socket.create_connection(("127.0.0.1", tight.port), timeout=10) as connection:
        for _ in range(3):
            connection.sendall((USUAL + USUAL).encode())
            assert [heard(connection)[2] for _ in range(2)] == [b"n\r\n1\r\n"] * 2


def test_what_was_begun_is_not_left_for_something_usual(tight):
    with socket.create_connection(("127.0.0.1", tight.port), timeout=10) as connection:
        assert answer(connection, USUAL)[0] == 200
        connection.sendall(b"GE")
        time.sleep(0.1)
        assert answer(connection, USUAL)[0] == 400


def test_a_head_that_begins_behind_a_whole_request_goes_on_with_what_comes_next(tight):
    other, third = (USUAL.replace(quote("1 AS"), quote(f"{n} AS")) for n in (2, 3))
    begun = other.partition("Host")[0] + "X-A: "
    alive = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with socket.create_connection(("127.0.0.1", tight.port), timeout=10) as connection:
        assert answer(connection, USUAL)[2] == answer(connection, USUAL)[2] == b"n\r\n1\r\n"
        assert answer(connection, alive + begun)[0] == 200
        time.sleep(0.1)
        assert answer(connection, third)[2] == b"n\r\n2\r\n"  # its first line is the value of X-A
        assert answer(connection, third)[2] == b"n\r\n3\r\n"
        assert b"n\r\n" not in answer(connection, alive)[2]


@pytest.mark.parametrize("line", ["Accept: text/tab-separated-values", "If-None-Match: {tag}", "Host: evil.example"])
def test_header_lines_of_an_earlier_piece_are_not_those_of_the_next_request(tight, line):
    short = (
        f"GET {get_target(QUERY)} HTTP/1.1\r\nX-B: 1\r\n" + ("" if "Host" in line else "Host: 127.0.0.1\r\n") + "\r\n"
    )
    tag = answers(tight, USUAL)[0][1]["etag"]
    with socket.create_connection(("127.0.0.1", tight.port), timeout=10) as connection:
        begun = f"GET {get_target(QUERY)} HTTP/1.1\r\n{line.format(tag=tag)}\r\nX-A: "
        connection.sendall(begun.encode())
        time.sleep(0.1)
        answer(connection, short)
        after = answer(connection, short)

    assert after == answers(tight, short)[0]


def test_raw_utf_8_in_an_address_is_read_as_if_it_were_percent_encoded(tight):
    raw = USUAL.replace(quote("SELECT (1 AS ?n) {}"), "SELECT('政协'AS?n){}")
    line, rest = raw.partition("协")[::2]
    with socket.create_connection(("127.0.0.1", tight.port), timeout=10) as connection:
        whole = answer(connection, raw)
        first = "协".encode()[:1]
        connection.sendall(line.encode() + first)
        time.sleep(0.1)
        connection.sendall("协".encode()[1:] + rest.encode())
        pieces = heard(connection)

    assert (whole[0], whole[2]) == (200, "n\r\n政协\r\n".encode())
    assert pieces == whole


@pytest.mark.parametrize("second", [USUAL, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\n\r\n"])
def test_who_leaves_with_two_questions_open_leaves_no_stack_and_no_query(serve, second):
    server = serve("--workers", 2, "--deadline", 30)
    for number in range(6):
        slow = f"GET {get_target(SECONDS_OF_WORK.replace('?n', f'?n{number}'))} HTTP/1.1\r\n{LINES}"
        many = f"GET {get_target(f'SELECT ?s{number} {{ ?s{number} ?p ?o }} LIMIT 4000')} HTTP/1.1\r\n{LINES}"
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
            connection.sendall(((slow if number % 2 else many) + second).encode())
            time.sleep(0.002 * number)
    running = b"cppcc_queries_running 0.0"
    wait_until(lambda: running in server.request("GET", "/metrics").body, timeout_s=3)

    assert "Traceback" not in server.log.read_text()
