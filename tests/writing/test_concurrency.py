"""
Many who write and many who read at the same time: nobody sees half a change, loses one, or waits for others' sake.

``CPPCC_CONCURRENT_MINUTES`` sets how long the long run lasts (5).
"""

import http.client
import os
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.workers.server import Reply, Server, say
from tests.writing.curator import GRAPHS, TURTLE, Curator, address, cppcc, percentiles, version_of

from cppcc_graph.store.journal import Journal

MINUTES = float(os.environ.get("CPPCC_CONCURRENT_MINUTES", "5"))
N_WRITERS, N_READERS = 8, 32
A, B, C = (f"{GRAPHS}shared-{part}" for part in "abc")
X, N = "<http://example.org/x>", "<http://example.org/n>"
BOTH = f"SELECT ?a ?b {{ GRAPH <{A}> {{ {X} {N} ?a }} GRAPH <{B}> {{ {X} {N} ?b }} }}"
BUMP = (
    f"DELETE {{ GRAPH <{A}> {{ {X} {N} ?a }} GRAPH <{B}> {{ {X} {N} ?b }} }}\n"
    f"INSERT {{ GRAPH <{A}> {{ {X} {N} ?m }} GRAPH <{B}> {{ {X} {N} ?m }} }}\n"
    f"WHERE {{ GRAPH <{A}> {{ {X} {N} ?a }} GRAPH <{B}> {{ {X} {N} ?b }} BIND (?a + 1 AS ?m) }}"
)
COMMITS = (
    "SELECT (MAX(?v) AS ?n) { ?e a <http://www.w3.org/ns/prov#Entity> ; <http://purl.org/dc/terms/identifier> ?v }"
)
TURTLE_ACCEPTED = {"Accept": "application/n-triples"}


@dataclass
class Crowd:
    """
    What everybody has seen.

    Attributes:
        bumps: Acknowledged changes of the counter in A and B.
        swaps: The same of the counter in C, each of which names the version that it was made for.
        wrong: What nobody may see.
        took_s: Seconds of each kind of request.
        known: The counter and the version that everybody must see from now on.
        seen: The counters that were read under each version.
    """

    server: Server
    token: str
    lock: threading.Lock = field(default_factory=threading.Lock)
    bumps: int = 0
    swaps: int = 0
    wrong: list[str] = field(default_factory=list)
    took_s: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    known: dict[str, int] = field(default_factory=lambda: {"count": 0, "version": 0})
    seen: dict[int, set[int]] = field(default_factory=dict)

    def note(self, kind: str, reply: Reply) -> None:
        with self.lock:
            self.took_s.setdefault(kind, []).append(reply.took_s)
            self.statuses[kind, reply.status] += 1

    def complain(self, words: str) -> None:
        with self.lock:
            self.wrong.append(words)

    def begin(self) -> None:
        """The counters stand at 0."""
        curator = Curator(self.server.port, self.token)
        text = f"INSERT DATA {{ GRAPH <{A}> {{ {X} {N} 0 }} GRAPH <{B}> {{ {X} {N} 0 }} GRAPH <{C}> {{ {X} {N} 0 }} }}"
        assert curator.update(text).status == 204
        curator.close()

    def bump(self, curator: Curator, _turn: int) -> None:
        """One more in both graphs."""
        reply = curator.update(BUMP)
        self.note("update", reply)
        if reply.status == 204:
            with self.lock:
                self.bumps += 1
                self.known["version"] = max(self.known["version"], int(reply.headers["data-version"]))
                self.known["count"] = self.bumps

    def swap(self, curator: Curator, turn: int) -> None:
        """The counter in C is read, and written one higher if nothing else has changed meanwhile."""
        seen = curator.send("GET", address("/graphs", graph=C), headers=TURTLE_ACCEPTED)
        self.note("GET graph", seen)
        if seen.status != 200:
            return
        count = number_in(seen.body)
        tag = seen.headers["etag"] if turn % 2 else f'"{version_of(seen)}"'
        reply = curator.send("PUT", address("/graphs", graph=C), f"{X} {N} {count + 1} .", TURTLE, {"If-Match": tag})
        self.note("PUT if", reply)
        if reply.status == 204:
            with self.lock:
                self.swaps += 1

    def read_both(self, reader: Curator, turn: int) -> None:
        """Both counters in one query, never twice in the same words, and once more for who asks again."""
        with self.lock:
            least = dict(self.known)
        reply = reader.ask(f"{BOTH} # {turn % 50}")
        self.note("query", reply)
        if reply.status != 200:
            return
        a, b = values_in(reply.body)
        if a != b:
            self.complain(f"{a} in one graph and {b} in the other")
        if a < least["count"]:
            self.complain(f"{a} is read after {least['count']} was acknowledged")
        if version_of(reply) < least["version"]:
            self.complain(f"version {version_of(reply)} is read after {least['version']} was acknowledged")
        with self.lock:
            self.seen.setdefault(version_of(reply), set()).add(a)

    def read_graph(self, reader: Curator, turn: int) -> None:
        """One of the graphs by itself; what it holds belongs to the version in its tag."""
        reply = reader.send("GET", address("/graphs", graph=(A, B)[turn % 2]), headers=TURTLE_ACCEPTED)
        self.note("GET graph", reply)
        if reply.status == 200:
            with self.lock:
                self.seen.setdefault(version_of(reply), set()).add(number_in(reply.body))

    def read_page(self, reader: Curator, _turn: int) -> None:
        """A page, which a thread makes."""
        self.note("page", reader.send("GET", "/", headers={"Accept": "text/html"}))

    def read_history(self, reader: Curator, _turn: int) -> None:
        """The last commit."""
        with self.lock:
            least = self.known["version"]
        reply = reader.ask(COMMITS, "/history/sparql")
        self.note("history", reply)
        if reply.status == 200 and (told := values_in(reply.body)) and told[0] < least:
            self.complain(f"the history ends at {told[0]} after {least} was acknowledged")

    def drive(self, seconds: float, bumping: int) -> None:
        """Everybody at once, for so long; *bumping* of the writers name no version."""
        until_s = time.monotonic() + seconds
        writers = [self.bump] * bumping + [self.swap] * (N_WRITERS - bumping)
        readers = [self.read_both, self.read_both, self.read_graph, self.read_page, self.read_history]
        works = [*writers, *(readers[n % len(readers)] for n in range(N_READERS))]
        threads = [threading.Thread(target=self._work, args=(work, until_s)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _work(self, work: Callable[[Curator, int], None], until_s: float) -> None:
        curator, turn = Curator(self.server.port, self.token), 0
        while time.monotonic() < until_s:
            turn += 1
            try:
                work(curator, turn)
            except (OSError, http.client.HTTPException, ValueError, KeyError, IndexError) as error:
                self.complain(f"{work.__name__}: {error!r}")
        curator.close()

    def report(self) -> str:
        """The figures."""
        lines = [f"\n{self.bumps:,} counted, {self.swaps:,} swapped, statuses {dict(sorted(self.statuses.items()))}"]
        lines += [f"{kind:<10} {len(some):>7,}  {percentiles(some)}" for kind, some in sorted(self.took_s.items())]
        return "\n".join(lines)


def number_in(n_triples: bytes) -> int:
    """The one number of a graph in N-Triples."""
    return int(n_triples.split(b'"')[1])


def values_in(solutions: bytes) -> list[int]:
    """All numbers of the first solution in JSON."""
    return [int(part.split(b'"')[0]) for part in solutions.split(b'"value":"')[1:]]


def crowded(server: Server, folder: Path, token: str, seconds: float, capsys: pytest.CaptureFixture[str]) -> Crowd:
    crowd = Crowd(server, token)
    crowd.begin()
    crowd.drive(seconds / 2, N_WRITERS // 2)
    crowd.drive(seconds / 2, 0)
    with capsys.disabled():
        say(crowd.report())
    curator = Curator(server.port, token)
    last = values_in(curator.ask(BOTH).body)
    swapped = number_in(curator.send("GET", address("/graphs", graph=C), headers=TURTLE_ACCEPTED).body)
    curator.close()
    entries = Journal.read(folder).entries

    assert crowd.wrong[:5] == []
    assert last == [crowd.bumps, crowd.bumps]
    assert swapped == crowd.swaps
    assert len(entries) == 2 + crowd.bumps + crowd.swaps
    assert {version: counts for version, counts in crowd.seen.items() if len(counts) > 1} == {}
    ordered = [max(crowd.seen[version]) for version in sorted(crowd.seen)]
    assert ordered == sorted(ordered)
    allowed = {"update": {204}, "PUT if": {204, 412}}
    assert {(kind, status) for kind, status in crowd.statuses if status not in allowed.get(kind, {200})} == set()
    return crowd


@pytest.mark.slow
def test_a_crowd_sees_whole_changes_and_loses_none(server, folder, token, capsys):
    crowd = crowded(server, folder, token, 10, capsys)

    assert min(crowd.bumps, crowd.swaps) > 2


@pytest.mark.long
def test_a_crowd_sees_whole_changes_and_loses_none_for_minutes(server, folder, token, capsys):
    crowd = crowded(server, folder, token, MINUTES * 60, capsys)

    assert min(crowd.bumps, crowd.swaps) > 50
    assert cppcc("check", "--store", folder, "--no-shapes").returncode == 0


@pytest.mark.slow
def test_pages_do_not_wait_for_the_writes_that_wait(server, token):
    ended = threading.Event()
    statuses: Counter[int] = Counter()
    waited_s: list[float] = []
    many = " ".join(f"<http://example.org/{n}> {N} {n} ." for n in range(1_000))

    def write(number: int) -> None:
        curator = Curator(server.port, token)
        while not ended.is_set():
            body = f"{many} {X} {N} {time.monotonic_ns()} ."
            reply = curator.send("PUT", address("/graphs", graph=f"{GRAPHS}w{number}"), body, TURTLE)
            statuses[reply.status] += 1
            waited_s.append(reply.took_s)
        curator.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    reader = Curator(server.port, token)
    pages = [reader.send("GET", "/", headers={"Accept": "text/html"}) for _ in range(10)]
    ended.set()
    for thread in threads:
        thread.join()
    reader.close()

    assert set(statuses) <= {201, 204, 503}
    assert {page.status for page in pages} == {200}
    assert statistics.median(page.took_s for page in pages) < statistics.median(waited_s) / 3
