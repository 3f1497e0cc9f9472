"""
What a change costs with 1, 100 and 1,500 reports in the store: judging included, measured and printed, never asserted.

    python -m tests.bench.writing [--reports N …] [--rounds N] [--seconds S] [--commits N]

Reports are invented and conform. A report that is put again differs in one triple; a report that is published comes
with entities of its own, and all of it is judged. Small updates write one triple that no rule looks at.
"""

import argparse
import shutil
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.__main__ import Measured, machine
from tests.validation.reports import double_iri, reports
from tests.workers.server import Server, serving
from tests.writing.curator import GRAPHS, TRIG, TURTLE, Curator, address, cppcc, version_of

from cppcc_graph.publish import put
from cppcc_graph.sources import Loaded, load, ontology_sources
from cppcc_graph.store.embedded import EmbeddedStore

NOTE = "<http://example.org/note>"


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table, row by row."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.writing", description=(__doc__ or "").split("\n\n")[0])
    add = parser.add_argument
    add("--reports", type=int, nargs="+", default=[1, 100, 1500], help="sizes of the store (default: 1 100 1500)")
    add("--rounds", type=int, default=20, help="reports to put, and to publish (default: 20)")
    add("--seconds", type=float, default=10, help="of small updates by 1 and by 8 clients (default: 10)")
    add("--commits", type=int, default=1000, help="small commits, for what each leaves in memory (default: 1000)")
    given = parser.parse_args(arguments)
    say(machine())
    for n_reports in given.reports:
        say(f"\n{n_reports:,} reports{'':<32}{'samples':>8}{'median':>12}{'p95':>12}")
        with TemporaryDirectory(prefix="cppcc-writing-") as folder:
            for line in measured(Path(folder) / "store", n_reports, given):
                say(line)


def say(line: str) -> None:
    """A line on stdout, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def measured(folder: Path, n_reports: int, given: argparse.Namespace) -> Iterator[str]:
    """One line for each measurement on a store of so many reports."""
    n_triples = filled(folder, n_reports)
    token = cppcc("token", "create", "bench", "--store", folder).stdout.split()[-1]
    doubles = _doubles(n_reports + given.rounds + 1)
    begun = time.monotonic()
    with serving("--store", folder, "--writable", "--log-level", "ERROR") as server:
        yield Measured(f"start, {n_triples:,} triples", "s", [time.monotonic() - begun]).row()
        curator = Curator(server.port, token, 600)
        begun = time.monotonic()
        _committed(curator, 0)
        yield Measured("first commit after the start", "ms", [1000 * (time.monotonic() - begun)]).row()
        yield from _of_reports(curator, doubles, n_reports, given.rounds)
        yield from _of_updates(server, token, given.seconds)
        yield _of_memory(server, curator, given.commits)
        curator.close()
    begun = time.monotonic()
    with serving("--store", folder, "--writable", "--log-level", "ERROR"):
        yield Measured("start after all these commits", "s", [time.monotonic() - begun]).row()
    shutil.rmtree(folder)


def filled(folder: Path, n_reports: int) -> int:
    """A store without a history, which nobody has judged; its number of triples."""
    store = EmbeddedStore(folder)
    put(store, [*load(ontology_sources()), *reports(n_reports)])
    n_triples = sum(graph.n_triples for graph in store.graphs())
    store.close()
    return n_triples


def _doubles(n: int) -> dict[str, Loaded]:
    return {graph.graph_iri: graph for graph in reports(n)}


def _lines(graph: Loaded) -> str:
    return "\n".join(f"{triple} ." for triple in graph.triples)


def _of_reports(curator: Curator, doubles: dict[str, Loaded], n_reports: int, rounds: int) -> Iterator[str]:
    last = doubles[double_iri(n_reports - 1)] if n_reports > 1 else list(doubles.values())[1]
    path, samples = address("/graphs", graph=last.graph_iri), []
    for n in range(rounds):
        body = f"{_lines(last)}\n<http://example.org/{n}> {NOTE} {n} ."
        reply = curator.send("PUT", path, body, TURTLE)
        assert reply.status in (201, 204), (reply.status, reply.body[:500])
        samples.append(1000 * reply.took_s)
    yield Measured(f"PUT of a report, {len(last.triples):,} triples, 1 new", "ms", samples).row()
    dry = [1000 * curator.send("PUT", f"{path}&validate=only", body, TURTLE).took_s for _ in range(rounds)]
    yield Measured("the same, only tried", "ms", dry).row()
    samples = []
    for n in range(n_reports, n_reports + rounds):
        entities = next(g for iri, g in doubles.items() if iri.endswith(f"-{n}") and iri != double_iri(n))
        two = (entities, doubles[double_iri(n)])
        body = "\n".join(f"<{graph.graph_iri}> {{\n{_lines(graph)}\n}}" for graph in two)
        reply = curator.send("POST", "/publish", body, TRIG)
        assert reply.status == 204, (reply.status, reply.body[:500])
        samples.append(1000 * reply.took_s)
    n_new = sum(len(graph.triples) for graph in two)
    yield Measured(f"publish a new report, {n_new:,} triples", "ms", samples).row()


def _committed(curator: Curator, n: int) -> float:
    text = f"INSERT DATA {{ GRAPH <{GRAPHS}notes> {{ <http://example.org/s{n}> {NOTE} {n} }} }}"
    reply = curator.update(text)
    assert reply.status == 204, (reply.status, reply.body[:500])
    return reply.took_s


def _of_updates(server: Server, token: str, seconds: float) -> Iterator[str]:
    for n_clients in (1, 8):
        samples: list[float] = []
        until_s = time.monotonic() + seconds
        threads = [
            threading.Thread(target=_update, args=(server, token, 1_000_000 * (n + 10 * n_clients), until_s, samples))
            for n in range(n_clients)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took_ms = [1000 * took_s for took_s in samples]
        row = Measured(f"small update, {n_clients} client{'s' * (n_clients > 1)}", "ms", took_ms).row()
        yield f"{row}, {len(samples) / seconds:.1f} commits/s"
    yield _until_seen(server, token)


def _update(server: Server, token: str, first: int, until_s: float, samples: list[float]) -> None:
    curator = Curator(server.port, token, 600)
    while time.monotonic() < until_s:
        samples.append(_committed(curator, first + len(samples)))
    curator.close()


def _until_seen(server: Server, token: str) -> str:
    """From the request for a change to the end of a query that shows it."""
    curator, samples = Curator(server.port, token, 600), []
    for n in range(900_000, 900_030):
        begun = time.monotonic()
        _committed(curator, n)
        seen = curator.ask(f"ASK {{ <http://example.org/s{n}> {NOTE} {n} }}")
        assert b"true" in seen.body
        samples.append(1000 * (time.monotonic() - begun))
        assert version_of(seen)
    curator.close()
    return Measured("from a request to where it is seen", "ms", samples).row()


def _of_memory(server: Server, curator: Curator, n_commits: int) -> str:
    for n in range(20):
        _committed(curator, 2_000_000 + n)
    before = _memory_mib(server)
    for n in range(n_commits):
        _committed(curator, 3_000_000 + n)
    after = _memory_mib(server)
    each = 1024 * (after - before) / n_commits
    return f"memory before and after {n_commits:,} commits: {before:.0f} and {after:.0f} MiB, {each:.1f} KiB a commit"


def _memory_mib(server: Server) -> float:
    time.sleep(1)
    return median(server.memory_mib() for _ in range(5))


if __name__ == "__main__":
    main()
