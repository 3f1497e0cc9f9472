"""What is looked for, and what is found."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

MAX_CHARACTERS = 200
"""The longest words that are looked for."""
MAX_LIMIT = 100
"""Hits that are given at once."""
MAX_COUNTED = 50_000
"""How many things are counted."""


class Role(IntEnum):
    """What a text is to its thing, the weightiest first."""

    LABEL = 0
    ALIAS = 1
    FIGURE = 2
    DESCRIPTION = 3


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a thing; *language* is its tag, or empty."""

    role: Role
    language: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """
    What is indexed of one thing.

    Attributes:
        iri: Its IRI.
        types: IRIs of its classes, sorted.
        texts: All of them, ordered by role.
        importance: From 0 to 1023; of equal matches, the more important come first.
    """

    iri: str
    types: tuple[str, ...]
    texts: tuple[Text, ...]
    importance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """
    What is looked for.

    Attributes:
        words: As people write them: Chinese, simplified or traditional, pinyin or its initials, English, figures. Each
            word must be found; the last one may be unfinished.
        language: Tag of the language in which names are given.
        types: IRIs of classes; the hits have one of them. Empty for any.
        limit: How many hits are given, at most `MAX_LIMIT`.
        offset: How many are left out before them.
        only_names: Whether only labels and aliases are looked at and nothing is counted, for suggestions.
        is_loose: Whether names that share only some of the words, or of their characters, are given too, after the
            others and only for *only_names*: for names that may be misspelt.
    """

    words: str
    language: str = "en"
    types: tuple[str, ...] = ()
    limit: int = 20
    offset: int = 0
    only_names: bool = False
    is_loose: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """
    A thing that was found.

    Attributes:
        iri: Its IRI.
        label: Its name, in the language asked for where it has one; the end of its IRI when it has none.
        types: IRIs of its classes.
        description: A sentence about it; may be empty.
        matched: The text in which the words were found; empty when they were found in several.
        ranges: Where they stand in it: first character and one past the last, in code points, ordered.
        score: From 0 to 100; 100 is for a label that is the words.
        names: Its labels and aliases, in every language.
    """

    iri: str
    label: str
    types: tuple[str, ...]
    description: str
    matched: str
    ranges: tuple[tuple[int, int], ...]
    score: float
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """
    What was found.

    Attributes:
        hits: The best first; those asked for.
        n_hits: How many there are in all, as far as they are counted.
        facets: How many things of each class the words find, whatever classes were asked for; the most first.
        is_more: Whether there may be more than were counted, of any class.
    """

    hits: Sequence[Hit]
    n_hits: int
    facets: Sequence[tuple[str, int]]
    is_more: bool = False


NOTHING = Found(hits=(), n_hits=0, facets=())
