"""
Our server and other engines under the same questions on the same invented data, as ratios.

    python -m tests.bench.compare [--reports N …] [--peers …] [--queries …] [--clients N …] [--rounds N]
                                  [--seconds S] [--serve OPTIONS] [--out FOLDER]

First every engine answers every kind of question and the answers are compared; then the engines take turns: for each
kind and number of clients every engine has one window of S seconds, and that is one round. A ratio is the median over
the rounds of answers per second, divided by those of ``oxigraph serve`` in memory in the same round. Every text is
sent once, so that no cache of answers is hit; the series ``cppcc, cached`` repeats four texts.

All engines run at once, idle but for the one that is asked; load comes from one thread of this program (tests/bench/
load.py), whose share of a processor is printed. Loopback only.
"""

import argparse
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.bench.__main__ import machine
from tests.bench.answers import NO_ANSWER, Answer, ask, compared
from tests.bench.load import Run, drive, get_request
from tests.bench.picture import picture
from tests.bench.queries import KINDS, NUMBER, Kind
from tests.bench.recovery import recovery
from tests.bench.reports import write
from tests.bench.table import Cell, failures, latencies, memory, processor, ratios
from tests.engines import ENGINES, Engine, cppcc, started, why_missing

OURS, CACHED = "cppcc", "cppcc, cached"
TEXTS = 512
"""Different parameters for each kind; the numbers in the variables' names make every text different."""
REPEATED = 4
TOO_SLOW_S = 20
"""When the clients would wait longer than this for one answer each, the engine's single answer is its rate."""


class Peer:
    """An engine that can be started again when it is stuck in a question."""

    def __init__(self, start: Callable[[], AbstractContextManager[Engine]]) -> None:
        self._start = start
        self._running = ExitStack()

    def __enter__(self) -> "Peer":
        self.engine = self._running.enter_context(self._start())
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def restart(self) -> None:
        """Another process with the same data."""
        self._running.close()
        self.engine = self._running.enter_context(self._start())


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One column: an engine, and whether its texts repeat."""

    name: str
    peer: Peer
    repeats: bool = False

    @property
    def engine(self) -> Engine:
        """The engine as it runs now."""
        return self.peer.engine


@dataclass(slots=True, kw_only=True)
class Measured:
    """Everything seen at one size."""

    cells: dict[Cell, list[Run]] = field(default_factory=dict)
    single_s: dict[tuple[str, str], float] = field(default_factory=dict)
    """How long the second of two single answers took, by kind and engine."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures and prints, size by size."""
    given = _given(arguments)
    if given.out is not None:
        given.out.mkdir(parents=True, exist_ok=True)
    say(machine())
    for n_reports in given.reports:
        with TemporaryDirectory(prefix="cppcc-bench-") as folder, ExitStack() as running:
            path = Path(folder) / "reports.nq"
            say(f"\n# {n_reports} reports, {write(path, n_reports):,} quads\n")
            series = [*_started(given, path, running)]
            measured = Measured()
            _compare_answers(given, n_reports, series, measured)
            _take_turns(given, n_reports, series, measured)
            _tell(given, n_reports, series, measured)


def _given(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.compare", description=(__doc__ or "").split("\n\n")[0])
    add = parser.add_argument
    add("--reports", type=int, nargs="+", default=[100], help="sizes; 1500 are a million quads (default: 100)")
    add("--peers", nargs="+", choices=list(ENGINES), default=list(ENGINES), help="engines (default: those installed)")
    add("--queries", nargs="+", choices=list(KINDS), default=list(KINDS), help="kinds of question (default: all)")
    add("--clients", type=int, nargs="+", default=[1, 8, 32], help="kept connections (default: 1 8 32)")
    add("--rounds", type=int, default=3, help="rounds (default: 3)")
    add("--seconds", type=float, default=2, help="length of a window (default: 2)")
    add("--patience", type=float, default=60, metavar="SECONDS", help="for one answer when comparing (default: 60)")
    add("--serve", type=shlex.split, default=[], metavar="OPTIONS", help="more options for our `cppcc serve`")
    add("--no-cached", action="store_true", help="leave out the series with repeated texts")
    add("--kills", type=int, default=5, help="evaluators to kill when measuring replacement (default: 5)")
    add("--out", type=Path, metavar="FOLDER", help="where comparison-N.svg is written")
    return parser.parse_args(arguments)


def say(line: str) -> None:
    """A line on stdout, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _started(given: argparse.Namespace, path: Path, running: ExitStack) -> Iterator[Series]:
    for name in given.peers:
        missing = why_missing(name)
        if missing:
            say(f"- {name}: left out, {missing}")
            continue
        began = time.perf_counter()
        start = partial(cppcc.served, [path], options=given.serve) if name == OURS else partial(started, name, [path])
        peer = running.enter_context(Peer(start))
        engine = peer.engine
        took = time.perf_counter() - began
        say(
            f"- {name} {engine.version}: started and loaded in {took:.1f} s, {engine.memory_mib():.0f} MiB; "
            f"default graph: {engine.default_graph}"
        )
        yield Series(name=name, peer=peer)
        if name == OURS and not given.no_cached:
            yield Series(name=CACHED, peer=peer, repeats=True)


def _compare_answers(given: argparse.Namespace, n_reports: int, series: list[Series], measured: Measured) -> None:
    say("\n## Answers\n")
    engines = [one for one in series if not one.repeats]
    for kind in (KINDS[name] for name in given.queries):
        found: dict[str, list[Answer]] = {one.name: [] for one in engines}
        for number in (1, 2):
            query = kind.query(n_reports, number)
            for one in engines:
                if not any(answer.failure for answer in found[one.name]):
                    began = time.perf_counter()
                    found[one.name].append(_asked(one, query, kind.accept, given.patience))
                    measured.single_s[kind.name, one.name] = min(time.perf_counter() - began, given.patience)
        first = found[engines[0].name]
        n_rows = " and ".join(str(len(answer.rows)) for answer in first)
        say(f"- {kind.name} ({n_rows} rows): {_verdicts(first, found, in_order='ORDER BY' in query)}")


def _asked(one: Series, query: str, accept: str, patience_s: float) -> Answer:
    """One answer; an engine that gives none in time is started again, because it may be stuck for long."""
    answer = ask(one.engine, query, accept, patience_s=patience_s)
    if answer.failure.startswith(NO_ANSWER):
        one.peer.restart()
    return answer


def _verdicts(first: list[Answer], found: dict[str, list[Answer]], *, in_order: bool) -> str:
    told = []
    for name, given in found.items():
        verdicts = {compared(a, b, in_order=in_order) for a, b in zip(first, given, strict=False)}
        told += [f"{name}: {verdict}" for verdict in sorted(verdicts - {"equal"})]
    return "; ".join(told) or "equal everywhere"


def _take_turns(given: argparse.Namespace, n_reports: int, series: list[Series], measured: Measured) -> None:
    numbers = count(100)
    for number in range(given.rounds):
        turn = series[number % len(series) :] + series[: number % len(series)]
        for kind in (KINDS[name] for name in given.queries):
            templates = [kind.template(n_reports, 1000 + text) for text in range(TEXTS)]
            for clients in given.clients:
                for one in turn:
                    single_s = measured.single_s[kind.name, one.engine.name]
                    ask_all = partial(_run, one, kind, templates, numbers)
                    run = (
                        ask_all(clients, given.seconds) if one.repeats else _bounded(ask_all, clients, given, single_s)
                    )
                    measured.cells.setdefault(Cell(kind.name, clients, one.name), []).append(run)
        sys.stderr.write(f"round {number + 1} of {given.rounds} done\n")


def _bounded(ask_all: "partial[Run]", clients: int, given: argparse.Namespace, single_s: float) -> Run:
    """A window, or the single answer that was timed before where a window would last too long."""
    if single_s * clients > max(TOO_SLOW_S, given.seconds):
        return Run(seconds=single_s, latencies_s=[single_s], is_estimate=True)
    return ask_all(clients, given.seconds)


def _run(one: Series, kind: Kind, templates: list[str], numbers: "count[int]", clients: int, seconds: float) -> Run:
    bare = [get_request(one.engine.query_url, template, kind.accept) for template in templates]
    if one.repeats:
        requests = _repeated([request.replace(NUMBER.encode(), b"_99999999") for request in bare[:REPEATED]])
        drive(one.engine.query_url, requests, clients=1, seconds=0.1)
        return drive(one.engine.query_url, requests, clients=clients, seconds=seconds)
    Random(next(numbers)).shuffle(bare)
    before_s = one.engine.cpu_s()
    run = drive(one.engine.query_url, _numbered(bare, numbers), clients=clients, seconds=seconds)
    run.engine_cpu_s = one.engine.cpu_s() - before_s
    return run


def _repeated(requests: list[bytes]) -> Iterator[bytes]:
    while True:
        yield from requests


def _numbered(requests: list[bytes], numbers: "count[int]") -> Iterator[bytes]:
    token = NUMBER.encode()
    while True:
        for request in requests:
            yield request.replace(token, b"_%08d" % next(numbers))


def _tell(given: argparse.Namespace, n_reports: int, series: list[Series], measured: Measured) -> None:
    names = [one.name for one in series]
    for clients in given.clients:
        say(f"\n## {clients} client{'s' * (clients != 1)}: ratio to oxigraph serve\n")
        say(ratios(measured.cells, given.queries, clients, names))
        say(f"\n## {clients} client{'s' * (clients != 1)}: milliseconds, p50 / p95\n")
        say(latencies(measured.cells, given.queries, clients, names))
        say(f"\n## {clients} client{'s' * (clients != 1)}: processor milliseconds for one answer\n")
        say(processor(measured.cells, given.queries, clients, [one.name for one in series if not one.repeats]))
    shares = [run.own_cpu for runs in measured.cells.values() for run in runs]
    say(f"\nThe load took {sorted(shares)[len(shares) // 2]:.0%} of one processor (median), {max(shares):.0%} at most.")
    say(failures(measured.cells))
    say("\n## Memory after the rounds, MiB (shared pages divided among those who share them)\n")
    say(memory({one.name: one.engine for one in series if not one.repeats}))
    for one in series:
        if one.name == OURS:
            query = partial(KINDS["point lookup"].query, n_reports)
            say(f"\n## Replacement of an evaluator\n\n{recovery(one.engine, query, given.kills)}")
    if given.out:
        path = given.out / f"comparison-{n_reports}.svg"
        path.write_text(picture(measured.cells, given.queries, given.clients, names), encoding="utf-8")
        say(f"\npicture: {path}")


if __name__ == "__main__":
    main()
