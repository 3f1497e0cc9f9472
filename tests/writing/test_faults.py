"""
Any process of a server that writes may be killed at any moment: what was acknowledged stays, and nothing is half there.

``CPPCC_KILLS`` sets how many of the long run (300), ``CPPCC_FAULT_SEED`` which one (1).
"""

import http.client
import os
import random
import statistics
import threading
import time
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.workers.server import Server, say, wait_until
from tests.writing.curator import GRAPHS, Curator, cppcc, insisting, writable
from tests.writing.scribe import COUNT, EX, Ledger, Scribe, states_of
from tests.writing.tree import KINDS, Tree, killed

from cppcc_graph.store.journal import Journal

KILLS = int(os.environ.get("CPPCC_KILLS", "300"))
SEED = int(os.environ.get("CPPCC_FAULT_SEED", "1"))
N_SCRIBES, N_READERS = 3, 2
CHECKED_EVERY = 25
HISTORY = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> SELECT (COUNT(DISTINCT ?c) AS ?n) { ?c a ?class }"
PAIR = f"""SELECT ?a ?b {{ GRAPH <{GRAPHS}%(name)s-a> {{ <{EX}%(name)s> <{COUNT}> ?a }}
GRAPH <{GRAPHS}%(name)s-b> {{ <{EX}%(name)s> <{COUNT}> ?b }} }}"""


@dataclass
class Trial:
    """
    A server that is killed piece by piece while others write and read.

    Attributes:
        written_s: For each kind that was killed, the seconds until a change was acknowledged again.
        read_s: The same for a right answer to a query.
        halves: What readers saw that no commit has made.
    """

    folder: Path
    token: str
    stack: ExitStack
    chance: random.Random
    server: Server = field(init=False)
    tree: Tree = field(init=False)
    probe: Curator = field(init=False)
    scribes: list[Scribe] = field(init=False)
    ledger: Ledger = field(default_factory=Ledger)
    running: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)
    writing: list[threading.Lock] = field(default_factory=lambda: [threading.Lock() for _ in range(N_SCRIBES)])
    written_s: dict[str, list[float]] = field(default_factory=dict)
    read_s: dict[str, list[float]] = field(default_factory=dict)
    n_reads: Counter[str] = field(default_factory=Counter)
    halves: list[str] = field(default_factory=list)
    n_fates: Counter[str] = field(default_factory=Counter)
    n_versions: int = 0
    n_probes: int = 0

    def begin(self) -> None:
        """The server, and everybody who uses it."""
        self._serve()
        self.probe = Curator(self.server.port, self.token)
        self.scribes = [
            Scribe(f"w{n}", Curator(self.server.port, self.token, 30), random.Random(f"{SEED}/{n}"), self.ledger)
            for n in range(N_SCRIBES)
        ]
        works = [threading.Thread(target=self._write, args=(n,), daemon=True) for n in range(N_SCRIBES)]
        works += [threading.Thread(target=self._read, args=(n,), daemon=True) for n in range(N_READERS)]
        for work in works:
            work.start()
        self.stack.callback(self._end, works)

    def _end(self, works: list[threading.Thread]) -> None:
        self.ended.set()
        for work in works:
            work.join()
        for curator in (self.probe, *(scribe.curator for scribe in self.scribes)):
            curator.close()

    def _serve(self) -> None:
        self.server = self.stack.enter_context(writable(self.folder))
        self.tree = Tree(self.server)

    def _write(self, number: int) -> None:
        scribe = self.scribes[number]
        while not self.ended.is_set():
            self.running.wait(1)
            with self.writing[number]:
                if self.running.is_set() and scribe.doubt is None:
                    scribe.write()
            time.sleep(0.002)

    def _read(self, number: int) -> None:
        chance = random.Random(f"{SEED}/reader/{number}")
        reader = Curator(self.server.port, self.token, 10)
        while not self.ended.is_set():
            self.running.wait(1)
            if reader.port != self.server.port:
                reader.move_to(self.server.port)
            with suppress(OSError, http.client.HTTPException, AssertionError, ValueError):
                for row in reader.rows(PAIR % {"name": chance.choice(self.scribes).name}):
                    self.n_reads["pairs"] += 1
                    if row["a"] != row["b"]:
                        self.halves.append(str(row))
            time.sleep(0.01)
        reader.close()

    def suffer(self, kind: str) -> None:
        """One process of *kind* is killed amid the writing; then all is looked at."""
        self.running.set()
        time.sleep(self.chance.uniform(0.2, 0.6))
        assert killed(self.tree, kind, self.chance), f"there was no {kind}"
        begun = time.monotonic()
        old = self.server
        if kind == "supervisor":
            self._start_again()
        time.sleep(self.chance.uniform(0, 0.1))
        self.running.clear()
        self.read_s.setdefault(kind, []).append(self.server.seconds_until_well(30) and time.monotonic() - begun)
        self._probe()
        self.written_s.setdefault(kind, []).append(time.monotonic() - begun)
        for lock in self.writing:
            lock.acquire()
        try:
            for scribe in self.scribes:
                scribe.curator.close()
            if old is not self.server:
                wait_until(lambda: old.pids == [], timeout_s=20)
                wait_until(lambda: list(old.temporary.iterdir()) == [], timeout_s=5)
            self._settle()
        finally:
            for lock in self.writing:
                lock.release()

    def _start_again(self) -> None:
        self.server.process.wait()
        self._serve()
        for curator in (self.probe, *(scribe.curator for scribe in self.scribes)):
            curator.port = self.server.port

    def _probe(self) -> None:
        """A change that is sent until it is acknowledged."""
        self.n_probes += 1
        text = f'INSERT DATA {{ GRAPH <{GRAPHS}probe> {{ <{EX}probe> <{COUNT}> "{self.n_probes}" }} }}'
        self.probe.close()
        insisting(lambda: self.probe.update(text, message=f"probe.{self.n_probes}"))

    def _settle(self) -> None:
        """Ledger, journal, history and data agree."""
        for _ in range(2):
            wait_until(lambda: not self.tree.of("writer"), timeout_s=30)
            time.sleep(0.1)
        journal = Journal.read(self.folder)
        messages = Counter(entry.commit.message for entry in journal.entries)
        versions = {entry.commit.message: entry.version for entry in journal.entries}
        actual = states_of(self.probe, self.scribes)
        for scribe in self.scribes:
            scribe.settle(actual[scribe.name])
        for message, version in self.ledger.committed.items():
            assert (messages[message], versions.get(message)) == (1, version), message
        for message in self.ledger.unanswered:
            assert messages[message] <= 1, message
        for message in self.ledger.refused:
            assert messages[message] == 0, (message, self.ledger.refused[message])
        assert journal.version >= self.n_versions
        self.n_versions = journal.version
        self._agree(journal)

    def _agree(self, journal: Journal) -> None:
        """What the server says of its history is what the journal holds; no process is missing or too many."""
        told = self.probe.ask("ASK {}")
        number = int(told.headers["etag"].removeprefix('"v').partition(".")[0])
        assert number == journal.version
        wait_until(lambda: len(self.tree.pids()) == 6, timeout_s=10)
        assert self.server.files() == []

    def stop(self) -> None:
        """The server ends in an orderly manner and leaves nothing behind but the folder."""
        assert self.server.stop() == 0
        assert self.server.pids == []
        assert list(self.server.temporary.iterdir()) == []

    def checked(self, *more: str) -> None:
        """The command ``cppcc check`` finds nothing."""
        done = cppcc("check", "--store", self.folder, *more, timeout_s=600)
        assert done.returncode == 0, done.stdout + done.stderr

    def report(self, kills: Counter[str]) -> str:
        """The figures."""
        messages = {entry.commit.message for entry in Journal.read(self.folder).entries}
        there = sum(message in messages for message in self.ledger.unanswered)
        lines = [
            f"\n{kills.total()} kills: {dict(kills)}; {kills['supervisor']} restarts of the server",
            (
                f"changes: {len(self.ledger.committed):,} acknowledged, {there} unanswered and there, "
                f"{len(self.ledger.unanswered) - there} unanswered and gone, {len(self.ledger.refused)} refused "
                f"{dict(Counter(self.ledger.refused.values()))}; {self.n_versions:,} versions; "
                f"{self.n_reads['pairs']:,} pairs read"
            ),
        ]
        for kind in kills:
            read, written = (1000 * statistics.median(some[kind]) for some in (self.read_s, self.written_s))
            most = 1000 * max(self.written_s[kind])
            lines.append(
                f"{kind:<11} next answer after {read:5.0f} ms, next commit after {written:5.0f} ms, at most {most:5.0f}"
            )
        return "\n".join(lines)


def suffered(folder: Path, token: str, n_kills: int, capsys: pytest.CaptureFixture[str]) -> Trial:
    """*n_kills* kills, each kind in turn and in a random order."""
    chance = random.Random(SEED)
    kills: Counter[str] = Counter()
    with ExitStack() as stack:
        trial = Trial(folder, token, stack, chance)
        trial.begin()
        while kills.total() < n_kills:
            for kind in chance.sample(KINDS, len(KINDS))[: n_kills - kills.total()]:
                trial.suffer(kind)
                kills[kind] += 1
                if kills.total() % CHECKED_EVERY == 0:
                    trial.checked("--no-shapes")
        with capsys.disabled():
            say(trial.report(kills))
        trial.stop()
    trial.checked()
    return trial


@pytest.mark.slow
def test_whoever_is_killed_what_was_acknowledged_stays(folder, token, capsys):
    trial = suffered(folder, token, 12, capsys)

    assert trial.halves == []
    assert len(trial.ledger.committed) > 20


@pytest.mark.long
def test_hundreds_of_kills_lose_nothing(folder, token, capsys):
    trial = suffered(folder, token, KILLS, capsys)

    assert trial.halves == []
    assert len(trial.ledger.committed) > KILLS
