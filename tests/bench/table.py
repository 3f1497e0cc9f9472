"""What was measured as Markdown tables."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

from tests.bench.load import Run
from tests.engines import Engine, memory_mib

BASE = "oxigraph serve"
ESTIMATED = "Values with * are one answer alone, or what it would be if it had come when the patience ended."


class Cell(NamedTuple):
    """Where a window belongs."""

    kind: str
    clients: int
    series: str


Cells = Mapping[Cell, Sequence[Run]]


def ratio(cells: Cells, cell: Cell) -> float | None:
    """Median over the rounds of this cell's rate by that of the base in the same round; None without a base."""
    base = cells.get(cell._replace(series=BASE))
    if not base:
        return None
    return median(mine.rate / theirs.rate for mine, theirs in zip(cells[cell], base, strict=True) if theirs.rate)


def ratios(cells: Cells, kinds: Sequence[str], clients: int, names: Sequence[str]) -> str:
    """Rate of the base, then each series as a ratio to it with the least and the greatest of the rounds."""
    others = [name for name in names if name != BASE]
    lines = [_row("", f"{BASE}, answers/s", *others), _row("---", *["--:"] * (1 + len(others)))]
    for kind in kinds:
        base = cells.get(Cell(kind, clients, BASE))
        rate = f"{median(run.rate for run in base):,.1f}{_mark(base)}" if base else "-"
        lines.append(_row(kind, rate, *(_ratio(cells, Cell(kind, clients, name)) for name in others)))
    return "\n".join([*lines, *_estimated(cells, clients)])


def _ratio(cells: Cells, cell: Cell) -> str:
    middle = ratio(cells, cell)
    runs = cells[cell]
    if middle is None:
        return f"{median(run.rate for run in runs):,.1f}/s{_mark(runs)}"
    base = cells[cell._replace(series=BASE)]
    each = [mine.rate / theirs.rate for mine, theirs in zip(runs, base, strict=True) if theirs.rate]
    spread = f" [{_short(min(each))}–{_short(max(each))}]" if len(each) > 1 else ""
    return f"{_short(middle)}{_mark(runs)}{spread}"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


def latencies(cells: Cells, kinds: Sequence[str], clients: int, names: Sequence[str]) -> str:
    """Median and 95th percentile of all answers of all rounds, in milliseconds."""
    lines = [_row("", *names), _row("---", *["--:"] * len(names))]
    lines += [_row(kind, *(_latency(cells[Cell(kind, clients, name)]) for name in names)) for kind in kinds]
    return "\n".join([*lines, *_estimated(cells, clients)])


def processor(cells: Cells, kinds: Sequence[str], clients: int, names: Sequence[str]) -> str:
    """
    Processor time of the engine for one answer, in milliseconds, over all rounds.

    It hardly depends on what else runs on the machine, so it tells more than rates when the machine is not quiet.
    """
    lines = [_row("", *names), _row("---", *["--:"] * len(names))]
    lines += [_row(kind, *(_cost(cells[Cell(kind, clients, name)]) for name in names)) for kind in kinds]
    return "\n".join(lines)


def _cost(runs: Sequence[Run]) -> str:
    windows = [run for run in runs if not run.is_estimate]
    n_answers = sum(len(run.latencies_s) + run.n_late for run in windows)
    return f"{1000 * sum(run.engine_cpu_s for run in windows) / n_answers:.3f}" if n_answers else "-"


def _latency(runs: Sequence[Run]) -> str:
    samples = [1000 * latency for run in runs for latency in run.latencies_s]
    if not samples:
        return "no answer"
    p95 = quantiles(samples, n=20, method="inclusive")[-1] if len(samples) > 1 else samples[0]
    return f"{median(samples):.2f} / {p95:.2f}{_mark(runs)}"


def _mark(runs: Sequence[Run]) -> str:
    return "*" if any(run.is_estimate for run in runs) else ""


def _estimated(cells: Cells, clients: int) -> list[str]:
    marked = any(_mark(runs) for cell, runs in cells.items() if cell.clients == clients)
    return ["", ESTIMATED] if marked else []


def failures(cells: Cells) -> str:
    """How many answers failed, by series and kind, with an example; or that none did."""
    lines = []
    for cell, runs in cells.items():
        seen = Counter(failure for run in runs for failure in run.failures)
        if seen:
            example = " ".join(seen.most_common(1)[0][0].split())[:200]
            lines.append(f"- {cell.series}, {cell.kind}, {cell.clients} clients: {seen.total()} failed: {example}")
    return "\n".join(lines) or "No answer failed."


def memory(engines: Mapping[str, Engine]) -> str:
    """Each engine's processes with their proportional share of memory."""
    lines = [_row("engine", "process", "MiB"), _row("---", "---", "--:")]
    for name, engine in engines.items():
        for pid in engine.pids:
            process = Path(f"/proc/{pid}/comm")
            known = process.read_text(encoding="utf-8").strip() if process.exists() else "gone"
            lines.append(_row(name, known, f"{memory_mib(pid):.0f}"))
        lines.append(_row(name, "together", f"{engine.memory_mib():.0f}"))
    return "\n".join(lines)


def _row(*values: str) -> str:
    return f"| {' | '.join(values)} |"
