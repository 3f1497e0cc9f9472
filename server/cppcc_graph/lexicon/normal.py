"""
Texts as they are compared: full-width as half-width, traditional as simplified, without case, accents and punctuation.

A run of Chinese characters is cut into pairs, each character with the one after it and the last one alone; so a word
of two characters is one token, and a longer one is a phrase of pairs that overlap. A Latin word or a number is one
token.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import NamedTuple

from opencc import OpenCC

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_PIECES = re.compile(f"([{_HAN}]+)|[^\\W_{_HAN}]+")
_BETWEEN_DIGITS = re.compile("(?<=[0-9]),(?=[0-9]{3})")
_LAST_LATIN = "\u024f"
_QUOTES = frozenset('"“”„‟‘’‚‛「」『』《》〈〉«»‹›')
"""Stand around words and separate none."""


class Piece(NamedTuple):
    """A run of Chinese characters (*is_han*), a Latin word or a number, and where it begins in the normal text."""

    text: str
    start: int
    is_han: bool


@dataclass(frozen=True, slots=True)
class Token:
    """A unit of comparison, and where it begins in the normal text; a pair of characters begins with its first."""

    text: str
    start: int
    is_han: bool


@dataclass(frozen=True, slots=True)
class Normal:
    """
    A text as it is compared.

    Attributes:
        text: The normal characters.
        places: For each of them, the character of the original that it stands for.
        pieces: What is compared of it, in order.
    """

    text: str
    places: Sequence[int]
    pieces: Sequence[Piece] = field(init=False)

    def __post_init__(self) -> None:
        """The pieces are looked at again and again."""
        pieces = [Piece(found[0], found.start(), found.lastindex == 1) for found in _PIECES.finditer(self.text)]
        object.__setattr__(self, "pieces", pieces)

    @property
    def is_chinese(self) -> bool:
        """Whether there are Chinese characters in it."""
        return any(piece.is_han for piece in self.pieces)

    @property
    def words(self) -> list[str]:
        """The texts of the tokens, in order."""
        found: list[str] = []
        for piece in self.pieces:
            run = piece.text
            found += [run[at : at + 2] for at in range(len(run))] if piece.is_han else [run]
        return found

    @property
    def tokens(self) -> list[Token]:
        """All tokens, in order."""
        starts = (at for piece in self.pieces for at in range(piece.start, piece.start + _n_tokens(piece)))
        kinds = (piece.is_han for piece in self.pieces for _ in range(_n_tokens(piece)))
        return [Token(*known) for known in zip(self.words, starts, kinds, strict=True)]

    @property
    def key(self) -> str:
        """What two spellings of one name share: words with one space between them, none beside Chinese characters."""
        key, was_han = "", True
        for piece in self.pieces:
            key += piece.text if was_han or piece.is_han else f" {piece.text}"
            was_han = piece.is_han
        return key

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the original that the normal ones from *start* to *end* stand for."""
        return self.places[start], self.places[end - 1] + 1


def _up_to(n: int) -> Sequence[int]:
    return range(n)


def _n_tokens(piece: Piece) -> int:
    return len(piece.text) if piece.is_han else 1


@lru_cache(maxsize=4096)
def normal(text: str) -> Normal:
    """*text* as it is compared. Spec: Unicode UAX 15 (NFKC)."""
    joined, places = text.lower(), _up_to(len(text))
    if not text.isascii() or '"' in text:
        compared = [_compared(character) for character in text]
        joined = "".join(compared)
        if len(joined) != len(text) or "" in compared:
            places = [place for place, part in enumerate(compared) for _ in part]
        joined = _simplified(joined)
    if "," not in joined:
        return Normal(joined, places)
    gone = {found.start() for found in _BETWEEN_DIGITS.finditer(joined)}
    kept = [at for at in range(len(joined)) if at not in gone]
    return Normal("".join(joined[at] for at in kept), [places[at] for at in kept])


@lru_cache(maxsize=65536)
def _compared(character: str) -> str:
    if character in _QUOTES:
        return ""
    if unicodedata.category(character) == "Cs":
        return " "  # half of a character, which no text has
    plain = unicodedata.normalize("NFKC", character)
    if plain[:1] <= _LAST_LATIN:
        plain = unicodedata.normalize("NFKD", plain)
    return "".join(one for one in plain if unicodedata.category(one) != "Mn").casefold()


def _simplified(text: str) -> str:
    """By phrases where that keeps the number of characters, else one by one."""
    simple: str = _converter().convert(text)
    if len(simple) == len(text):
        return simple
    singles = [_converter().convert(character) for character in text]
    return "".join(new if len(new) == 1 else old for old, new in zip(text, singles, strict=True))


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")
