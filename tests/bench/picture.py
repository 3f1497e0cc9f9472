"""The ratios as one SVG: a panel for each number of clients, a row for each kind of question, a dot for each series."""

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10

from tests.bench.table import BASE, Cells, ratio

COLOURS = ("#b5121b", "#e08a00", "#1f5fa8", "#3f8f4f", "#7a4fa3", "#555555")
FONT = 'font-family="sans-serif" font-size="12"'
LEFT, PANEL, GAP, ROW, TOP, BOTTOM = 190, 290, 30, 26, 64, 44


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
                title = escape(f"{cell.series}: {value:.3g}")
                colour = COLOURS[others.index(cell.series) % len(COLOURS)]
                parts.append(f'<circle cx="{x:.1f}" cy="{y}" r="5" fill="{colour}"><title>{title}</title></circle>')
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
        parts.append(f'<circle cx="{x}" cy="20" r="5" fill="{COLOURS[n % len(COLOURS)]}"/>')
        parts.append(_text(x + 10, 24, name, "start"))
    return parts


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
