"""Small pictures of how a term links others, as SVG within a page, without script or style of their own."""

from collections.abc import Sequence
from unicodedata import east_asian_width

from markupsafe import Markup

_HEIGHT, _GAP, _MARGIN, _ARM = 28, 8, 4, 24
_WIDE, _NARROW, _PADDING = 15, 8, 20
_TITLED = Markup(
    '<svg class="diagram" role="img" aria-label="{title}" viewBox="0 0 {width} {height}" width="{width}" '
    'height="{height}">{parts}</svg>'
)
_BOX = Markup('<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="4"/>')
_TEXT = Markup('<text x="{x}" y="{y}" text-anchor="middle">{text}</text>')
_LINE = Markup('<path d="{path}"/>')


def link_diagram(sources: Sequence[str], link: str, targets: Sequence[str]) -> Markup:
    """
    Boxes of *sources*, an arrow called *link*, boxes of *targets*; nothing where either side is empty.

    Its label says the same: a text alternative for who does not see it.
    """
    if not sources or not targets:
        return Markup()
    left, middle, right = _width(sources), _width([link]), _width(targets)
    height = max(len(sources), len(targets)) * (_HEIGHT + _GAP) - _GAP + 2 * _MARGIN
    begin, end = _MARGIN + left, _MARGIN + left + 2 * _ARM + middle
    parts = [
        *_column(sources, x=_MARGIN, width=left, height=height),
        *(_LINE.format(path=f"M{begin} {y}L{begin + _ARM} {height / 2:g}") for y in _middles(len(sources), height)),
        _LINE.format(path=f"M{begin + _ARM} {height / 2:g}H{end - _ARM}"),
        *(_arrow(end - _ARM, height / 2, end, y) for y in _middles(len(targets), height)),
        _TEXT.format(x=f"{(begin + end) / 2:g}", y=f"{height / 2 - 6:g}", text=link),
        *_column(targets, x=end, width=right, height=height),
    ]
    title = f"{', '.join(sources)} → {link} → {', '.join(targets)}"
    return _TITLED.format(width=end + right + _MARGIN, height=height, title=title, parts=Markup("").join(parts))


def _column(names: Sequence[str], *, x: int, width: int, height: int) -> list[Markup]:
    parts = []
    for name, middle in zip(names, _middles(len(names), height), strict=True):
        parts.append(_BOX.format(x=x, y=f"{middle - _HEIGHT / 2:g}", width=width, height=_HEIGHT))
        parts.append(_TEXT.format(x=f"{x + width / 2:g}", y=f"{middle + 5:g}", text=name))
    return parts


def _middles(n: int, height: int) -> list[float]:
    """The heights of *n* boxes, centred."""
    first = (height - n * (_HEIGHT + _GAP) + _GAP + _HEIGHT) / 2
    return [first + place * (_HEIGHT + _GAP) for place in range(n)]


def _arrow(x: float, y: float, to_x: float, to_y: float) -> Markup:
    return _LINE.format(path=f"M{x:g} {y:g}L{to_x:g} {to_y:g}m-7 -4l7 4l-7 4")


def _width(names: Sequence[str]) -> int:
    """What the longest name takes: Chinese characters twice as much as others, nearly."""
    return max(sum(_WIDE if east_asian_width(one) in "WF" else _NARROW for one in name) for name in names) + _PADDING
