"""Dates as Chinese reports print them: ``11月8日``, ``2024-12-20``, ``9·21``. A pure module."""

import re
from dataclasses import dataclass

_PATTERNS = (
    re.compile(r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)"),
    re.compile(r"(?:(?<!\d)(?P<year>\d{4})年)?(?<!\d)(?P<month>\d{1,2})月(?P<day>\d{1,2})日"),
    re.compile(r"(?<!\d)(?P<month>\d{1,2})[·.](?P<day>\d{1,2})(?![\d%])"),
)
_SPAN_OF_DAYS = re.compile(
    r"(?:(?<!\d)(?P<year>\d{4})年)?(?<!\d)(?P<month>\d{1,2})月\d{1,2}日?[至到—-](?P<day>\d{1,2})日"
)
_MONTH_ONLY = re.compile(r"(?:(?<!\d)(?P<year>\d{4})年)(?P<month>\d{1,2})月(?!\d{1,2}日)")
_LITERAL = re.compile(r"(?:(?P<year>\d{4})|-)-(?P<month>\d{2})(?:-(?P<day>\d{2}))?")


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A date with as much as is said: 0 stands for a year or day that is not there."""

    year: int
    month: int
    day: int

    def agrees(self, other: "PrintedDate") -> bool:
        """Both say the same wherever both say something."""
        pairs = ((self.year, other.year), (self.month, other.month), (self.day, other.day))
        return all(mine == theirs or not mine or not theirs for mine, theirs in pairs)


def printed_dates(text: str) -> list[PrintedDate]:
    """Every date printed in *text*, pattern by pattern; the second day of a span of days (6月13日至15日) too."""
    patterns = (*_PATTERNS, _SPAN_OF_DAYS, _MONTH_ONLY)
    found = (_date(match) for pattern in patterns for match in pattern.finditer(text))
    return [date for date in found if 1 <= date.month <= 12 and date.day <= 31]


def parse_date(literal: str) -> PrintedDate | None:
    """The date that an xsd:date, xsd:gYearMonth or xsd:gMonthDay literal holds; None for any other string."""
    match = _LITERAL.fullmatch(literal)
    return _date(match) if match else None


def _date(match: re.Match[str]) -> PrintedDate:
    parts = {key: int(value) for key, value in match.groupdict().items() if value}
    return PrintedDate(parts.get("year", 0), parts.get("month", 0), parts.get("day", 0))
