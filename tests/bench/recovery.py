"""What a killed evaluator costs: time to the next answer, and until there are as many as before."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from urllib.parse import quote

from tests.bench.queries import SOLUTIONS
from tests.engines import Engine, child_pids, memory_mib
from tests.engines.engine import request

DEADLINE_S = 60


def evaluators(engine: Engine) -> list[int]:
    """The processes that evaluate queries: children of the nursery, that is, grandchildren without children."""
    first, *_ = engine.pids
    children = _children(first)
    return [pid for child in children for pid in _children(child)]


def _children(pid: int) -> list[int]:
    every = child_pids(pid)
    below = {lower for child in every for lower in child_pids(child)}
    return [child for child in every if child not in below]


def recovery(engine: Engine, query: Callable[[int], str], n_kills: int) -> str:
    """
    Lines that tell memory per evaluator and what SIGKILL costs, over *n_kills* kills of one and of all.

    Args:
        query: gives a text by its number; each is asked once.
    """
    pids = evaluators(engine)
    if not pids:
        return "This server has no evaluators."
    sizes = ", ".join(f"{memory_mib(pid):.0f} of {_resident_mib(pid):.0f}" for pid in pids)
    lines = [f"{len(pids)} evaluators with {sizes} MiB (own share of what is resident)."]
    for what, some in {"one": 1, "all": len(pids)}.items():
        taken = [_killed(engine, query(90_000_000 + some * 1000 + n), some, len(pids)) for n in range(n_kills)]
        answer, full = (sorted(1000 * each[which] for each in taken) for which in (0, 1))
        failed = [status for each in taken for status in each[2]]
        lines.append(
            f"SIGKILL of {what}, {n_kills} times: next answer after {median(answer):.1f} ms "
            f"(at most {answer[-1]:.1f}), as many as before after {median(full):.1f} ms (at most {full[-1]:.1f}); "
            f"in between {len(failed)} answers failed{': ' if failed else ''}{', '.join(map(str, failed))}."
        )
    return "\n\n".join(lines)


def _killed(engine: Engine, query: str, n_killed: int, n_before: int) -> tuple[float, float, list[int]]:
    """Seconds to the next answer, seconds until there are as many as before, status of what failed in between."""
    time.sleep(0.2)
    victims = evaluators(engine)[:n_killed]
    began = time.perf_counter()
    for pid in victims:
        os.kill(pid, signal.SIGKILL)
    answered, failed = None, list[int]()
    while answered is None:
        url = f"{engine.query_url}?query={quote(query)}"
        status, _ = request("GET", url, headers={"Accept": SOLUTIONS}, timeout_s=DEADLINE_S)
        failed += [status] * (status != 200)
        answered = time.perf_counter() - began if status == 200 else None
        if time.perf_counter() - began > DEADLINE_S:
            raise TimeoutError(f"no answer {DEADLINE_S} s after the end of {n_killed} evaluators")
    while len([pid for pid in evaluators(engine) if pid not in victims]) < n_before:
        time.sleep(0.0005)
        if time.perf_counter() - began > DEADLINE_S:
            raise TimeoutError(f"{n_killed} evaluators were not replaced in {DEADLINE_S} s")
    return answered, time.perf_counter() - began, failed


def _resident_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))
