"""
How Chinese texts sound: a syllable for each character, chosen by the word that it stands in.

Syllables and initials are indexed as characters are: each with the one after it, the last one alone.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from cppcc_graph.lexicon.normal import Normal, normal

_MAX_LETTERS = 6
_MAX_WORD_LETTERS = 60
_MAX_READINGS = 4
_VOWELS = frozenset("aeiouv")


def sounds(text: Normal) -> list[tuple[str, int]]:
    """The syllable of each Chinese character, and each other word as it is, with its place in the normal text."""
    found: list[tuple[str, int]] = []
    for piece in text.pieces:
        if piece.is_han:
            found += [(syllable, piece.start + at) for at, syllable in enumerate(syllables(piece.text))]
        else:
            found.append((piece.text, piece.start))
    return found


@lru_cache(maxsize=65536)
def syllables(run: str) -> tuple[str, ...]:
    """The syllable of each character of a run of Chinese characters, without tones, ``ü`` as ``v``."""
    if len(run) == 1:
        return _of_word(run)
    return tuple(syllable for word in _words(run) for syllable in _of_word(word))


def _words(run: str) -> Iterator[str]:
    from pypinyin.seg.mmseg import seg  # a sixth of a second, for which not every command waits

    words: Iterator[str] = seg.cut(run)
    return words


@lru_cache(maxsize=65536)
def _of_word(word: str) -> tuple[str, ...]:
    from pypinyin import lazy_pinyin  # as above

    spoken = lazy_pinyin(word)
    return tuple(spoken) if len(spoken) == len(word) else tuple(word)  # characters without a reading stay together


def pairs(units: Sequence[str]) -> list[str]:
    """Each unit joined with the one after it, and the last one alone."""
    return [unit + after for unit, after in zip(units, [*units[1:], ""], strict=True)]


def initials(spoken: Sequence[str]) -> list[str]:
    """The first letter of each syllable."""
    return [syllable[0] for syllable in spoken]


def readings(word: str) -> list[list[str]]:
    """
    The ways in which letters without spaces may be syllables, of which the last may be unfinished; the longest
    syllables first. Empty when there is none.
    """
    if not (word.isascii() and word.isalpha() and len(word) <= _MAX_WORD_LETTERS):
        return []
    known, begun = _inventory()
    found: list[list[str]] = []
    # What cannot be finished from a place is remembered, so that a word without any reading takes no long time.
    hopeless: set[int] = set()

    def go_on(at: int, sofar: list[str]) -> bool:
        if at == len(word):
            found.append(sofar)
            return True
        is_any = False
        for length in range(min(_MAX_LETTERS, len(word) - at), 0, -1):
            if len(found) >= _MAX_READINGS:
                break
            piece, end = word[at : at + length], at + length
            is_unit = piece in known or (end == len(word) and piece in begun)
            if is_unit and end not in hopeless:
                is_any = go_on(end, [*sofar, piece]) or is_any
        if not is_any:
            hopeless.add(at)
        return is_any

    go_on(0, [])
    return found


def prepare() -> None:
    """All that is read from files is in memory afterwards, for a process that may soon open none."""
    normal("备")
    syllables("准备")
    _inventory()


@cache
def _inventory() -> tuple[frozenset[str], frozenset[str]]:
    """Every syllable, and every beginning of one."""
    from pypinyin.constants import PINYIN_DICT  # as above

    spoken = {syllable for known in PINYIN_DICT.values() for syllable in known.split(",")}
    plain = frozenset(_without_tone(syllable) for syllable in spoken)
    known = frozenset(syllable for syllable in plain if syllable.isascii() and not _VOWELS.isdisjoint(syllable))
    return known, frozenset(syllable[:end] for syllable in known for end in range(1, len(syllable)))


def _without_tone(syllable: str) -> str:
    letters = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")
