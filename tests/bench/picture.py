"""
Pictures as SVG, written by hand.

Ratios: a panel for each number of clients, a row for each kind of question, a mark for each series. Curve: over time.
"""

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10

from tests.bench.table import BASE, Cells, ratio

MARKS = "●■▲◆▼○"
COLOURS = ("#b5121b", "#e08a00", "#1f5fa8", "#3f8f4f", "#7a4fa3", "#555555")
FONT = 'font-family="sans-serif" font-size="12"'
LEFT, PANEL, GAP, ROW, TOP, BOTTOM = 190, 290, 60, 26, 64, 44


def picture(cells: Cells, kinds: Sequence[str], clients: Sequence[int], names: Sequence[str]) -> str:
    """A whole SVG document; the line at 1 is the base, further right is faster, each step of the grid is tenfold."""
    others = [name for name in names if name != BASE]
    found = {cell: value for cell in cells if cell.series in others and (value := ratio(cells, cell))}
    low = floor(log10(min([*found.values(), 0.5])))
    high = ceil(log10(max([*found.values(), 2.0])))
    height = TOP + ROW * len(kinds) + BOTTOM
    width = LEFT + (PANEL + GAP) * len(clients)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {FONT}>',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        *_legend(others),
        *(_text(LEFT - 12, TOP + ROW * (row + 0.5) + 4, kind, "end") for row, kind in enumerate(kinds)),
    ]
    for column, n in enumerate(clients):
        left = LEFT + column * (PANEL + GAP)
        parts += _panel(left, len(kinds), (low, high), f"{n} client{'s' * (n != 1)}")
        for cell, value in found.items():
            if cell.clients == n:
                x = _x(left, value, (low, high))
                y = TOP + ROW * (kinds.index(cell.kind) + 0.5)
                parts.append(_mark(x, y, others.index(cell.series), f"{cell.series}: {value:.3g}"))
    return "\n".join([*parts, "</svg>\n"])


def _x(left: float, value: float, powers: tuple[int, int]) -> float:
    low, high = powers
    return left + PANEL * (log10(value) - low) / (high - low)


def _panel(left: int, n_rows: int, powers: tuple[int, int], title: str) -> list[str]:
    bottom = TOP + ROW * n_rows
    parts = [_text(left + PANEL / 2, TOP - 8, f"{title}: ratio to {BASE}", "middle")]
    for power in range(powers[0], powers[1] + 1):
        x = _x(left, 10**power, powers)
        stroke = "#333" if power == 0 else "#ddd"
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{bottom}" stroke="{stroke}"/>')
        parts.append(_text(x, bottom + 16, f"{10.0**power:g}", "middle"))
    for row in range(n_rows + 1):
        y = TOP + ROW * row
        parts.append(f'<line x1="{left}" x2="{left + PANEL}" y1="{y}" y2="{y}" stroke="#eee"/>')
    return parts


def _legend(names: Sequence[str]) -> list[str]:
    parts = []
    for n, name in enumerate(names):
        x = LEFT + n * 150
        parts.append(_mark(x, 20, n, name))
        parts.append(_text(x + 10, 24, name, "start"))
    return parts


def _mark(x: float, y: float, n: int, title: str) -> str:
    look = f'fill="{COLOURS[n % len(COLOURS)]}" font-size="13" text-anchor="middle"'
    return f'<text x="{x:.1f}" y="{y + 4.5:.1f}" {look}>{MARKS[n % len(MARKS)]}<title>{escape(title)}</title></text>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def curve(points: Sequence[tuple[float, float, float]]) -> str:
    """A whole SVG document: MiB and answers per second over minutes, each scaled to its greatest value."""
    width, height, edge = 800, 300, 50
    longest = points[-1][0]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {FONT}>',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<path d="M{edge} {edge}V{height - edge}H{width - edge}" fill="none" stroke="#333"/>',
        _text(width - edge, height - edge + 18, f"{longest:.1f} minutes", "end"),
    ]
    for n, name in ((1, "MiB"), (2, "answers/s")):
        most = max(point[n] for point in points) or 1.0
        places = (
            f"{edge + (width - 2 * edge) * point[0] / longest:.1f},"
            f"{height - edge - (height - 2 * edge) * point[n] / most:.1f}"
            for point in points
        )
        colour = COLOURS[2 * n - 2]
        parts.append(f'<polyline points="{" ".join(places)}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(_mark(edge + 200 * n - 190, 24, 2 * n - 2, name))
        parts.append(_text(edge + 200 * n - 180, 28, f"{name}, at most {most:,.0f}", "start"))
    return "\n".join([*parts, "</svg>\n"])
