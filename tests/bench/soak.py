"""
Our server under the whole mix for a long time: memory, open files, rate and failures as a curve.

    python -m tests.bench.soak [--reports N] [--minutes M] [--clients N] [--every S] [--serve OPTIONS] [--out FOLDER]

Texts never repeat, so every one is evaluated; each window of S seconds gives one line. Before and after, one text of
each kind is answered, and the answers must be the same. Ends with status 1 when an answer failed or changed.
"""

import argparse
import shlex
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from tests.bench.__main__ import machine
from tests.bench.answers import Answer, ask, compared
from tests.bench.load import drive, get_request
from tests.bench.picture import curve
from tests.bench.queries import KINDS, NUMBER
from tests.bench.reports import write
from tests.engines import Engine, cppcc

TEXTS = 200
COLUMNS = "minute   answers/s   p50 ms   p95 ms   failed   MiB   processes   files"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One line of the curve; *minute* since the start of the load."""

    minute: float
    rate: float
    p50_ms: float
    p95_ms: float
    failures: list[str]
    memory_mib: float
    n_processes: int
    n_files: int

    def row(self) -> str:
        """Its values under COLUMNS."""
        return (
            f"{self.minute:6.1f}{self.rate:12,.1f}{self.p50_ms:9.1f}{self.p95_ms:9.1f}{len(self.failures):9}"
            f"{self.memory_mib:6.0f}{self.n_processes:12}{self.n_files:8}"
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints line by line, then what changed from the first third to the last."""
    given = _given(arguments)
    say(machine())
    with TemporaryDirectory(prefix="cppcc-soak-") as folder:
        path = Path(folder) / "reports.nq"
        say(f"{given.reports} reports, {write(path, given.reports):,} quads, {given.clients} clients\n\n{COLUMNS}")
        with cppcc.served([path], options=given.serve) as engine:
            before = _answers(engine, given.reports)
            windows = []
            for window in _windows(engine, given):
                windows.append(window)
                say(window.row())
            changed = _changed(before, _answers(engine, given.reports))
    say(_summary(windows))
    if given.out:
        given.out.mkdir(parents=True, exist_ok=True)
        drawn = curve([(window.minute, window.memory_mib, window.rate) for window in windows])
        (given.out / f"soak-{given.reports}.svg").write_text(drawn, encoding="utf-8")
    for line in changed:
        say(line)
    sys.exit(1 if changed or any(window.failures for window in windows) else 0)


def _given(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.soak", description=(__doc__ or "").split("\n\n")[0])
    add = parser.add_argument
    add("--reports", type=int, default=1500, help="size; 1500 are a million quads (default: 1500)")
    add("--minutes", type=float, default=15, help="how long (default: 15)")
    add("--clients", type=int, default=32, help="kept connections (default: 32)")
    add("--every", type=float, default=15, metavar="SECONDS", help="length of a window (default: 15)")
    add("--serve", type=shlex.split, default=[], metavar="OPTIONS", help="more options for `cppcc serve`")
    add("--out", type=Path, metavar="FOLDER", help="where soak-N.svg is written")
    return parser.parse_args(arguments)


def say(line: str) -> None:
    """A line on stdout, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _answers(engine: Engine, n_reports: int) -> dict[str, Answer]:
    return {kind.name: ask(engine, kind.query(n_reports, 1), kind.accept) for kind in KINDS.values()}


def _changed(before: dict[str, Answer], after: dict[str, Answer]) -> list[str]:
    verdicts = {name: compared(before[name], after[name], in_order=False) for name in before}
    return [f"{name} before and after: {verdict}" for name, verdict in verdicts.items() if verdict != "equal"]


def _windows(engine: Engine, given: argparse.Namespace) -> Iterator[Window]:
    requests = _mixed(engine, given.reports)
    started = time.perf_counter()
    while time.perf_counter() - started < 60 * given.minutes:
        run = drive(engine.query_url, requests, clients=given.clients, seconds=given.every)
        samples = [1000 * latency for latency in run.latencies_s]
        yield Window(
            minute=(time.perf_counter() - started) / 60,
            rate=run.rate,
            p50_ms=median(samples),
            p95_ms=quantiles(samples, n=20)[-1],
            failures=run.failures,
            memory_mib=engine.memory_mib(),
            n_processes=len(engine.pids),
            n_files=sum(map(_open_files, engine.pids)),
        )


def _mixed(engine: Engine, n_reports: int) -> Iterator[bytes]:
    """Every kind as often as every other, in a seeded order; each text once."""
    numbers, token = count(1), NUMBER.encode()
    requests = [
        get_request(engine.query_url, kind.template(n_reports, 1000 + text), kind.accept)
        for kind in KINDS.values()
        for text in range(TEXTS)
    ]
    Random(len(requests)).shuffle(requests)
    while True:
        for request in requests:
            yield request.replace(token, b"_%08d" % next(numbers))


def _open_files(pid: int) -> int:
    with suppress(FileNotFoundError, ProcessLookupError):
        return len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return 0


def _summary(windows: Sequence[Window]) -> str:
    third = max(1, len(windows) // 3)
    early, late = (median(window.memory_mib for window in some) for some in (windows[:third], windows[-third:]))
    failed = [failure for window in windows for failure in window.failures]
    example = f", such as {' '.join(failed[0].split())[:200]}" if failed else ""
    return (
        f"\nMemory (median): {early:.0f} MiB in the first third, {late:.0f} MiB in the last ({late - early:+.0f}). "
        f"{sum(window.rate for window in windows) / len(windows):,.1f} answers/s. {len(failed)} failed{example}."
    )


if __name__ == "__main__":
    main()
