"""What a query may use, each limit met through HTTP; whatever it meets, the next query gets its answer."""

import http.client
import json
import os
import resource
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.workers.server import SECONDS_OF_WORK, Reply, Server, cpu_s, get_target, nameless_files, wait_until

pytestmark = pytest.mark.slow

SORTED_PRODUCT = "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f"
TEN = " ".join(map(str, range(10)))
WORD = "x" * 90


def rows(power: int) -> str:
    """A query with ten to the power of *power* rows, each of 100 bytes in TSV."""
    values = " ".join(f"VALUES ?v{n} {{ {TEN} }}" for n in range(power))
    digits = ", ".join(f"STR(?v{n})" for n in range(power))
    return f'SELECT ?line {{ {values} BIND(CONCAT("{WORD[: 96 - power]}", {digits}) AS ?line) }}'


def problem(body: bytes) -> str:
    """The last part of a problem's type."""
    return json.loads(body)["type"].rpartition("#")[2]


def in_background(work, *arguments, **named) -> threading.Thread:
    thread = threading.Thread(target=work, args=arguments, kwargs=named, daemon=True)
    thread.start()
    return thread


def test_the_client_lowers_the_deadline(tight):
    stopped = tight.ask(SECONDS_OF_WORK, timeout="0.3")

    assert (stopped.status, problem(stopped.body)) == (503, "query-timeout")
    assert 0.25 < stopped.took_s < 0.8
    assert tight.seconds_until_well() < 1


def test_the_client_cannot_raise_the_deadline(tight):
    stopped = tight.ask(SECONDS_OF_WORK, timeout="3600")

    assert (stopped.status, json.loads(stopped.body)["deadline_s"]) == (503, 2)
    assert 1.8 < stopped.took_s < 3
    assert tight.seconds_until_well() < 1


def test_a_query_that_wants_too_much_memory_ends_alone(tight):
    others: list[Reply] = []
    asking = in_background(lambda: others.append(tight.ask(SECONDS_OF_WORK, client="127.0.0.9", timeout="1.5")))
    stopped = tight.ask(SORTED_PRODUCT, timeout_s=20)

    assert (stopped.status, problem(stopped.body)) == (503, "query-killed")
    assert tight.seconds_until_well() < 1
    asking.join()
    assert problem(others[0].body) == "query-timeout"


def test_an_answer_above_the_limit_is_refused_in_words(tight):
    refused = tight.ask(rows(6), accept="text/tab-separated-values")

    assert (refused.status, problem(refused.body)) == (503, "answer-too-large")
    assert "16,777,216 bytes" in json.loads(refused.body)["detail"]
    assert tight.is_well()


@pytest.mark.parametrize("power", [3, 4, 5])
def test_an_answer_is_whole_however_long_it_is(tight, power):
    answered = tight.ask(rows(power), accept="text/tab-separated-values")

    lines = answered.body.splitlines()
    assert answered.headers["content-length"] == str(len(answered.body))
    assert lines[0] == b"?line"
    assert sorted(int(line[-1 - power : -1]) for line in lines[1:]) == list(range(10**power))


@pytest.mark.parametrize("n_bytes", range(4_100_000, 8_400_000, 170_000))
def test_no_piece_is_lost_where_memory_ends_and_the_file_begins(tight, n_bytes):
    word = "y" * (n_bytes // 10_000 - 10)
    values = " ".join(f"VALUES ?v{n} {{ {TEN} }}" for n in range(4))
    query = f'SELECT ?line {{ {values} BIND(CONCAT("{word}", STR(?v0), STR(?v1), STR(?v2), STR(?v3)) AS ?line) }}'
    answered = tight.ask(query, accept="text/tab-separated-values")

    assert sorted(int(line[-5:-1]) for line in answered.body.splitlines()[1:]) == list(range(10_000))
    assert {len(line) for line in answered.body.splitlines()[1:]} == {len(word) + 6}


def test_a_spooled_answer_leaves_no_file_and_no_descriptor(tight):
    before = tight.n_descriptors()
    for _ in range(3):
        assert len(tight.ask(rows(5), accept="text/tab-separated-values").body) > 9_000_000

    assert tight.files() == []
    assert wait_until(lambda: tight.n_descriptors() <= before + 4) < 5


def test_a_client_that_leaves_in_the_middle_of_a_large_answer_leaves_no_file(tight):
    connection = tight.connect()
    connection.request("GET", get_target(rows(5)), headers={"Accept": "text/tab-separated-values"})
    response = connection.getresponse()
    assert response.read(1000).startswith(b"?line")
    assert len(nameless_files(tight.front)) == 1
    response.close()
    connection.close()

    assert wait_until(lambda: not nameless_files(tight.front)) < 2
    assert tight.is_well()


def test_a_client_that_leaves_before_the_answer_stops_its_query(tight):
    tight.seconds_until_well()
    before = set(tight.evaluators)
    connection = tight.connect()
    connection.request("GET", get_target(SECONDS_OF_WORK))
    wait_until(lambda: tight.cpu_s() > 0)
    time.sleep(0.3)
    connection.close()

    assert wait_until(lambda: len(set(tight.evaluators) - before) == 1, timeout_s=1) < 1
    wait_until(lambda: len(tight.evaluators) == 3)
    used = tight.cpu_s()
    time.sleep(0.3)
    assert tight.cpu_s() - used < 0.1


def busy_evaluator(server: Server) -> int:
    """The evaluator that has used most time; waits until one is at work."""

    def busiest() -> int:
        return max(server.evaluators, key=cpu_s)

    wait_until(lambda: cpu_s(busiest()) > 0.05)
    return busiest()


def test_a_killed_evaluator_is_told_and_replaced(tight):
    wait_until(lambda: len(tight.evaluators) == 3)
    replies = []
    asking = in_background(lambda: replies.append(tight.ask(SECONDS_OF_WORK)))
    time.sleep(0.3)
    os.kill(busy_evaluator(tight), signal.SIGKILL)
    begun = time.monotonic()
    asking.join()
    told_s = time.monotonic() - begun

    assert (replies[0].status, problem(replies[0].body)) == (503, "query-killed")
    assert told_s < 0.5
    assert tight.is_well()
    assert wait_until(lambda: len(tight.evaluators) == 3) < 0.5


def test_an_evaluator_killed_in_the_middle_of_a_long_answer_gives_no_short_one(tight):
    wait_until(lambda: len(tight.evaluators) == 3)
    outcomes = []

    def ask() -> None:
        outcomes.append(tight.ask(rows(5).replace("90", "91"), accept="text/tab-separated-values"))

    for delay_s in (0.02, 0.05, 0.08):
        asking = in_background(ask)
        time.sleep(delay_s)
        for pid in tight.evaluators:
            os.kill(pid, signal.SIGKILL)
        asking.join()
        tight.seconds_until_well()

    assert {outcome.status for outcome in outcomes} <= {200, 503}
    assert all(len(outcome.body.splitlines()) == 100_001 for outcome in outcomes if outcome.status == 200)


def limits_of(pid: int) -> dict[str, str]:
    """Soft limits by name."""
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()[1:]
    return {line[:25].strip(): line[26:].split()[0] for line in lines}


def test_an_evaluator_can_open_no_file_and_no_connection(tight):
    """Every descriptor below the limit is in use, and the connection that brings the queries has one of them."""
    wait_until(lambda: len(tight.evaluators) == 3)
    tight.seconds_until_well()
    time.sleep(0.1)
    for pid in tight.evaluators:
        limits = limits_of(pid)
        in_use = {int(descriptor.name) for descriptor in Path(f"/proc/{pid}/fd").iterdir()}
        assert set(range(int(limits["Max open files"]))) <= in_use
        assert limits["Max file size"] == "0"
        assert limits["Max core file size"] == "0"


def test_curl_sees_that_an_answer_was_cut(serve):
    server = serve("--answer", 512)
    url = f"http://127.0.0.1:{server.port}{get_target(rows(6))}"
    command = ["curl", "-s", "-o", os.devnull, "--limit-rate", "1M", "-H", "Accept: text/tab-separated-values", url]
    asking = subprocess.Popen(command)
    wait_until(lambda: nameless_files(server.front), timeout_s=20)
    connection = server.connect()
    connection.request("GET", get_target(rows(6)), headers={"Accept": "text/tab-separated-values"})
    response = connection.getresponse()
    response.read(1000)
    os.kill(server.front, signal.SIGKILL)

    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        response.read()
    response.close()
    connection.close()
    assert asking.wait(timeout=20) in (18, 56)
    assert server.seconds_until_well() < 5


def test_a_disk_that_is_full_is_told_before_the_first_byte(tight):
    """The front may write no file above 6 MB, as if there were no room."""
    resource.prlimit(tight.front, resource.RLIMIT_FSIZE, (6_000_000, resource.RLIM_INFINITY))
    refused = tight.ask(rows(5) + " ", accept="text/tab-separated-values")
    resource.prlimit(tight.front, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    answered = tight.ask(rows(5) + " ", accept="text/tab-separated-values")

    assert refused.status == 503
    assert refused.headers["content-type"] == "application/problem+json"
    assert len(answered.body.splitlines()) == 100_001
    assert nameless_files(tight.front) == []


def test_an_evaluator_that_has_given_back_what_it_took_stays(serve):
    """Nearly 400,000 different texts take more memory than an evaluator may keep."""
    server = serve("--workers", 2)
    pairs = "{ SELECT ?a ?c { ?a a ?b . ?c a ?d } LIMIT 400000 } BIND(CONCAT(STR(?a), STR(?c)) AS ?x)"
    before = sorted(server.evaluators)
    reply = server.ask(f"SELECT (COUNT(DISTINCT ?x) > 300000 AS ?many) {{ {pairs} }}")

    assert (reply.status, reply.body) == (200, b"many\r\ntrue\r\n")
    assert server.is_well()
    assert sorted(server.evaluators) == before


def test_an_evaluator_ends_by_itself_when_nobody_is_there_to_end_it(serve):
    """The front stands still; the evaluator's own alarm goes off half a second after the deadline."""
    server = serve("--workers", 1, "--deadline", 1)
    before = set(server.evaluators)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(server.ask, SECONDS_OF_WORK)
        time.sleep(0.3)
        os.kill(server.front, signal.SIGSTOP)
        try:
            wait_until(lambda: before - set(server.evaluators), timeout_s=10)
        finally:
            os.kill(server.front, signal.SIGCONT)

        assert asked.result().status == 503
    assert server.seconds_until_well() < 5


def test_an_evaluator_that_waits_for_another_front_has_all_the_time(serve):
    server = serve("--workers", 1, "--deadline", 1)
    before, front = sorted(server.evaluators), server.front
    assert server.is_well()
    os.kill(front, signal.SIGKILL)  # at once, as the alarm is stopped when nothing has come for a moment
    time.sleep(2.5)

    assert sorted(server.evaluators) == before
    assert server.seconds_until_well() < 5
