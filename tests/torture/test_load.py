"""
The mix of questions at full load, for minutes: no failure, no wrong answer, and memory that stays where it was.

``CPPCC_LOAD_MINUTES`` sets how long (15); the curve is printed, and written as CSV to ``CPPCC_LOAD_CURVE`` if given.
"""

import http.client
import os
import statistics
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest
from tests.workers.server import Server, say, serving

MINUTES = float(os.environ.get("CPPCC_LOAD_MINUTES", "15"))
N_CLIENTS = 8
SAMPLE_S = 5.0
SETTLED_AFTER = 0.2
PREFIXES = (
    "PREFIX cppcc: <https://w3id.org/cppcc-graph/ontology#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
    "PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
)
MIX = (
    ("lookup", "SELECT ?p ?o { ?s a ?class ; ?p ?o } LIMIT 20 OFFSET %d", "application/sparql-results+json"),
    ("count", "SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER(%d >= 0) }", "text/csv"),
    ("groups", "SELECT ?c (COUNT(?s) AS ?n) { ?s a ?c FILTER(%d >= 0) } GROUP BY ?c ORDER BY DESC(?n) ?c", "text/csv"),
    ("text", 'SELECT ?s { ?s rdfs:label ?l FILTER(CONTAINS(STR(?l), "政协") && %d >= 0) } ORDER BY ?s', "text/csv"),
    ("path", "SELECT (COUNT(?b) AS ?n) { ?c rdfs:subClassOf+ ?b FILTER(%d >= 0) }", "text/csv"),
    ("ask", "ASK { ?s a cppcc:Report FILTER(%d >= 0) }", "application/sparql-results+json"),
    ("graph", "CONSTRUCT { ?s a ?c } { ?s a ?c FILTER(%d >= 0) } LIMIT 200", "application/n-triples"),
    ("rows", "SELECT ?s ?p ?o { ?s ?p ?o FILTER(%d >= 0) }", "text/tab-separated-values"),
    ("long", "SELECT ?a ?b { ?a a ?x . ?b a ?y FILTER(%d >= 0) } LIMIT 60000", "text/tab-separated-values"),
    ("kept", "SELECT (COUNT(*) AS ?n) { ?s a ?c FILTER(0 * %d = 0) }".replace("%d", "1"), "text/csv"),
)
ONE_IN = {"rows": 4, "long": 40}


@dataclass
class Tally:
    """What the clients have seen; each adds under the lock."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    outcomes: Counter[tuple[str, int | str]] = field(default_factory=Counter)
    lengths: dict[str, set[int]] = field(default_factory=dict)
    times_s: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, outcome: int | str, length: int, took_s: float) -> None:
        with self.lock:
            self.outcomes[name, outcome] += 1
            if outcome == 200 and name != "lookup":
                self.lengths.setdefault(name, set()).add(length)
            self.times_s.setdefault(name, []).append(took_s)


def client(server: Server, number: int, tally: Tally, until_s: float) -> None:
    """Asks one question after the other on a connection that stays; each is new to the server but for `kept`."""
    connection = server.connect(client=f"127.0.0.{10 + number}")
    for turn in count(number):
        if time.monotonic() >= until_s:
            break
        name, query, accept = MIX[turn % len(MIX)]
        if turn // len(MIX) % ONE_IN.get(name, 1):
            continue
        text = PREFIXES + (query % (turn * 1000 + number) if "%d" in query else query)
        if name == "lookup":
            text = PREFIXES + query % (turn % 500)
        begun = time.monotonic()
        try:
            headers = {"Accept": accept, "Content-Type": "application/sparql-query"}
            connection.request("POST", "/sparql", text.encode(), headers)
            response = connection.getresponse()
            body = response.read()
            tally.add(name, response.status, len(body), time.monotonic() - begun)
        except (OSError, http.client.HTTPException) as error:
            tally.add(name, repr(error), 0, time.monotonic() - begun)
            connection.close()
            connection = server.connect(client=f"127.0.0.{10 + number}")
    connection.close()


@pytest.mark.long
def test_memory_is_flat_and_nothing_fails_at_full_load(capsys):
    tally = Tally()
    with serving() as server:
        begun = time.monotonic()
        until_s = begun + MINUTES * 60
        threads = [threading.Thread(target=client, args=(server, n, tally, until_s)) for n in range(N_CLIENTS)]
        for thread in threads:
            thread.start()
        curve = []
        while time.monotonic() < until_s:
            curve.append((time.monotonic() - begun, server.memory_mib(), len(server.pids), server.n_descriptors()))
            time.sleep(SAMPLE_S)
        for thread in threads:
            thread.join()
        time.sleep(2)
        assert server.is_well()
        rest = server.memory_mib(), len(server.pids), server.n_descriptors()
        files = server.files()
    with capsys.disabled():
        report(tally, curve, rest)

    assert {outcome for _name, outcome in tally.outcomes} == {200}
    assert {name: len(lengths) for name, lengths in tally.lengths.items() if len(lengths) > 1} == {}
    assert files == []
    settled = [memory for at_s, memory, _pids, _files in curve if at_s > SETTLED_AFTER * MINUTES * 60]
    half = len(settled) // 2
    assert statistics.median(settled[half:]) < statistics.median(settled[:half]) * 1.03 + 2


def report(tally: Tally, curve: list[tuple[float, float, int, int]], rest: tuple[float, int, int]) -> None:
    """Prints what was seen, and the curve as bars."""
    say(f"\n{sum(tally.outcomes.values()):,} requests in {MINUTES:g} min by {N_CLIENTS} clients")
    for name, times_s in tally.times_s.items():
        ordered = sorted(times_s)
        seen = {outcome: n for (of, outcome), n in tally.outcomes.items() if of == name}
        median_ms, p99_ms = (ordered[int(len(ordered) * share)] * 1000 for share in (0.5, 0.99))
        say(f"  {name:8} {len(ordered):9,}  median {median_ms:8.1f} ms  p99 {p99_ms:8.1f} ms  {seen}")
    most = max(memory for _at, memory, _pids, _files in curve)
    every = max(1, len(curve) // 30)
    for at_s, memory, pids, descriptors in curve[::every]:
        bar = "#" * round(50 * memory / most)
        say(f"  {at_s:6.0f} s {memory:8.1f} MiB {pids:3} processes {descriptors:4} descriptors {bar}")
    say(f"  at rest  {rest[0]:8.1f} MiB {rest[1]:3} processes {rest[2]:4} descriptors")
    if path := os.environ.get("CPPCC_LOAD_CURVE"):
        lines = ["seconds,mib,processes,descriptors", *(",".join(map(str, sample)) for sample in curve)]
        Path(path).write_text("\n".join(lines) + "\n")
