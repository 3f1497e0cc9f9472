"""Clients that ask without reading, slowly, in odd ways, or for more than they can take."""

import gzip
import socket
import time
from contextlib import suppress

import pytest
import zstandard
from tests.workers.server import get_target, wait_until

pytestmark = pytest.mark.slow

ROWS = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 200"


def test_who_asks_on_without_reading_keeps_nobody_waiting(tight):
    """20,000 requests in one go, on each of two connections, for an answer of some 25 kB that is there already."""
    kept = tight.request("GET", get_target(ROWS), headers={"Accept": "text/csv"})
    asked = f"GET {get_target(ROWS)} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n".encode() * 20_000
    before = tight.memory_mib()
    greedy = [socket.create_connection(("127.0.0.1", tight.port), timeout=0.5) for _ in range(2)]
    for connection in greedy:
        with suppress(OSError):
            connection.sendall(asked)
    wait = tight.seconds_until_well()
    memory = tight.memory_mib()
    for connection in greedy:
        connection.close()

    assert len(kept.body) > 20_000
    assert wait < 1
    assert memory < before + 30


def test_requests_in_one_go_are_answered_in_turn(tight):
    queries = [f"SELECT ({n} AS ?n) {{}}" for n in range(20)]
    lines = "GET {} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\nConnection: {}\r\n\r\n"
    asked = "".join(lines.format(get_target(q), "close" if q == queries[-1] else "keep-alive") for q in queries)
    received = b""
    with socket.create_connection(("127.0.0.1", tight.port), timeout=5) as connection:
        connection.sendall(asked.encode())
        while piece := connection.recv(65536):
            received += piece

    assert [int(part.split(b"\r\n\r\nn\r\n")[1].split()[0]) for part in received.split(b"HTTP/1.1 200 OK")[1:]] == list(
        range(20)
    )


def test_a_long_body_does_not_count_as_the_head_of_the_next_request(tight):
    connection = tight.connect()
    query = "SELECT (1 AS ?x) {} #" + "x" * 200_000
    for _ in range(2):
        connection.request("POST", "/sparql", query, {"Content-Type": "application/sparql-query", "Accept": "text/csv"})
        response = connection.getresponse()
        assert (response.status, response.read()) == (200, b"x\r\n1\r\n")
    raw = connection.sock
    raw.sendall(b"GET /sparql?query=SELECT+(1+AS+?x)+{} HTTP/1.1\r\nHost: x\r\n")
    time.sleep(0.1)
    raw.sendall(b"Accept: text/csv\r\n\r\n")
    assert raw.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
    connection.close()


def test_a_head_without_end_is_refused(tight):
    with socket.create_connection(("127.0.0.1", tight.port), timeout=5) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 300_000)

        assert connection.recv(65536).startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_body_of_20_mb_is_refused_in_words(tight, is_chunked):
    body = iter([b"x" * 1_000_000] * 20) if is_chunked else b"x" * 20_000_000
    refused = tight.request("POST", "/sparql", body=body, headers={"Content-Type": "application/sparql-query"})

    assert refused.status == 413
    assert tight.is_well()


def test_a_chunked_query_is_answered(tight):
    pieces = iter([b"SELECT (1 AS ?x)", b" ", b"{}"])
    headers = {"Content-Type": "application/sparql-query", "Accept": "text/csv"}
    answered = tight.request("POST", "/sparql", body=pieces, headers=headers)

    assert (answered.status, answered.body) == (200, b"x\r\n1\r\n")


@pytest.mark.parametrize(("coding", "decode"), [("gzip", gzip.decompress), ("zstd", zstandard.decompress)])
def test_each_coding_has_a_tag_of_its_own_that_is_known_again(tight, coding, decode):
    headers = {"Accept": "text/csv"}
    plain = tight.request("GET", get_target(ROWS), headers=headers)
    coded = tight.request("GET", get_target(ROWS), headers=headers | {"Accept-Encoding": coding})
    known = {"If-None-Match": coded.headers["etag"], "Accept-Encoding": coding}
    again = tight.request("GET", get_target(ROWS), headers=headers | known)
    other = tight.request("GET", get_target(ROWS + " "), headers=headers | known)

    assert coded.headers["content-encoding"] == coding
    assert decode(coded.body) == plain.body
    assert coded.headers["etag"] != plain.headers["etag"]
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", coded.headers["etag"])
    assert other.status == 200


def test_a_page_shows_the_first_rows_of_an_answer_that_was_spooled(tight):
    page = tight.request("GET", get_target("SELECT * { ?s ?p ?o }"), headers={"Accept": "text/html"})

    counted = tight.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").body.split()[-1]

    assert page.status == 200
    assert f"{int(counted):,}" in page.body.decode()


def test_a_browser_that_leaves_stops_its_query(tight):
    tight.seconds_until_well()
    before = set(tight.evaluators)
    connection = tight.connect()
    product = "SELECT (COUNT(*) AS ?left) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    connection.request("GET", get_target(product), headers={"Accept": "text/html"})
    time.sleep(0.3)
    connection.close()

    assert wait_until(lambda: before - set(tight.evaluators), timeout_s=1) < 1


def test_a_body_that_is_announced_too_long_is_refused_before_it_comes(tight):
    head = (
        "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\nContent-Length: 99999999\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", tight.port), timeout=5) as connection:
        connection.sendall(head.encode())
        received = connection.recv(65536)

    assert received.startswith(b"HTTP/1.1 413 ")


def test_a_client_that_leaves_after_a_failure_leaves_no_stack_in_the_log(serve):
    server = serve("--workers", 2)
    asked = f"GET {get_target('SELECT * {')} HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\n\r\n".encode()
    for pause_s in [0, 0.001, 0.003, 0.01] * 5:
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
            connection.sendall(asked)
            time.sleep(pause_s)
    wait_until(server.is_well)

    assert "Traceback" not in server.log.read_text()
