"""The command as a program of its own: pipes, signals, and the server."""

import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from urllib.request import urlopen

import pytest

from cppcc_graph.publish import open_store

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-m", "cppcc_graph"]
ASK = "sparql?query=ASK%7B%7D"


@pytest.fixture
def serve() -> Iterator[Callable[..., tuple[subprocess.Popen[str], str, float]]]:
    """Starts ``cppcc serve``; gives the process, its URL, and the seconds until it was ready."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: object) -> tuple[subprocess.Popen[str], str, float]:
        begun = time.monotonic()
        server = subprocess.Popen(
            [*COMMAND, "serve", "--port", "0", *map(str, arguments)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(server)
        for line in server.stderr or ():
            if ready := re.match(r"cppcc: (http\S+) is ready", line):
                return server, ready[1], time.monotonic() - begun
        raise AssertionError("the server ended before it was ready")

    yield start
    for server in started:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=10)
        if server.stderr:
            server.stderr.close()


def status(url: str) -> int:
    with urlopen(url, timeout=5) as response:
        return response.status


def test_a_reader_that_leaves_is_no_error():
    dump = subprocess.Popen([*COMMAND, "dump"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert dump.stdout is not None
    assert dump.stderr is not None
    dump.stdout.read(100)
    dump.stdout.close()
    written = dump.stderr.read()
    dump.stderr.close()

    assert (dump.wait(timeout=30), written) == (0, b"")


@pytest.mark.slow
def test_ctrl_c_ends_a_long_query_at_once_and_quietly():
    query = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    asked = subprocess.Popen([*COMMAND, "query", query], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    time.sleep(1.5)
    asked.send_signal(signal.SIGINT)
    out, err = asked.communicate(timeout=2)

    assert (asked.returncode, out, err) == (-signal.SIGINT, b"", b"")


@pytest.mark.slow
def test_an_ill_typed_literal_is_a_finding_and_no_trace(in_new_process, tmp_path):
    (tmp_path / "ill.ttl").write_text(
        "PREFIX cppcc: <https://w3id.org/cppcc-graph/ontology#> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"
        '<x:report> a cppcc:Report ; <http://purl.org/dc/terms/issued> "soon"^^xsd:date .'
    )
    told = in_new_process("validate", tmp_path / "ill.ttl")

    assert told.status == 1
    assert told.err == ""


def test_the_server_answers_within_5_seconds_and_stops_within_2(serve):
    server, url, ready_s = serve()
    answered = status(url + ASK)
    begun = time.monotonic()
    server.send_signal(signal.SIGTERM)
    server.wait(timeout=10)

    assert answered == 200
    assert ready_s < 5
    assert time.monotonic() - begun < 2
    assert server.returncode == 0


def test_ctrl_c_stops_the_server_quietly(serve):
    server, _, _ = serve()
    server.send_signal(signal.SIGINT)

    assert server.wait(timeout=5) == 0
    assert (server.stderr.read() if server.stderr else None) == ""


def test_a_port_in_use_is_told_before_anything_is_read(in_new_process):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = in_new_process("serve", "--port", port, "--data", "/nowhere")

    assert told.status == 2
    assert (
        told.err == f"cppcc: port: {port} is in use by another program; stop that one, or choose another with --port\n"
    )


@pytest.mark.slow
def test_a_store_that_others_read_is_read(in_new_process, tmp_path):
    with closing(open_store(tmp_path / "store")) as store:
        told = in_new_process("query", "ASK {}", "--store", tmp_path / "store")
        [row] = store.select("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")

    assert (told.status, told.out) == (0, "yes\n")
    assert int(row["n"].value) > 1000


@pytest.mark.slow
def test_a_filled_store_that_differs_is_told_with_the_command_that_shows_it(in_new_process, tmp_path):
    data = tmp_path / "a.ttl"
    data.write_text("<x:a> <x:b> 1 .")
    open_store(tmp_path / "store", [data]).close()
    data.write_text("<x:a> <x:b> 2 .")
    server = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", "--store", tmp_path / "store", "--data", data],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr is not None
    told = server.stderr.readline()
    server.stderr.readline()
    server.send_signal(signal.SIGTERM)
    server.wait(timeout=10)
    server.stderr.close()

    assert told == (
        "cppcc: the store differs from the files in 1 graph and is served as it is; "
        f"see: cppcc load --dry-run --store {tmp_path / 'store'} {data}\n"
    )
    shown = in_new_process(*told.split("see: cppcc ")[1].split())
    assert "1 added        1 removed  <https://w3id.org/cppcc-graph/graph/a>" in shown.out


@pytest.mark.slow
def test_the_home_folder_is_left_alone(serve, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    _, url, _ = serve()

    assert status(url + ASK) == 200
    assert list(tmp_path.iterdir()) == []
