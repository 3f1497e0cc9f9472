"""
Choosing a representation and a language from what a client says it accepts.

Pure functions over header values; nothing here knows Flask. Werkzeug's ``best_match`` answers ``None`` without a
header and for ranges with parameters, so the rules of RFC 9110 are written out.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from types import MappingProxyType

# One element of a comma-separated header: commas inside a quoted string do not separate.
_ELEMENT = re.compile(r'(?:[^,"]|"(?:\\.|[^"\\])*")+')
_PARAMETER = re.compile(r';\s*([\w!#$%&\'*+.^`|~-]+)\s*=\s*("(?:\\.|[^"\\])*"|[^;"\s]*)\s*')
_RANGE = re.compile(r"([\w!#$&^.+-]+|\*)/([\w!#$&^.+*-]+|\*)\s*(?=;|$)")
_QVALUE = re.compile(r"(?:[01]?\.\d*|[01])\Z")

_MAX_CHARACTERS = 4_096
_MAX_ELEMENTS = 64

# Parameters that name a wish rather than another media type: an offer without them still matches.
_HINTS = frozenset({"profile", "version"})
# What every text and JSON answer of ours is, whether its media type says so or not.
_IMPLIED = {"charset": "utf-8", "header": "present"}
# The specificity from which a range names one type and is no wildcard.
_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRange:
    """One element of an ``Accept`` header; *parameters* are lower-cased and without ``q``."""

    kind: str
    subtype: str
    parameters: Mapping[str, str]
    quality: float

    def specificity(self, offer: str) -> int:
        """How precisely this range names *offer*: 0 not at all, 1 ``*/*``, 2 ``text/*``, 3 or more the type itself."""
        kind, subtype, known = _offered(offer)
        if self.kind not in ("*", kind) or self.subtype not in ("*", subtype):
            return 0
        wanted = {name: value for name, value in self.parameters.items() if name not in _HINTS}
        if any(known.get(name) != value for name, value in wanted.items()):
            return 0
        return 1 + (self.kind != "*") + (self.subtype != "*") + len(wanted)


@lru_cache(maxsize=128)
def _offered(offer: str) -> tuple[str, str, Mapping[str, str]]:
    media_type, parameters = parse_media_type(offer)
    kind, _, subtype = media_type.partition("/")
    return kind, subtype, MappingProxyType({**_IMPLIED, **parameters})


def parse_media_type(value: str) -> tuple[str, dict[str, str]]:
    """The lower-cased media type and its parameters, of a ``Content-Type`` or of one element of ``Accept``."""
    media_type, _, rest = value.partition(";")
    parameters = {
        name.lower(): _unquoted(text).lower() for name, text in _PARAMETER.findall(";" + rest if rest else "")
    }
    return media_type.strip().lower(), parameters


def parse_accept(header: str) -> list[MediaRange]:
    """The media ranges of an ``Accept`` header in their order; malformed elements are left out, and the 65th and on."""
    elements = islice(_ELEMENT.finditer(_short(header)), _MAX_ELEMENTS)
    return [parsed for element in elements if (parsed := _media_range(element[0].strip()))]


def ranking(header: str | None, offers: Mapping[str, Sequence[str]]) -> list[str]:
    """
    What a client accepts, best first.

    Args:
        header: The whole ``Accept`` value (repeated lines joined by commas), or None.
        offers: What we can send, our preference first: a name, its media type, and other types that ask for it by
            name (a wildcard never means those).

    Returns:
        Names of *offers*; all of them without a header, none if the client accepts none. Equal qualities go to the
        offer that the client named more precisely, then to the earlier one.

    Spec: RFC 9110, section 12.5.1 (Accept).
    """
    ranges = parse_accept(header or "")
    if not ranges:
        return list(offers)
    preferences = {name: _preference_among(ranges, types) for name, types in offers.items()}
    accepted = [name for name, (quality, _) in preferences.items() if quality > 0]
    return sorted(accepted, key=lambda name: preferences[name], reverse=True)


def choose_language(header: str | None, languages: Sequence[str]) -> str:
    """
    The language to answer in: the best of *languages* by ``Accept-Language``, else the first of them.

    Spec: RFC 4647, section 3.4 (lookup): ``zh-Hant-TW`` is served ``zh``.
    """
    wishes = sorted(_language_wishes(header or ""), key=lambda wish: -wish[1])
    refused = {tag for tag, quality in wishes if quality == 0}
    spoken = [language for language in languages if language not in refused]
    for tag, quality in wishes:
        for language in spoken:
            if quality > 0 and (tag in (language, "*") or tag.startswith(f"{language}-")):
                return language
    return languages[0]


def _preference_among(ranges: Sequence[MediaRange], types: Sequence[str]) -> tuple[float, int]:
    own, *others = (_preference(ranges, media_type) for media_type in types)
    if own[0] == 0 and own[1] >= _NAMED:
        return own  # refused under the very name by which it would be sent
    return max([own, *(other for other in others if other[1] >= _NAMED)])


def _preference(ranges: Sequence[MediaRange], offer: str) -> tuple[float, int]:
    """Quality and specificity of the most specific range that matches *offer*; (0, 0) if none does."""
    matching = [(found, media_range.quality) for media_range in ranges if (found := media_range.specificity(offer))]
    if not matching:
        return 0.0, 0
    specificity = max(found for found, _ in matching)
    return max(quality for found, quality in matching if found == specificity), specificity


def _media_range(element: str) -> MediaRange | None:
    if element.partition(";")[0].strip() == "*":  # what old Java clients send for */*
        element = element.replace("*", "*/*", 1)
    match = _RANGE.match(element)
    if match is None or (match[1] == "*" and match[2] != "*"):
        return None
    _, parameters = parse_media_type(element)
    quality = _quality(parameters.pop("q", "1"))
    if quality is None:
        return None
    return MediaRange(kind=match[1].lower(), subtype=match[2].lower(), parameters=parameters, quality=quality)


def _short(header: str) -> str:
    """*header* up to a comma in its first 4 KiB, if it is longer; nobody's wishes are, and reading them takes time."""
    return header if len(header) <= _MAX_CHARACTERS else header[:_MAX_CHARACTERS].rpartition(",")[0]


def _language_wishes(header: str) -> Iterator[tuple[str, float]]:
    for element in _short(header).split(",")[:_MAX_ELEMENTS]:
        tag, parameters = parse_media_type(element)
        quality = _quality(parameters.get("q", "1"))
        if tag and quality is not None:
            yield tag.replace("_", "-"), quality


def _quality(text: str) -> float | None:
    """A weight between 0 and 1, or None if it is none. Spec: RFC 9110, section 12.4.2 (quality values)."""
    if not _QVALUE.match(text) or text == ".":
        return None
    return min(float(text), 1.0)


def _unquoted(text: str) -> str:
    return (
        re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') and text.endswith('"') and len(text) > 1 else text
    )
