"""Processes that end, are killed, stopped or told to read the data again; clients notice as little as can be."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from urllib.parse import quote

import pytest
from tests.workers.server import BARE, SECONDS_OF_WORK, SERVER, Reply, Server, processes_with, serving, wait_until

pytestmark = pytest.mark.slow


@contextmanager
def asking_all_the_time(server: Server, query: str) -> Iterator[list[Reply | Exception]]:
    """What one client on kept-alive connections gets meanwhile."""
    outcomes: list[Reply | Exception] = []
    stop = Event()

    def ask() -> None:
        connection = server.connect(timeout_s=10)
        while not stop.is_set():
            begun = time.monotonic()
            try:
                connection.request("GET", f"/sparql?query={quote(query)}", headers={"Accept": "text/csv"})
                response = connection.getresponse()
                outcomes.append(Reply(response.status, {}, response.read(), time.monotonic() - begun))
            except (OSError, http.client.HTTPException) as error:
                outcomes.append(error)
                connection.close()
                connection = server.connect(timeout_s=10)
        connection.close()

    threads = [Thread(target=ask, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    yield outcomes
    stop.set()
    for thread in threads:
        thread.join()


def test_a_killed_nursery_comes_back_and_nobody_notices(serve):
    server = serve("--workers", 2)
    old = server.nursery
    with asking_all_the_time(server, "SELECT * { ?s ?p ?o } LIMIT 1") as outcomes:
        time.sleep(0.3)
        os.kill(old, signal.SIGKILL)
        wait_until(lambda: old not in server.pids and len(server.evaluators) == 3)
        time.sleep(0.5)

    assert {getattr(outcome, "status", outcome) for outcome in outcomes} == {200}
    assert len(outcomes) > 50
    wait_until(lambda: len(server.pids) == 6)


def test_a_nursery_that_is_killed_again_and_again_is_given_time_and_comes_back(serve):
    """As it is where memory is short and the kernel chooses it each time."""
    server = serve("--workers", 1)
    time.sleep(1.1)
    for _ in range(4):
        old = server.nursery
        os.kill(old, signal.SIGKILL)
        wait_until(lambda old=old: server.nursery not in (0, old), timeout_s=6)

    assert server.seconds_until_well() < 5
    assert server.process.poll() is None


def test_a_server_stops_at_once_while_it_gives_a_process_time(serve):
    server = serve("--workers", 1)
    time.sleep(1.1)
    for _ in range(3):
        old = server.nursery
        os.kill(old, signal.SIGKILL)
        wait_until(lambda old=old: server.nursery not in (0, old), timeout_s=6)
    os.kill(server.nursery, signal.SIGKILL)
    time.sleep(0.2)
    begun = time.monotonic()

    assert (server.stop(), time.monotonic() - begun < 1.5) == (0, True)
    assert server.pids == []


def test_a_killed_front_comes_back(serve):
    server = serve("--workers", 2)
    old = server.front
    os.kill(old, signal.SIGKILL)

    assert server.seconds_until_well() < 5
    assert server.front != old
    wait_until(lambda: len(server.pids) == 6)


def test_a_killed_supervisor_takes_everything_with_it(serve):
    server = serve("--workers", 2)
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()

    wait_until(lambda: server.pids == [], timeout_s=15)


@pytest.mark.parametrize("where", ["memory", "disk"])
def test_data_are_read_again_without_a_dropped_request(serve, tmp_path, where):
    data, store = tmp_path / "a.ttl", tmp_path / "store"
    data.write_text("<x:a> <x:b> 1 .")
    server = serve("--data", data, *(("--store", store) if where == "disk" else ()))
    query = "SELECT ?o { <x:a> <x:b> ?o }"
    with asking_all_the_time(server, query) as outcomes:
        time.sleep(0.3)
        data.write_text("<x:a> <x:b> 2 .")
        if where == "disk":
            environment = {**os.environ, "PYTHONPATH": str(SERVER)}
            load = [sys.executable, "-m", "cppcc_graph", "load", "--store", store, data]
            subprocess.run(load, env=environment, check=True, capture_output=True)
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: server.ask(query).body == b"o\r\n2\r\n", timeout_s=15)
        n_before = len(outcomes)
        wait_until(lambda: len(outcomes) > n_before + 20)

    assert {getattr(outcome, "status", outcome) for outcome in outcomes} == {200}
    assert {outcome.body for outcome in outcomes} == {b"o\r\n1\r\n", b"o\r\n2\r\n"}
    assert {outcome.body for outcome in outcomes[n_before:]} == {b"o\r\n2\r\n"}
    wait_until(lambda: len(server.evaluators) == 5 and len(server.pids) == 8)


def test_data_that_cannot_be_read_again_change_nothing(serve, tmp_path):
    data = tmp_path / "a.ttl"
    data.write_text("<x:a> <x:b> 1 .")
    server = serve("--data", data)
    data.write_text("<x:a> <x:b> ")
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "are served as they were" in server.log.read_text())

    assert server.ask("SELECT ?o { <x:a> <x:b> ?o }").body == b"o\r\n1\r\n"
    os.kill(server.nursery, signal.SIGKILL)
    assert server.seconds_until_well() < 5
    assert server.ask("SELECT ?o { <x:a> <x:b> ?o }").body == b"o\r\n1\r\n"


def a_second_of_work(token: int) -> str:
    """About a second or two of work with an answer."""
    return f"SELECT (COUNT(*) AS ?n{token}) {{ ?a a ?b . ?c a ?d . FILTER(STRLEN(STR(?a)) > STRLEN(STR(?c))) }}"


def test_a_query_that_runs_has_its_answer_when_the_server_stops(serve):
    server = serve("--workers", 2, "--deadline", 30)
    replies: list[Reply] = []
    thread = Thread(target=lambda: replies.append(server.ask(a_second_of_work(1))))
    thread.start()
    time.sleep(0.4)
    begun = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    thread.join()
    status = server.process.wait(timeout=15)

    assert replies[0].status == 200
    assert status == 0
    assert time.monotonic() - begun < 12
    assert server.pids == []
    assert list(server.temporary.iterdir()) == []


def test_a_second_signal_ends_everything_at_once(serve):
    server = serve("--workers", 2)

    def ask() -> None:
        with suppress(OSError, http.client.HTTPException):
            server.ask(SECONDS_OF_WORK)

    thread = Thread(target=ask, daemon=True)
    thread.start()
    time.sleep(0.4)
    for _ in range(2):
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)

    assert server.process.wait(timeout=2) == 0
    assert server.pids == []
    assert list(server.temporary.iterdir()) == []


@pytest.mark.parametrize("delay_s", [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8])
def test_a_server_that_is_stopped_while_it_begins_stops_soon(tmp_path, delay_s):
    folder = tmp_path.parent / f"t{delay_s:.1f}"
    folder.mkdir(exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(SERVER), "TMPDIR": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "-m", "cppcc_graph", "serve", "--port", "0"], env=environment, stderr=subprocess.DEVNULL
    )
    time.sleep(delay_s)
    process.send_signal(signal.SIGTERM)
    begun = time.monotonic()
    process.wait(timeout=20)

    assert time.monotonic() - begun < 3
    assert processes_with(f"TMPDIR={folder}") == []
    assert list(folder.iterdir()) == []


@pytest.fixture
def bare() -> Iterator[Server]:
    with serving(*BARE, "--workers", 2) as server:
        yield server


def write(server: Server, update: str) -> int:
    headers = {"Content-Type": "application/sparql-update"}
    return server.request("POST", "/sparql", body=update, headers=headers).status


def test_no_kept_answer_outlives_a_write(bare):
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    tags = []
    for n in range(1, 12):
        assert write(bare, f"INSERT DATA {{ <x:a> <x:b> {n} }}") == 204
        answers = [bare.ask(query) for _ in range(3)]
        assert {answer.body for answer in answers} == {f"n\r\n{n}\r\n".encode()}
        tags.append(answers[0].headers["etag"])

    assert len(set(tags)) == 11


def test_a_front_that_comes_back_sees_what_was_written(bare):
    assert write(bare, "INSERT DATA { <x:a> <x:b> 1 }") == 204
    assert write(bare, "INSERT DATA { <x:a> <x:b> 2 }") == 204
    before = bare.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    os.kill(bare.front, signal.SIGKILL)
    bare_is_back = wait_until(lambda: answers(bare), timeout_s=10)
    after = bare.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")

    assert bare_is_back < 5
    assert after.body == b"n\r\n2\r\n"
    assert after.headers["etag"] != before.headers["etag"]
    assert write(bare, "INSERT DATA { <x:a> <x:b> 3 }") == 204
    assert bare.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").body == b"n\r\n3\r\n"


def answers(server: Server) -> bool:
    try:
        return server.ask("ASK {}", accept="*/*", timeout_s=2).status == 200
    except (OSError, http.client.HTTPException):
        return False


def test_writes_leave_neither_processes_nor_descriptors_nor_memory(bare):
    for n in range(5):
        write(bare, f"INSERT DATA {{ <x:a> <x:b> {n} }}")
    wait_until(lambda: len(bare.pids) == 6)
    before = bare.n_descriptors(), bare.memory_mib()
    for n in range(60):
        assert write(bare, f"INSERT DATA {{ <x:a> <x:c> {n} }}") == 204
    wait_until(lambda: len(bare.pids) == 6)
    time.sleep(0.3)

    assert bare.n_descriptors() <= before[0] + 4
    assert bare.memory_mib() < before[1] + 20
    assert len(list(bare.temporary.rglob("*.sock"))) == 2


def test_an_update_that_takes_too_long_changes_nothing(serve):
    server = serve(*BARE, "--deadline", 1)
    values = " ".join(f"<x:s{n}> <x:p> {n} ." for n in range(300))
    assert write(server, f"INSERT DATA {{ {values} }}") == 204
    status = write(server, "INSERT { ?a <x:q> ?i } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(?c + ?f + ?i = 7) }")

    assert status == 503
    assert server.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").body == b"n\r\n300\r\n"
    assert write(server, "INSERT DATA { <x:a> <x:b> 1 }") == 204
    assert server.ask("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }").body == b"n\r\n301\r\n"


def test_a_server_starts_over_with_jemalloc_where_the_system_has_it(serve, monkeypatch):
    libraries = list(Path("/usr/lib").glob("*/libjemalloc.so.2"))
    if not libraries:
        pytest.skip("libjemalloc2 is not installed")
    monkeypatch.delenv("LD_PRELOAD", raising=False)
    server = serve("--workers", 1)

    assert server.is_well()
    assert all("libjemalloc" in Path(f"/proc/{pid}/maps").read_text() for pid in (server.front, *server.evaluators))

    monkeypatch.setenv("LD_PRELOAD", "")
    plain = serve("--workers", 1)

    assert plain.is_well()
    assert not any("libjemalloc" in Path(f"/proc/{pid}/maps").read_text() for pid in (plain.front, *plain.evaluators))
