"""
Where a text names whom, and which names lie inside longer ones.

衡阳市政协 inside 衡阳市政协办 and 市委 inside 民建市委会 are found, together with the longer name that holds them, so
that whoever asks can refuse them: the longest name wins. Quotation marks and spaces count neither in names nor in the
text, because a name may be printed with or without them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_IGNORED = frozenset(" \u00a0\u3000“”‘’\"'《》「」")


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """
    A string that names something.

    Attributes:
        text: As printed.
        kind: What is named: organisation, place … Only longer names of the same kind hide a shorter one.
        bearer: IRI of what is named.
    """

    text: str
    kind: str
    bearer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """
    A name found in a text.

    Attributes:
        bearer: IRI of what is named.
        start: First code point of the text.
        end: Code point after the last.
        holders: Bearers of longer names of the same kind that hold this one within them, the bearer's own left out.
    """

    bearer: str
    start: int
    end: int
    holders: frozenset[str]


class Mentions:
    """All names in one text, found once, asked many times."""

    def __init__(self, text: str, names: Iterable[Name]) -> None:
        self._by_bearer: dict[str, list[Mention]] = {}
        for mention in find_mentions(text, names):
            self._by_bearer.setdefault(mention.bearer, []).append(mention)

    def within(self, bearer: str, start: int, end: int) -> list[Mention]:
        """Mentions of *bearer* wholly inside *start* to *end*, in the order of the text."""
        return [found for found in self._by_bearer.get(bearer, []) if start <= found.start and found.end <= end]


def find_mentions(text: str, names: Iterable[Name]) -> list[Mention]:
    """Every mention of every one of *names* in *text*, in the order of the text."""
    squeezed, offsets = _squeeze(text)
    found: dict[tuple[int, int], set[tuple[str, str]]] = {}
    for form, bearers in _forms(names).items():
        at = squeezed.find(form)
        while at >= 0:
            found.setdefault((at, at + len(form)), set()).update(bearers)
            at = squeezed.find(form, at + 1)
    mentions = []
    for (start, end), around in _around(found):
        for kind, bearer in sorted(found[start, end]):
            holders = frozenset(other for other_kind, other in around if other_kind == kind and other != bearer)
            mentions.append(Mention(bearer=bearer, start=offsets[start], end=offsets[end - 1] + 1, holders=holders))
    return mentions


def _around(
    found: Mapping[tuple[int, int], set[tuple[str, str]]],
) -> list[tuple[tuple[int, int], set[tuple[str, str]]]]:
    """Each place in the order of the text, with the (kind, bearer) pairs of the longer names that hold it."""
    places = sorted(found, key=lambda place: (place[0], -place[1]))
    longest = max((end - start for start, end in places), default=0)
    around = []
    first = 0
    for at, (start, end) in enumerate(places):
        while places[first][0] < start - longest:
            first += 1
        holders = [place for place in places[first:at] if place[1] >= end]
        around.append(((start, end), {pair for place in holders for pair in found[place]}))
    return around


def _forms(names: Iterable[Name]) -> dict[str, set[tuple[str, str]]]:
    """Squeezed string to the (kind, bearer) pairs that it names."""
    forms: dict[str, set[tuple[str, str]]] = {}
    for name in names:
        form = _squeeze(name.text)[0]
        if form:
            forms.setdefault(form, set()).add((name.kind, name.bearer))
    return forms


def _squeeze(text: str) -> tuple[str, list[int]]:
    """*text* without quotation marks and spaces, and for each character left its offset in *text*."""
    kept = [(char, offset) for offset, char in enumerate(text) if char not in _IGNORED]
    return "".join(char for char, _ in kept), [offset for _, offset in kept]


def sentence_around(text: str, start: int, end: int, *, stops: str = "。!?!?\n") -> tuple[int, int]:
    """Start and end of the sentence or sentences that *start* to *end* touches; the stop at the end is left out."""
    begin = max((text.rfind(stop, 0, start) for stop in stops), default=-1) + 1
    ends = [at for stop in stops if (at := text.find(stop, end)) >= 0]
    return begin, min(ends, default=len(text))
