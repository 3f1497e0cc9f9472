"""The server under torture, and the table of what it went through."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from tests.workers.server import Server, say, serving

STILL = 10
"""Looks, 50 ms apart, that see the same processes."""


@dataclass(slots=True)
class Row:
    """One torture: what came back, and what it cost."""

    name: str
    outcome: str = ""
    took_s: float = 0.0
    well_s: float = 0.0
    before: tuple[float, int, int] = (0.0, 0, 0)
    after: tuple[float, int, int] = (0.0, 0, 0)


def measured(server: Server) -> tuple[float, int, int]:
    """MiB, processes, descriptors, when nothing moves any more."""
    seen: list[list[int]] = []
    for _ in range(100):
        seen.append(server.pids)
        if len(seen) > STILL and all(pids == seen[-1] for pids in seen[-STILL:]):
            break
        time.sleep(0.05)
    memory = statistics.median(server.memory_mib() for _ in range(3))
    return memory, len(server.pids), server.n_descriptors()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The bundled data with the usual limits, but a deadline of 10 s, and few answers kept: they are no leak."""
    with serving("--deadline", 10, "--cache", 8, "--workers", 2, "--log-level", "WARNING") as made:
        warm(made)
        yield made


@pytest.fixture(scope="session")
def generous() -> Iterator[Server]:
    """The same with minutes and GiB for each answer."""
    with serving("--deadline", 120, "--answer", 1536, "--cache", 8, "--workers", 2, "--log-level", "WARNING") as made:
        warm(made)
        yield made


def warm(server: Server) -> None:
    """What is imported or allocated once is no leak."""
    for _ in range(50):
        server.is_well()
        server.ask("SELECT * {")
    server.ask("SELECT * { ?s ?p ?o }", accept="text/tab-separated-values")
    server.request("GET", "/", headers={"Accept": "text/html"})
    for _ in range(3):
        for body in (b"x" * 20_000_000, iter([b"x" * 1_000_000] * 20)):
            server.request("POST", "/sparql", body=body, headers={"Content-Type": "application/sparql-query"})
    for _ in range(500):  # what refers to itself is freed after some hundred requests
        server.ask("SELECT * {")


@pytest.fixture(scope="session")
def rows() -> Iterator[list[Row]]:
    """All rows, printed at the end."""
    found: list[Row] = []
    yield found
    say("\n".join(["", HEADING, *map(line_of, found)]))


HEADING = f"{'torture':46} {'outcome':74} {'s':>6} {'well s':>6}  {'MiB':>15}  {'processes':>7}  descriptors"


def line_of(row: Row) -> str:
    """A line of the table; numbers before and after."""
    mib, processes, descriptors = zip(row.before, row.after, strict=True)
    return (
        f"{row.name:46} {row.outcome:74} {row.took_s:6.2f} {row.well_s:6.3f}  {mib[0]:6.1f} → {mib[1]:6.1f}  "
        f"{processes[0]:3} → {processes[1]}  {descriptors[0]:4} → {descriptors[1]}"
    )


@pytest.fixture
def torture(
    server: Server,
    rows: list[Row],
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., "contextmanager[Row]"]:
    """``with torture(name) as row``: afterwards a normal query is right within a second, and nothing has leaked."""

    @contextmanager
    def tortured(name: str, *, on: Server = server, slack_mib: float = 40.0) -> Iterator[Row]:
        row = Row(name, before=measured(on))
        begun = time.monotonic()
        yield row
        row.took_s = row.took_s or time.monotonic() - begun
        row.well_s = on.seconds_until_well()
        row.after = measured(on)
        rows.append(row)
        with capsys.disabled():
            say(f"\n{line_of(row)}")
        assert row.well_s < 1
        assert row.after[0] < row.before[0] + slack_mib
        assert row.after[1] == row.before[1]
        assert row.after[2] <= row.before[2] + 4
        assert on.files() == []

    return tortured
