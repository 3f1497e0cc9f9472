"""``cppcc serve`` as a program: what it says to what is no request, to signals, to its operator."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from tests.engines import oxigraph
from tests.operations.conftest import ASK, asking, value_of

pytestmark = pytest.mark.slow

HEAD = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\n"
SERVER = Path(__file__).parents[2] / "server"
# Some seconds for the engine, and for the machine that runs it.
HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.mark.parametrize(
    ("message", "status", "word"),
    [
        (b"GARBAGE\r\n\r\n", 400, "no HTTP request"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01", 400, "no HTTP request"),
        (b"GET / HTTP/9.9\r\n\r\n", 400, "no HTTP request"),
        (HEAD + b"Content-Length: many\r\n\r\n", 400, "no HTTP request"),
        (HEAD + b"Host: a\r\nX: " + b"a" * 70_000, 431, "too long"),
        (b"GET /" + b"a" * 70_000, 431, "too long"),
        (HEAD + b"Connection: close\r\n\r\n", 400, "The header Host"),
        (HEAD + b"Connection: close\r\nHost: a\r\nHost: a\r\n\r\n", 400, "The header Host"),
        (HEAD + b"Connection: close\r\nHost: a<b\r\n\r\n", 400, "The header Host"),
    ],
)
def test_what_is_no_request_is_refused_in_words(program, message, status, word):
    seen = program.say(message)
    told = json.loads(seen.body)

    assert (seen.status, told["status"]) == (status, status)
    assert word in told["detail"]
    assert seen.headers["content-type"] == "application/problem+json"
    assert seen.headers["x-content-type-options"] == "nosniff"
    assert seen.headers["content-security-policy"].startswith("default-src 'none'")
    assert program.lines()[-1]["status"] == status
    assert program.get(ASK).status == 200


def test_garbage_behind_a_request_never_stands_in_its_answer(program):
    many = asking("SELECT * { ?s ?p ?o } LIMIT 20000")
    message = f"GET {many} HTTP/1.1\r\nHost: a\r\n\r\n".encode() + b"GARBAGE\r\n\r\n"
    heard = bytearray()
    with socket.create_connection(("127.0.0.1", program.port), timeout=20) as connection, suppress(ConnectionError):
        connection.sendall(message)
        while piece := connection.recv(65536):
            heard += piece

    assert b"HTTP/1.1 400" not in heard[1:]


def test_http_1_0_needs_no_host(program):
    seen = program.say(b"GET /sparql?query=ASK%7B%7D HTTP/1.0\r\n\r\n")

    assert seen.status == 200


def test_stderr_stays_quiet_however_clients_behave(program):
    before = program.said()
    program.say(b"GARBAGE\r\n\r\n")
    program.get(ASK, Upgrade="h2c")
    program.get(ASK, Upgrade="websocket")

    assert program.said() == before


def test_the_client_behind_a_trusted_proxy_is_the_one_that_is_told(serve):
    behind = serve("--trusted-proxy", "127.0.0.0/8", "--trusted-proxy", "::1")
    told = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "data.example"}
    described = behind.get("/sparql", Accept="text/turtle", **told)
    behind.get(ASK, **told)
    behind.get(asking("ASK {"), **told)

    assert "<https://data.example/sparql>" in described.body.decode()
    assert [line["client"] for line in behind.lines()] == ["203.0.113.9"] * 3


def test_without_the_setting_the_peer_is_the_client(program):
    program.get(ASK, X_Forwarded_For="203.0.113.9")

    assert program.lines()[-1]["client"] == "127.0.0.1"


def test_the_metrics_tell_evaluators_cache_and_data(serve):
    counted = serve("--workers", "2")
    for _ in range(3):
        counted.get(asking("SELECT ?s { ?s a ?c } LIMIT 3"))
    metrics = counted.get("/metrics").body.decode()

    assert value_of(metrics, 'cppcc_queries_total{outcome="ok"}') == 3
    assert value_of(metrics, 'cppcc_cache_lookups_total{result="hit"}') == 2
    assert value_of(metrics, 'cppcc_cache_lookups_total{result="miss"}') == 1
    assert value_of(metrics, "cppcc_cache_answers") == 1
    assert value_of(metrics, "cppcc_evaluators") >= 2
    assert value_of(metrics, "cppcc_ready") == 1
    assert [line["cache"] for line in counted.lines()] == ["miss", "hit", "hit", None]


def test_a_query_that_is_stopped_is_told_with_its_time(serve):
    hurried = serve("--deadline", "1")
    seen = hurried.get(asking(HEAVY))
    [line] = hurried.lines()

    assert seen.status == 503
    assert (line["outcome"], line["status"]) == ("timeout", 503)
    assert 900 < line["took_ms"] < 10_000


def test_a_client_that_leaves_is_told(program):
    with socket.create_connection(("127.0.0.1", program.port)) as connection:
        connection.sendall(f"GET {asking(HEAVY)} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        time.sleep(1)
    until = time.monotonic() + 10
    while not any(line["outcome"] == "client-left" for line in program.lines()):
        assert time.monotonic() < until
        time.sleep(0.1)

    assert value_of(program.get("/metrics").body.decode(), 'cppcc_queries_total{outcome="client-left"}') >= 1


def test_requests_that_share_one_evaluation_are_told_so(serve):
    shared = serve()
    target = asking("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?b ?f . ?d a ?c }")
    together = [threading.Thread(target=shared.get, args=(target,)) for _ in range(4)]
    for one in together:
        one.start()
    for one in together:
        one.join()

    assert sorted(line["cache"] for line in shared.lines()) == ["miss", "shared", "shared", "shared"]


def test_what_the_container_asks_is_answered_when_it_is_ready(program):
    [line] = re.findall(r"^  CMD (.*)$", (SERVER / "Containerfile").read_text(), re.MULTILINE)
    _, *arguments = json.loads(line)

    def asked(port):
        environment = os.environ | {"CPPCC_PORT": str(port)}
        return subprocess.run(
            [sys.executable, *arguments], env=environment, capture_output=True, check=False
        ).returncode

    assert asked(program.port) == 0
    assert asked(1) != 0


def test_it_is_alive_before_it_is_ready(serve, tmp_path):
    slow = tmp_path / "many.ttl"
    slow.write_text("".join(f"<x:{n}> <x:p> {n} .\n" for n in range(50_000)))
    starting = serve("--data", slow, is_ready=False)
    seen = {}
    while "ready" not in seen:
        try:
            alive, ready = starting.get("/healthz"), starting.get("/readyz")
        except ConnectionError:
            assert starting.process.poll() is None, starting.said()
            continue
        seen.setdefault(ready.body.decode().strip(), (alive.status, ready.status))
        time.sleep(0.02)

    assert seen == {"no evaluator has answered yet": (200, 503), "ready": (200, 200)}


@pytest.fixture
def engine():
    """Starts an empty engine on a port."""
    started = []

    def start(port):
        command = [oxigraph.program(), "serve", "--bind", f"127.0.0.1:{port}"]
        started.append(subprocess.Popen(command, stderr=subprocess.DEVNULL))

    yield start
    for process in started:
        process.terminate()
        process.wait(timeout=20)


def test_a_store_elsewhere_that_is_away_or_empty_is_not_ready_and_comes_back(serve, engine, in_new_process):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    before = serve("--store", f"http://127.0.0.1:{port}/query", is_ready=False)
    before.wait_for("cppcc: not ready: the engine at ")
    away = before.get("/readyz")
    engine(port)
    before.wait_for("the store is empty")
    empty = before.get("/readyz")
    loaded = in_new_process("load", "--store", f"http://127.0.0.1:{port}/query")
    until = time.monotonic() + 20
    while before.get("/readyz").status != 200:
        assert time.monotonic() < until
        time.sleep(0.1)

    assert loaded.status == 0
    assert (away.status, empty.status) == (503, 503)
    assert "cannot be reached" in away.body.decode()
    assert empty.body == b"the store is empty\n"
    assert " is ready: " in before.said()


def test_a_reload_drops_no_request_and_is_told(serve, tmp_path):
    data = tmp_path / "a.ttl"
    data.write_text("<x:a> <x:b> 1 .")
    served = serve("--data", data)
    statuses, is_over = [], threading.Event()

    def ask():
        while not is_over.is_set():
            statuses.append(served.get(asking("SELECT ?o { <x:a> <x:b> ?o }")).status)

    asking_on = threading.Thread(target=ask)
    asking_on.start()
    data.write_text("<x:a> <x:b> 2 .")
    served.signal(signal.SIGHUP)
    served.wait_for("cppcc: the data were read again")
    time.sleep(1)
    is_over.set()
    asking_on.join()
    seen = served.get(asking("SELECT ?o { <x:a> <x:b> ?o }"), Accept="text/csv")

    assert set(statuses) == {200}
    assert len(statuses) > 10
    assert seen.body.decode().split() == ["o", "2"]
    assert value_of(served.get("/metrics").body.decode(), "cppcc_data_generation") == 1


def test_a_reload_of_bad_data_changes_nothing_and_says_where(serve, tmp_path):
    data = tmp_path / "a.ttl"
    data.write_text("<x:a> <x:b> 1 .")
    served = serve("--data", data)
    data.write_text("<x:a> <x:b> .")
    for times in (1, 2):
        served.signal(signal.SIGHUP)
        served.wait_for("line 1, column 13: . is not a valid RDF object\n" * 1)
        time.sleep(0.5 * times)
    seen = served.get(asking("SELECT ?o { <x:a> <x:b> ?o }"), Accept="text/csv")

    assert seen.body.decode().split() == ["o", "1"]
    assert "cppcc: the data could not be read again and are served as they were" in served.said()


def test_a_stop_lets_a_query_end_and_says_so(serve):
    stopping = serve()
    answered = []
    target = asking("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . FILTER(?a = <x:never>) }")
    waiting = threading.Thread(target=lambda: answered.append(stopping.get(target, Accept="text/csv")))
    waiting.start()
    time.sleep(0.3)
    stopping.signal(signal.SIGTERM)
    status = stopping.process.wait(timeout=20)
    waiting.join()

    assert status == 0
    assert answered[0].status in (200, 503)
    assert "cppcc: stopping; requests that run have ten seconds to end" in stopping.said()


def test_a_second_signal_ends_what_still_runs(serve):
    stopping = serve()
    with socket.create_connection(("127.0.0.1", stopping.port)) as connection:
        connection.sendall(f"GET {asking(HEAVY)} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        time.sleep(0.5)
        stopping.signal(signal.SIGTERM)
        stopping.wait_for("cppcc: stopping")
        time.sleep(0.5)
        stopping.signal(signal.SIGTERM)
        begun = time.monotonic()
        status = stopping.process.wait(timeout=20)

    assert status == 0
    assert time.monotonic() - begun < 3
    assert "cppcc: requests that still ran were cut" in stopping.said()


@pytest.mark.parametrize(
    ("content", "words"),
    [("<x:a> <x:b> .", "line 1, column 13: . is not a valid RDF object"), (None, "there is no such file or folder")],
)
def test_bad_data_end_the_start_with_status_2_and_one_line(serve, tmp_path, content, words):
    data = tmp_path / "a.ttl"
    if content:
        data.write_text(content)
    starting = serve("--data", data, is_ready=False)

    assert starting.process.wait(timeout=30) == 2
    assert starting.said() == f"cppcc: {data}: {words}\n"


@pytest.mark.parametrize("begins", ["", "@"])
def test_systemd_is_told_of_ready_reload_and_stop(serve, tmp_path, begins):
    address = f"{begins}{tmp_path}/notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address.replace("@", "\0", 1))
        systemd.settimeout(20)
        told = serve(environment={"NOTIFY_SOCKET": address})
        said = [systemd.recv(1000).decode()]
        told.signal(signal.SIGHUP)
        said += [systemd.recv(1000).decode(), systemd.recv(1000).decode()]
        told.signal(signal.SIGTERM)
        said += [systemd.recv(1000).decode()]

    assert [message.split("\n")[0] for message in said] == ["READY=1", "RELOADING=1", "READY=1", "STOPPING=1"]
    assert said[1].split("\n")[1].removeprefix("MONOTONIC_USEC=").isdecimal()


def test_a_front_that_dies_is_replaced_and_that_is_told(serve):
    hurt = serve()
    children = Path(f"/proc/{hurt.process.pid}/task/{hurt.process.pid}/children").read_text().split()
    [front] = [pid for pid in children if os.getpgid(int(pid)) == os.getpgid(hurt.process.pid)]
    os.kill(int(front), signal.SIGKILL)
    hurt.wait_for("cppcc: the process that spoke HTTP has ended; another takes its place")
    until = time.monotonic() + 20
    while True:
        try:
            if hurt.get("/readyz").status == 200:
                break
        except OSError:
            assert time.monotonic() < until

    assert hurt.get(ASK).status == 200
