"""Queries and clients that mean harm, each followed by a right answer to a normal query within a second."""

import http.client
import json
import os
import random
import signal
import socket
import threading
import time
from contextlib import ExitStack, suppress

import pytest
from tests.workers.server import cpu_s, get_target, nameless_files, wait_until

pytestmark = pytest.mark.long

TEN = " ".join(map(str, range(10)))
TSV = "text/tab-separated-values"
GIGABYTE_ROWS = 4_000_000


def gigabyte(variable: str = "a") -> str:
    """Four million rows of some 270 bytes."""
    return f"SELECT * {{ ?{variable} ?b ?c . ?d ?e ?f }} LIMIT {GIGABYTE_ROWS}"


def nested_parentheses(n: int) -> str:
    return f"SELECT * {{ FILTER({'(' * n}1{')' * n}) }}"


def nested_groups(n: int) -> str:
    return "SELECT * " + "{ " * n + "?s ?p ?o" + " }" * n


def disjunction(n: int) -> str:
    return "SELECT * { ?s ?p ?o FILTER(" + " || ".join(f"?o = {i}" for i in range(n)) + ") }"


def long_path(n: int) -> str:
    return "SELECT * { ?s " + "/".join(["<x:p>"] * n) + " ?o } LIMIT 1"


def product(head: str, tail: str = "") -> str:
    return f"{head} {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }} {tail}"


QUERIES = {
    "5,000 nested parentheses": (nested_parentheses(5_000), {400}),
    "20,000 nested groups": (nested_groups(20_000), {400}),
    "20,000 || terms": (disjunction(20_000), {400, 413}),
    "5,000-step path": (long_path(5_000), {400}),
    "120 nested parentheses (allowed)": (nested_parentheses(120), {200}),
    "120 nested groups (allowed)": (nested_groups(120), {200}),
    "250 patterns (allowed)": ("SELECT * { " + "?s ?p ?o . " * 250 + "} LIMIT 1", {200, 503}),
    "600 || terms (allowed)": (disjunction(600), {200}),
    "three-way product with COUNT": (product("SELECT (COUNT(*) AS ?n)"), {503}),
    "three-way product with ORDER BY": (product("SELECT *", "ORDER BY ?c ?f ?i"), {503}),
    "three-way product, all rows": (product("SELECT *"), {503}),
    "three-way product, DISTINCT": (product("SELECT DISTINCT ?a ?d ?g"), {503}),
    "three-way product, GROUP_CONCAT": (product("SELECT (GROUP_CONCAT(?c) AS ?all)"), {503}),
    "three-way product, CONSTRUCT": (product("CONSTRUCT { ?a ?e ?i }"), {503}),
    "string that doubles 40 times": (
        "SELECT (STRLEN(?x40) AS ?n) { BIND('xx' AS ?x0) "
        + " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(40)) + " }", {503, 400}),
    "REGEX that backtracks": (
        "SELECT * { ?s ?p ?o FILTER(REGEX(STR(?o), '^(([a-z])+.)+[A-Z]([a-z])+$')) }", {200}),
    "REGEX of 10,000 repetitions": ("ASK { FILTER(REGEX('a', '((a{100}){100}){100}')) }", {200, 400, 503}),
    "path over everything": ("SELECT (COUNT(*) AS ?n) { ?s (!<x:p>)* ?o }", {200, 503}),
}  # fmt: skip


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_hurts_nobody(server, torture, name):
    query, expected = QUERIES[name]
    with torture(name) as row:
        answered = server.ask(query, accept="application/sparql-results+json, text/turtle;q=0.5", timeout_s=30)
        row.took_s, row.outcome = answered.took_s, f"{answered.status} {kind_of(answered.body)}"

    assert answered.status in expected
    assert answered.took_s < 12


def kind_of(body: bytes) -> str:
    try:
        return str(json.loads(body)["type"]).rpartition("#")[2]
    except (ValueError, KeyError, TypeError):
        return f"{len(body):,} bytes"


def test_a_gigabyte_goes_out_whole(generous, torture):
    with torture("1 GB result, read at full speed", on=generous) as row:
        begun = time.monotonic()
        connection = generous.connect()
        connection.request("GET", get_target(gigabyte()), headers={"Accept": TSV})
        response = connection.getresponse()
        first_s = time.monotonic() - begun
        if response.status != 200:
            row.outcome = f"{response.status} {kind_of(response.read())}"
        else:
            n_lines = n_bytes = 0
            while piece := response.read(1 << 20):
                n_lines += piece.count(b"\n")
                n_bytes += len(piece)
            row.outcome = f"200, first byte after {first_s:.1f} s, {n_bytes:,} B"
            assert (n_lines, n_bytes) == (GIGABYTE_ROWS + 1, int(response.headers["Content-Length"]))
        connection.close()
    assert response.status in (200, 503)


def test_a_gigabyte_for_a_client_that_reads_slowly(generous, torture):
    with torture("1 GB result, read at 2 MB/s for 10 s, then left", on=generous) as row:
        connection = generous.connect()
        connection.request("GET", get_target(gigabyte() + " "), headers={"Accept": TSV})
        response = connection.getresponse()
        n_bytes, until_s, peak = 0, time.monotonic() + 10, 0.0
        while response.status == 200 and time.monotonic() < until_s:
            n_bytes += len(response.read(200_000))
            time.sleep(0.1)
            peak = max(peak, generous.memory_mib())
            assert generous.is_well(client="127.0.0.3")
        response.close()
        connection.close()
        row.outcome = f"{response.status}, {n_bytes:,} B read, at most {peak:.0f} MiB"


def test_a_gigabyte_for_a_client_that_stops_reading(generous, torture):
    with torture("1 GB result, 8 clients that never read", on=generous) as row, ExitStack() as stack:
        connections = []
        for n in range(8):
            connection = generous.connect(client=f"127.0.0.{20 + n}")
            stack.callback(connection.close)
            connection.request("GET", get_target(gigabyte(f"x{n}")), headers={"Accept": TSV})
            connections.append(connection)
        statuses = [connection.getresponse().status for connection in connections]
        waits = [generous.ask("ASK {}", accept="*/*", client="127.0.0.3").took_s for _ in range(20)]
        row.outcome = f"{sorted(set(statuses))}, others within {max(waits):.2f} s"
    assert max(waits) < 2


def test_a_gigabyte_for_a_client_that_disconnects(generous, torture):
    with torture("1 GB result, left after 1 MB", on=generous) as row:
        connection = generous.connect()
        connection.request("GET", get_target(gigabyte() + "  "), headers={"Accept": TSV})
        response = connection.getresponse()
        received = response.read(1_000_000)
        response.close()
        connection.close()
        begun = time.monotonic()
        used = generous.cpu_s()
        wait_until(lambda: not nameless_files(generous.front), timeout_s=30)
        freed_s = time.monotonic() - begun
        row.outcome = f"{response.status}, {len(received):,} B, file gone after {freed_s:.2f} s"
        row.outcome += f", {generous.cpu_s() - used:.2f} s of CPU"
    assert freed_s < 5


def test_a_gigabyte_for_a_client_that_leaves_before_the_first_byte(generous, torture):
    with torture("1 GB result, left before the first byte", on=generous) as row:
        evaluators = set(generous.evaluators)
        connection = generous.connect()
        connection.request("GET", get_target(gigabyte() + "   "), headers={"Accept": TSV})
        time.sleep(1)
        connection.close()
        killed_s = wait_until(lambda: evaluators - set(generous.evaluators), timeout_s=3)
        wait_until(lambda: not nameless_files(generous.front), timeout_s=3)
        used = generous.cpu_s()
        time.sleep(0.5)
        row.outcome = f"evaluator gone after {killed_s:.2f} s, then {generous.cpu_s() - used:.2f} s of CPU in 0.5 s"
    assert killed_s < 1
    assert generous.cpu_s() - used < 0.5


def test_a_thousand_half_open_connections(server, torture):
    begins = [b"", b"G", b"GET /sparql?query=ASK", b"GET / HTTP/1.1\r\nHost: x\r\nX-A: ", b"\r\n",
              b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\nContent-Type: text/plain\r\n\r\nAS",
              b"POST /sparql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nAS"]  # fmt: skip
    with torture("1,000 half-open connections") as row, ExitStack() as stack:
        sockets = []
        for n in range(1_000):
            opened = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            opened.sendall(begins[n % len(begins)])
            sockets.append(opened)
        waits = []
        for _ in range(50):
            begun = time.monotonic()
            assert server.is_well()
            waits.append(time.monotonic() - begun)
        most = server.n_descriptors()
        begun = time.monotonic()
        n_closed = 0
        for opened in sockets:
            opened.settimeout(max(0.01, 45 - (time.monotonic() - begun)))
            try:
                while opened.recv(4096):
                    pass
                n_closed += 1
            except ConnectionResetError:
                n_closed += 1
            except TimeoutError:
                pass
        row.outcome = (
            f"others within {max(waits):.3f} s, {most} descriptors; {n_closed} closed by the server "
            f"after {time.monotonic() - begun:.0f} s"
        )
    assert max(waits) < 1
    assert n_closed == 1_000


def test_clients_that_drip(server, torture):
    """A byte a second, in the head and in the body."""
    with torture("200 clients that send a byte a second") as row, ExitStack() as stack:
        head = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\n"
        body = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
        sockets = []
        for n in range(200):
            opened = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            opened.sendall(body if n % 2 else head)
            sockets.append(opened)
        begun, alive, waits = time.monotonic(), list(sockets), []
        while alive and time.monotonic() - begun < 45:
            for opened in list(alive):
                try:
                    opened.sendall(b"x")
                except OSError:
                    alive.remove(opened)
            asked = time.monotonic()
            assert server.is_well()
            waits.append(time.monotonic() - asked)
            time.sleep(1)
        row.outcome = f"all closed after {time.monotonic() - begun:.0f} s; others within {max(waits):.3f} s"
    assert alive == []
    assert max(waits) < 1


HEADS = {
    "a head of 1 MB in one line": (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 1_000_000 + b"\r\n\r\n", {431, 400}),
    "a head of 20,000 lines": (
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(20_000)) + b"\r\n", {431, 400}),
    "an address of 1 MB": (b"GET /sparql?query=" + b"A" * 1_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", {414, 431, 400}),
    "a body of 20 MB": (
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
        b"Content-Length: 20000000\r\n\r\n"
        + b"x" * 20_000_000, {413}),
    "a chunked body of 20 MB": (
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n" + (b"100000\r\n" + b"x" * 0x100000 + b"\r\n") * 20 + b"0\r\n\r\n", {413}),
    "a length that is no number": (b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n", {400}),
    "two lengths": (b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", {400}),
    "length and chunks": (
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        {400, 415}),
    "no host": (b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\n\r\n", {200, 400}),
    "HTTP/3.7": (b"GET / HTTP/3.7\r\nHost: x\r\n\r\n", {400, 505}),
    "a NUL in the address": (b"GET /sparql?query=ASK{}\0 HTTP/1.1\r\nHost: x\r\n\r\n", {400}),
    "an absolute address": (
        b"GET http://evil.example/sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\n\r\n", {200, 400, 404}),
    "a proxy's CONNECT": (b"CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n", {400, 404, 405}),
}  # fmt: skip


@pytest.mark.parametrize("name", HEADS)
def test_an_odd_request_is_refused(server, torture, name):
    message, expected = HEADS[name]
    with torture(name) as row, socket.create_connection(("127.0.0.1", server.port), timeout=40) as opened:
        sending = threading.Thread(target=send_quietly, args=(opened, message))
        sending.start()
        received = receive_head(opened)
        sending.join()
        row.outcome = received.split(b"\r\n")[0].decode("latin-1")
    assert int(received.split()[1]) in expected


def send_quietly(opened: socket.socket, message: bytes) -> None:
    with suppress(OSError):
        opened.sendall(message)


def receive_head(opened: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        piece = opened.recv(65536)
        if not piece:
            break
        received += piece
    return received


OUTWARD = (
    "SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ SERVICE SILENT <{url}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ VALUES ?u {{ <{url}> }} SERVICE ?u {{ ?s ?p ?o }} }}",
    "SELECT * {{ BIND(<{url}> AS ?u) SERVICE SILENT ?u {{ ?s ?p ?o }} }}",
    "SELECT * FROM <{url}> {{ ?s ?p ?o }}",
    "SELECT * FROM NAMED <{url}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "SELECT * {{ GRAPH <{url}> {{ ?s ?p ?o }} }}",
    "LOAD <{url}>",
    "LOAD SILENT <{url}> INTO GRAPH <x:g>",
    "INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "DESCRIBE <{url}>",
    "SELECT * {{ {{ SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }} }}",
    "SELECT * {{ FILTER EXISTS {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }}",
    "SELECT * {{ #\r SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ ?s ?p 'SERVICE' ; ?q ?r . \u0053ervice <{url}> {{ ?s ?p ?o }} }}",
    "SELECT * {{ \\u0053ERVICE <{url}> {{ ?s ?p ?o }} }}",
    "PREFIX SERVICE: <{url}> SELECT * {{ SERVICE SERVICE: {{ ?s ?p ?o }} }}",
    "BASE <{url}> SELECT * {{ SERVICE <> {{ ?s ?p ?o }} }}",
    "SELECT * FROM <file:///etc/passwd> {{ ?s ?p ?o }}",
)


def test_nothing_is_heard_outside(server, torture):
    heard: list[bytes] = []
    with torture("SERVICE, LOAD, FROM towards a listener") as row, socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        stop = threading.Event()
        thread = threading.Thread(target=listen, args=(listener, heard, stop))
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/sparql"
        statuses = []
        for text in OUTWARD:
            query = text.format(url=url)
            for kind in ("application/sparql-query", "application/sparql-update"):
                headers = {"Content-Type": kind, "Accept": "*/*"}
                statuses.append(server.request("POST", "/sparql", body=query.encode(), headers=headers).status)
            statuses.append(server.ask("SELECT * { ?s ?p ?o }", accept="*/*", **{"default-graph-uri": url}).status)
        stop.set()
        thread.join()
        counts = {status: statuses.count(status) for status in sorted(set(statuses))}
        row.outcome = f"heard {len(heard)}; {counts}"
    assert heard == []
    assert set(statuses) <= {200, 400, 403, 415}


def listen(listener: socket.socket, heard: list[bytes], stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            connection, _ = listener.accept()
        except TimeoutError:
            continue
        with connection:
            heard.append(connection.recv(1000))


def test_evaluators_are_killed_in_the_middle_of_answers(server, torture):
    """Fifty times, at any moment of an answer of 22 MB: it comes whole, or as a refusal, or is visibly cut."""
    whole, refused, cut = 0, 0, 0
    values = " ".join(f"VALUES ?v{n} {{ {TEN} }}" for n in range(5))
    random_delay = random.Random(1)
    with torture("SIGKILL of the evaluator, 50 times") as row:
        for n in range(50):
            query = f'SELECT ?l {{ {values} BIND(CONCAT("{"k" * 200}{n:04}", STR(?v0), STR(?v4)) AS ?l) }}'
            killer = threading.Timer(random_delay.uniform(0, 0.25), kill_busiest, args=(server,))
            killer.start()
            try:
                answered = server.ask(query, accept=TSV)
            except (http.client.IncompleteRead, ConnectionResetError):
                cut += 1
            else:
                whole += answered.status == 200
                refused += answered.status == 503
                assert answered.status != 200 or answered.body.count(b"\n") == 100_001
                assert answered.status in (200, 503)
            killer.join()
        row.outcome = f"{whole} whole, {refused} refused with 503, {cut} visibly cut"


def kill_busiest(server) -> None:
    evaluators = server.evaluators
    if evaluators:
        with suppress(ProcessLookupError):
            os.kill(max(evaluators, key=cpu_s), signal.SIGKILL)
