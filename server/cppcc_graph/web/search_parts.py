"""What the page of found things shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from cppcc_graph.web.parts import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A part of a text, and whether it is what was looked for."""

    text: str
    is_match: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HitView:
    """
    A thing that was found.

    Attributes:
        thing: Its name, leading to its page.
        types: Its classes.
        description: A sentence about it; may be empty.
        matched: The text in which the words were found, in parts; empty when they stand in several texts.
    """

    thing: Link
    types: Sequence[Link]
    description: str
    matched: Sequence[Stretch]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """A class, leading to the hits of it alone, how many there are, and whether they are what is shown."""

    kind: Link
    n: int
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """
    The page at ``/search``.

    Attributes:
        words: That are looked for; may be empty.
        kind: IRI of the class to which the hits are narrowed, or empty.
        n_hits: How many there are, as far as they are counted.
        is_more: Whether there may be more of them.
        hits: Those of this page.
        facets: The classes of all that the words find.
        everything: The same without narrowing, or None.
        earlier: The page before, or None.
        later: The page after, or None.
        formats: The same for machines.
    """

    TEMPLATE: ClassVar[str] = "search.html"

    words: str
    kind: str
    n_hits: int
    is_more: bool
    hits: Sequence[HitView]
    facets: Sequence[Facet]
    everything: Link | None
    earlier: Link | None
    later: Link | None
    formats: Sequence[Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewPage:
    """
    The page at ``/preview``, for frames of others.

    Attributes:
        thing: Its name, leading to its page.
        types: Its classes.
        description: May be empty.
        aliases: Other names.
    """

    TEMPLATE: ClassVar[str] = "preview.html"

    thing: Link
    types: Sequence[Link]
    description: str
    aliases: Sequence[Link]
