"""The server as it runs, over real connections on the loopback interface."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

SERVER = Path(__file__).parents[2] / "server"
REPORT = Path(__file__).parent / "fictional" / "mingchuan-2033.ttl"
COMMAND = [
    sys.executable,
    "-c",
    "from cppcc_graph.cli import main; main()",
    "serve",
    "--port",
    "0",
    "--data",
    str(REPORT),
]


@pytest.fixture(scope="module")
def server() -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "PYTHONPATH": str(SERVER), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        COMMAND, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )
    yield process
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)


@pytest.fixture(scope="module")
def address(server: subprocess.Popen[str]) -> str:
    """Host and port, once the server says that it is ready."""
    for line in server.stderr or ():
        if found := re.search(r"http://\S+ is ready", line):
            return urlsplit(found[0].split()[0]).netloc
    pytest.fail("the server has ended without becoming ready")


def ask(address: str, method: str, target: str, **more: object) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection(address, timeout=10)
    try:
        connection.request(method, target, **more)
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def test_a_query_is_answered_whole(address: str) -> None:
    answer, body = ask(address, "GET", "/sparql?query=ASK%7B%7D")

    assert answer.status == 200
    assert answer.getheader("Content-Length") == str(len(body))
    assert json.loads(body) == {"head": {}, "boolean": True}


def test_head_has_the_headers_of_get_and_no_body(address: str) -> None:
    answer, body = ask(address, "HEAD", "/sparql?query=ASK%7B%7D")

    assert (answer.status, answer.getheader("Content-Length"), body) == (200, "26", b"")


def test_a_chunked_body_is_read(address: str) -> None:
    headers = {"Content-Type": "application/sparql-query", "Transfer-Encoding": "chunked"}
    answer, body = ask(address, "POST", "/sparql", body=iter([b"ASK ", b"{}"]), headers=headers, encode_chunked=True)

    assert (answer.status, json.loads(body)["boolean"]) == (200, True)


def test_repeated_accept_lines_are_one_list(address: str) -> None:
    connection = http.client.HTTPConnection(address, timeout=10)
    connection.putrequest("GET", "/sparql?query=SELECT(1%20AS%20?x)%7B%7D")
    connection.putheader("Accept", "application/sparql-results+json;q=0.5")
    connection.putheader("Accept", "text/csv")
    connection.endheaders()

    assert connection.getresponse().getheader("Content-Type") == "text/csv; charset=utf-8"
    connection.close()


@pytest.mark.parametrize(("n", "status"), [(7_900, 200), (8_100, 414), (20_000, 414)])
def test_an_address_is_answered_up_to_the_limit(address: str, n: int, status: int) -> None:
    start = "/sparql?query=" + quote("ASK {} #")

    assert ask(address, "GET", start.ljust(n, "x"))[0].status == status


@pytest.mark.parametrize("content_type", ["application/sparql-query", "application/x-www-form-urlencoded"])
def test_a_body_above_the_limit_is_refused_in_words(address: str, content_type: str) -> None:
    answer, body = ask(address, "POST", "/sparql", body=b"x" * 4_000_001, headers={"Content-Type": content_type})

    assert (answer.status, json.loads(body)["status"]) == (413, 413)


def test_the_query_method_passes_the_server(address: str) -> None:
    headers = {"Content-Type": "application/sparql-query"}

    assert ask(address, "QUERY", "/sparql", body=b"ASK {}", headers=headers)[0].status == 200


def test_a_thing_leads_to_its_document(address: str) -> None:
    answer, _body = ask(address, "GET", "/id/organisation/cppcc-mingchuan")
    document, body = ask(address, "GET", answer.getheader("Location"), headers={"Accept": "text/turtle"})

    assert (answer.status, document.status) == (303, 200)
    assert "明川市政协".encode() in body


def test_the_log_is_one_line_of_json_per_request_on_stdout(server: subprocess.Popen[str], address: str) -> None:
    ask(address, "GET", "/sparql?query=ASK%7B%7D&marker=1")
    server.send_signal(signal.SIGTERM)
    stdout, _stderr = server.communicate(timeout=10)
    lines = [json.loads(line) for line in stdout.splitlines()]

    assert {"method", "route", "status", "took_ms", "bytes"} <= lines[-1].keys()
    assert lines[-1]["query_sha256"] == "89330c13a3d6"
