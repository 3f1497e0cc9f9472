"""The line of a query that is wrong, with the wrong piece marked: for pages and for terminals."""

from dataclasses import dataclass
from unicodedata import east_asian_width

from flask import g

_MAX_AROUND = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """
    A line of a text, cut around the wrong piece.

    Attributes:
        line: 1-based number of the line.
        before: What stands before the wrong piece, 80 characters at most and ``…``.
        wrong: The wrong piece, as far as it is on this line; empty at the end of a line.
        after: What stands behind it, likewise.
    """

    line: int
    before: str
    wrong: str
    after: str


def excerpt(text: str, *, line: int | None, column: int | None, token: str = "") -> Excerpt | None:
    """
    The excerpt at a place that is told as in `errors.BadSyntax`; None without a line.

    Where the piece is not known, the rest of the line is meant.
    """
    lines = text.split("\n")
    if line is None or not 1 <= line <= len(lines):
        return None
    whole = lines[line - 1].rstrip("\r")
    start = (column or 1) - 1
    first = token.split("\n", 1)[0]
    end = start + len(first) if first and whole.startswith(first, start) else len(whole)
    before, after = whole[:start], whole[end:]
    return Excerpt(
        line=line,
        before=before if len(before) <= _MAX_AROUND else f"…{before[-_MAX_AROUND:]}",
        wrong=whole[start:end][:_MAX_AROUND],
        after=after if len(after) <= _MAX_AROUND else f"{after[:_MAX_AROUND]}…",
    )


def in_plain_text(found: Excerpt) -> str:
    """The line and carets below the wrong piece, as a terminal shows them; ends in a line feed."""
    number = f"{found.line} | "
    before = "".join(letter if letter == "\t" else " " * _columns(letter) for letter in found.before)
    carets = "^" * max(sum(map(_columns, found.wrong)), 1)
    return f"{number}{found.before}{found.wrong}{found.after}\n{' ' * len(number)}{before}{carets}\n"


def remember(text: str | bytes) -> None:
    """Keep the query, update or document that the current request brings, in case there is something wrong with it."""
    g.asked_text = text


def remembered() -> str:
    """The text that was kept, or an empty one; bytes that are no UTF-8 show as such."""
    text: str | bytes = g.get("asked_text", "")
    return text if isinstance(text, str) else text.decode("utf-8-sig", errors="replace")


def _columns(letter: str) -> int:
    return 2 if east_asian_width(letter) in "WF" else 1
