"""
Figures as Chinese reports print them: ``286场``, ``97.9%``, ``1500余万元``, ``第二``.

A pure module: strings in, numbers out. The grammar, from left to right::

    figure  = [before] ["第"] number [unit] [around]  |  [before] ("百分之" | "千分之") number [around]
    number  = arabic or Chinese numerals with 万 and 亿 as multipliers; 余, 多 or 几 after a numeral or a multiplier
    before  = 超过 不足 近 …      around = 以上 以内 左右 …

余, 多 and 几 say that there is more than the number; nothing is said about how much more.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

EXACT = "exact"
MORE_THAN = "more-than"
ORDINAL = "第"

_DIGITS = MappingProxyType(
    {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
)
_MULTIPLIERS = MappingProxyType({"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8})
_MORE = "余多几"
_FRACTIONS = MappingProxyType({"百分之": "%", "千分之": "‰"})
_BEFORE = MappingProxyType(
    dict.fromkeys(("超过", "超", "逾", "多于", "高于"), MORE_THAN)
    | dict.fromkeys(("至少", "不少于", "不低于", "上"), "at-least")
    | dict.fromkeys(("不足", "不到", "少于", "低于"), "less-than")
    | dict.fromkeys(("至多", "最多", "不超过", "不多于"), "at-most")
    | dict.fromkeys(("约", "大约", "近", "将近"), "approximately")
)
_AROUND = MappingProxyType(
    {"以上": "at-least", "以下": "at-most", "以内": "at-most", "左右": "approximately", "上下": "approximately"}
)
_BEFORE_PATTERN = re.compile("|".join(sorted(_BEFORE, key=len, reverse=True)))
_AROUND_PATTERN = re.compile(f"(?:{'|'.join(_AROUND)})$")
_TOKEN = re.compile(
    r"(?P<arabic>(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)"
    rf"|(?P<digits>[{''.join(_DIGITS)}]+)|(?P<multiplier>[{''.join(_MULTIPLIERS)}])|(?P<more>[{_MORE}])"
)
_UNIT = re.compile(r"|%|‰|[^\W\d_]{1,12}(?:/[^\W\d_]{1,12})?")
# Units that begin with a multiplier: 5千米 is five kilometres.
_UNITS_LIKE_NUMBERS = ("千米", "千克", "千瓦", "千伏", "千卡", "百分点")


class NotAFigure(ValueError):
    """A string that this grammar does not read; ``str()`` says what stands in the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """
    What a printed figure says.

    Attributes:
        value: The number with its multipliers carried out: 1500余万元 is 15000000.
        bound: Slug of a concept of the bounds scheme: ``exact``, ``more-than`` …
        unit: What is left of the string: ``场``, ``元``, ``%``; often empty for a rank.
        is_rank: The number is an ordinal (第…).
    """

    value: Decimal
    bound: str
    unit: str
    is_rank: bool = False


def parse_figure(printed: str) -> Figure:
    """
    The figure that *printed* is: the whole string and nothing else.

    Raises:
        NotAFigure: no number, two numbers, two bounds that disagree, or signs that are neither number nor unit.
    """
    before = _BEFORE_PATTERN.match(printed)
    rest = printed[before.end() :] if before else printed
    around = _AROUND_PATTERN.search(rest)
    rest = rest[: around.start()] if around else rest
    fraction = next((prefix for prefix in _FRACTIONS if rest.startswith(prefix)), "")
    is_rank = rest.startswith(ORDINAL)
    number = _read_number(rest.removeprefix(fraction).removeprefix(ORDINAL if is_rank else ""))
    if number.is_bare and not (number.is_open or before or fraction):
        raise NotAFigure(f"“{printed}” has a multiplier without a number before it")
    if not _UNIT.fullmatch(number.rest) or (fraction and number.rest):
        raise NotAFigure(f"“{number.rest}” after the number in “{printed}” is no unit")
    bounds = {_BEFORE[before[0]]} if before else set()
    bounds |= {_AROUND[around[0]]} if around else set()
    bounds |= {MORE_THAN} if number.is_open else set()
    if len(bounds) > 1:
        raise NotAFigure(f"“{printed}” says both {' and '.join(sorted(bounds))}")
    unit = _FRACTIONS.get(fraction, number.rest)
    return Figure(value=number.value, bound=next(iter(bounds), EXACT), unit=unit, is_rank=is_rank)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Number:
    """A number at the start of a string: is_open with 余, is_bare if it began with 百 or above, and what follows."""

    value: Decimal
    is_open: bool
    is_bare: bool
    rest: str


def _read_number(text: str) -> _Number:
    """Reads numerals and multipliers from the left for as long as there are any."""
    tokens, rest = _tokens(text)
    if not tokens or tokens[0][0] == "more":
        raise NotAFigure(f"“{text}” does not begin with a number")
    is_open = any(kind == "more" for kind, _ in tokens)
    numerals = [token for token in tokens if token[0] != "more"]
    is_bare = numerals[0][0] == "multiplier" and numerals[0][1] != "十"
    return _Number(value=_value(numerals), is_open=is_open, is_bare=is_bare, rest=rest)


def _tokens(text: str) -> tuple[list[tuple[str, str]], str]:
    """(kind, string) of each numeral at the start of *text*, and what follows; after 余 only 万 and 亿 go on."""
    tokens: list[tuple[str, str]] = []
    position = 0
    is_open = False
    while (found := _TOKEN.match(text, position)) and not text.startswith(_UNITS_LIKE_NUMBERS, position):
        kind = found.lastgroup or ""
        if is_open and found[0] not in "万亿":
            raise NotAFigure(f"“{found[0]}” cannot follow {_MORE[0]} or {_MORE[1]} in “{text}”")
        is_open = is_open or kind == "more"
        tokens.append((kind, found[0]))
        position = found.end()
    return tokens, text[position:]


@dataclass(slots=True)
class _Sum:
    """What has been read so far: the sum, the section below 万 being read, and the last multipliers."""

    total: Decimal = Decimal(0)
    section: Decimal = Decimal(0)
    last_small: int = 10**4
    last_large: int = 10**12

    def add_small(self, number: Decimal | None, by: int) -> None:
        """Adds *number* 十, 百 or 千 to the section; no number counts one (十五)."""
        if by >= self.last_small:
            raise NotAFigure("十, 百 and 千 stand in the wrong order")
        self.section += (Decimal(1) if number is None else number) * by
        self.last_small = by

    def close_section(self, number: Decimal | None, by: int) -> None:
        """Multiplies the section by 万 or 亿; 亿 after 万 multiplies all that stands before it (3万亿)."""
        follows = by > self.last_large
        if by == self.last_large or (follows and self.last_large != 10**4):
            raise NotAFigure("万 and 亿 stand in the wrong order")
        is_empty = number is None and self.last_small == 10**4
        amount = self.section + (number or 0)
        if follows:
            self.total = (self.total + amount) * by
        else:
            self.total += (Decimal(1) if is_empty else amount) * by
        self.section, self.last_small, self.last_large = Decimal(0), 10**4, by


def _value(numerals: list[tuple[str, str]]) -> Decimal:
    """
    The number that numerals and multipliers spell.

    Raises:
        NotAFigure: numerals side by side, multipliers out of order, or a last digit whose place is left open (一万五).
    """
    done = _Sum()
    pending: Decimal | None = None
    for position, (kind, token) in enumerate(numerals):
        if kind == "multiplier":
            by = _MULTIPLIERS[token]
            (done.add_small if by < 10**4 else done.close_section)(pending, by)
            pending = None
        elif pending is None:
            pending = _numeral(token)
        else:
            raise NotAFigure("two numbers stand side by side")
        if position == len(numerals) - 1 and position and pending is not None:
            _check_last(token, after=numerals[position - 1][1])
    return done.total + done.section + (pending or 0)


def _check_last(token: str, *, after: str) -> None:
    """A last numeral must show its place: 一百零五, 十五, 3万5000 do; 一百五 does not."""
    if after != "十" and token[0] not in "零〇" and not (token[0] not in _DIGITS and len(token) >= 4):
        raise NotAFigure(f"the place of “{token}” after {after} is left open")


def _numeral(token: str) -> Decimal:
    """The number that a run of digits spells; two Chinese digits side by side (三五) may be a range and are refused."""
    if token[0] not in _DIGITS:
        return Decimal(token.replace(",", ""))
    if len(token) == 2 and _DIGITS[token[0]]:
        raise NotAFigure(f"“{token}” may be a range or a number")
    return Decimal("".join(str(_DIGITS[char]) for char in token))
