"""Words that are looked for, as expressions of the index and as they are seen in a text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cppcc_graph.errors import BadSyntax
from cppcc_graph.lexicon.normal import Normal, normal
from cppcc_graph.lexicon.pinyin import initials, pairs, readings, sounds
from cppcc_graph.lexicon.wanted import MAX_CHARACTERS
from cppcc_graph.phrases import mark

_TOO_LONG = mark("at most %(limit)s characters are looked for; shorten the words")
_MAX_WORDS = 16
_BETWEEN_WORDS = re.compile(r"[\s,;:!?()\[\]{}/|+·、。…—–]+")
START = "\ue000"
"""Stands before the beginning of a name."""
START_LENGTHS = range(1, 7)
_MIN_INITIALS = 2


@dataclass(frozen=True, slots=True)
class Phrase:
    """Tokens that follow each other; the last one may be only begun in the text where *is_open*."""

    tokens: tuple[str, ...]
    is_open: bool

    def __str__(self) -> str:
        return f'"{" ".join(self.tokens)}"' + (" *" if self.is_open else "")

    @property
    def closed(self) -> "Phrase":
        """The same, of whole tokens."""
        return Phrase(self.tokens, is_open=False)

    def places(self, tokens: Sequence[str]) -> Iterator[int]:
        """Where it begins in a text of these tokens."""
        n, last = len(self.tokens), self.tokens[-1]
        for at in range(len(tokens) - n + 1):
            end = tokens[at + n - 1]
            is_end = end.startswith(last) if self.is_open else end == last
            if is_end and tuple(tokens[at : at + n - 1]) == self.tokens[:-1]:
                yield at


@dataclass(frozen=True, slots=True)
class Word:
    """
    One word that is looked for.

    Attributes:
        written: As it is written.
        last_length: How many characters of a text its last token covers.
        spoken: The syllables that it may be.
        short: The initials that it may be, or None.
    """

    written: Phrase
    last_length: int
    spoken: tuple[tuple[Phrase, int], ...]
    short: tuple[Phrase, int] | None

    @property
    def closed(self) -> "Word":
        """The same, as one that is finished."""
        spoken = tuple((phrase.closed, n) for phrase, n in self.spoken)
        return Word(self.written.closed, self.last_length, spoken, self.short)

    def in_columns(self, *columns: str) -> str:
        """The expression that finds it as it is written."""
        return f"{{{' '.join(columns)}}} : {self.written}"

    def spoken_or(self, expression: str) -> str:
        """The expression that finds what *expression* does, or the word as it is spoken."""
        ways = [f"pinyin : {phrase}" for phrase, _n in self.spoken]
        if self.short is not None:
            ways.append(f"initials : {self.short[0]}")
        return " OR ".join([expression, *ways])


@dataclass(frozen=True, slots=True)
class Asked:
    """
    Words that are looked for.

    Attributes:
        key: Of the whole.
        whole: The whole as one phrase.
        words: Each of them; empty when there is nothing to look for.
    """

    key: str
    whole: Phrase
    words: tuple[Word, ...]


def starts(key: str) -> list[str]:
    """The beginnings of a name with this key that are indexed."""
    joined = key.replace(" ", "")
    return [START + joined[:length] for length in START_LENGTHS if length <= len(joined)]


def start_of(key: str) -> tuple[str, bool]:
    """The indexed beginning that names beginning with *key* have, and whether that is all of it."""
    joined = key.replace(" ", "")
    return START + joined[: START_LENGTHS[-1]], len(joined) <= START_LENGTHS[-1]


@lru_cache(maxsize=1024)
def asked(words: str) -> Asked:
    """
    *words*, understood.

    Raises:
        BadSyntax: they are longer than `MAX_CHARACTERS`.
    """
    if len(words) > MAX_CHARACTERS:
        raise BadSyntax(_TOO_LONG, values=(str(MAX_CHARACTERS),))
    whole = normal(words)
    split = [normal(word) for word in _BETWEEN_WORDS.split(whole.text)]
    meant = [word for word in split if word.pieces][:_MAX_WORDS]
    last = len(meant) - 1
    return Asked(
        key=whole.key,
        whole=_phrase(whole, is_last=True)[0] if meant else Phrase((), is_open=False),
        words=tuple(_word(word, is_last=number == last) for number, word in enumerate(meant)),
    )


def _word(word: Normal, *, is_last: bool) -> Word:
    phrase, last_length = _phrase(word, is_last=is_last)
    pieces = word.pieces
    letters = pieces[0].text if len(pieces) == 1 and not pieces[0].is_han else ""
    spoken = tuple((_of_units(reading), len(reading)) for reading in readings(letters))
    return Word(phrase, last_length, spoken, _short(letters))


def _phrase(word: Normal, *, is_last: bool) -> tuple[Phrase, int]:
    """How *word* is found as it is written, and how many characters its last token covers."""
    tokens = word.tokens
    last = tokens[-1]
    if last.is_han:
        is_pair = len(tokens) > 1 and tokens[-2].is_han and len(tokens[-2].text) > 1
        kept = tokens[:-1] if is_pair else tokens
        return Phrase(tuple(token.text for token in kept), is_open=not is_pair), 2 if is_pair else 1
    return Phrase(tuple(token.text for token in tokens), is_open=is_last), len(last.text)


def _of_units(units: Sequence[str]) -> Phrase:
    joined = pairs(units)
    return Phrase(tuple(joined[:-1] if len(joined) > 1 else joined), is_open=True)


def _short(letters: str) -> tuple[Phrase, int] | None:
    if not (letters.isascii() and letters.isalpha() and len(letters) >= _MIN_INITIALS):
        return None
    return Phrase(_of_units(letters).tokens, is_open=False), len(letters)


def ranges(text: str, wanted: Asked) -> tuple[tuple[int, int], ...] | None:
    """Where each of the words stands in *text*, written or spoken, in its own code points; None when one does not."""
    of = normal(text)
    found: list[tuple[int, int]] = []
    for word in wanted.words:
        places = _written(of, word) or _spoken(of, word)
        if not places:
            return None
        found += [of.original(*place) for place in places]
    return _joined(found) if found else None


def _written(of: Normal, word: Word) -> list[tuple[int, int]]:
    tokens = of.tokens
    n = len(word.written.tokens)
    places = word.written.places([token.text for token in tokens])
    return [(tokens[at].start, tokens[at + n - 1].start + word.last_length) for at in places]


def _spoken(of: Normal, word: Word) -> list[tuple[int, int]]:
    if not (word.spoken or word.short) or not of.is_chinese:
        return []
    spoken = sounds(of)
    units = [unit for unit, _place in spoken]
    ways = [(phrase, n, pairs(units)) for phrase, n in word.spoken]
    if word.short is not None:
        ways.append((*word.short, pairs(initials(units))))
    for phrase, n, tokens in ways:
        found = [(spoken[at][1], _end(of, spoken, at + n - 1)) for at in phrase.places(tokens)]
        if found:
            return found
    return []


def _end(of: Normal, spoken: Sequence[tuple[str, int]], at: int) -> int:
    """Where the unit *at* ends in the normal text; two letters may be found in one word that begins with both."""
    unit, place = spoken[min(at, len(spoken) - 1)]
    return place + (len(unit) if of.text.startswith(unit, place) else 1)


def _joined(found: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The same characters in ranges that neither touch nor overlap."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
