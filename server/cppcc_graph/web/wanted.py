"""Which formats the current request accepts: ``?format=`` if it is given, else ``Accept``."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from flask import request

from cppcc_graph.errors import UnknownFormat
from cppcc_graph.formats import FORMATS, JSON, TURTLE, Format
from cppcc_graph.web.negotiate import ranking
from cppcc_graph.web.problems import NothingAcceptable
from cppcc_graph.web.vary import depends_on

_BY_NAME = {candidate.name: candidate for candidate in FORMATS}
_MAX_KEPT = 1_000
HTML = "html"
SHOWN = (JSON, TURTLE)
"""What a page is made of."""
HTML_TYPES = ("text/html", "application/xhtml+xml")

_MEANT: Mapping[str, tuple[str, ...]] = {
    "json": ("json", "jsonld"),
    "xml": ("xml", "rdfxml"),
    "json-ld": ("jsonld",),
    "rdf+xml": ("rdfxml",),
    "n3": ("turtle",),
}
"""
What other names and the two ambiguous ones mean: clients such as SPARQLWrapper send ``format=xml`` with every query,
and the first format that can hold the answer is then meant.
"""


def wanted(offered: Sequence[Format] = FORMATS, *, asked: str | None = None) -> list[str]:
    """
    Names of the formats that the client accepts, best first; `HTML` is one of them. Never empty.

    Args:
        offered: The formats that exist here, beside HTML.
        asked: A format named in the address; ``?format=`` when None. It may be a name, an extension or a media type;
            ``json`` and ``xml`` mean the results format or the RDF format, whichever can hold the answer.

    Raises:
        UnknownFormat: no format is called what the address names.
        NothingAcceptable: ``Accept`` names nothing that exists here.
    """
    asked = asked or request.args.get("format")
    if not asked:
        depends_on("Accept")
    return accepted(asked, request.headers.get("Accept"), offered)


def accepted(asked: str | None, accept: str | None, offered: Sequence[Format] = FORMATS) -> list[str]:
    """
    As :func:`wanted`, from a format named in the address, if any, and the value of ``Accept``.

    Raises:
        UnknownFormat: no format is called *asked*.
        NothingAcceptable: *accept* names nothing that exists here.
    """
    is_usual = offered is FORMATS and len(accept or "") + len(asked or "") <= _MAX_KEPT
    return list(_accepted_everywhere(asked, accept) if is_usual else _accepted(asked, accept, offered))


@lru_cache(maxsize=512)
def _accepted_everywhere(asked: str | None, accept: str | None) -> tuple[str, ...]:
    return _accepted(asked, accept, FORMATS)


def _accepted(asked: str | None, accept: str | None, offered: Sequence[Format]) -> tuple[str, ...]:
    if asked:
        return tuple(_named(asked, offered))
    offers = {candidate.name: candidate.media_types for candidate in offered} | {HTML: HTML_TYPES}
    names = ranking(accept, offers)
    if not names:
        raise NothingAcceptable({name: types[0] for name, types in offers.items()})
    return tuple(names)


def formats_of(names: Iterable[str], offered: Sequence[Format] = FORMATS) -> tuple[Format, ...]:
    """The formats with these names, without HTML."""
    if offered is FORMATS:
        return _formats_everywhere(tuple(names))
    by_name = {candidate.name: candidate for candidate in offered}
    return tuple(by_name[name] for name in names if name != HTML)


@lru_cache(maxsize=512)
def _formats_everywhere(names: tuple[str, ...]) -> tuple[Format, ...]:
    return tuple(_BY_NAME[name] for name in names if name != HTML)


def _named(asked: str, offered: Sequence[Format]) -> list[str]:
    spelling = asked.strip().lower().replace(" ", "+")  # a plus sign that was not percent-encoded arrives as a space
    if spelling in (HTML, *HTML_TYPES):
        return [HTML]
    meant = _MEANT.get(spelling, ())
    names = [
        candidate.name
        for candidate in offered
        if candidate.name in meant or spelling in (candidate.name, candidate.extension, *candidate.media_types)
    ]
    if not names:
        raise UnknownFormat(asked, known=[*(candidate.name for candidate in offered), HTML])
    return names
