"""Which formats the current request accepts: ``?format=`` if it is given, else ``Accept``."""

from collections.abc import Iterable, Mapping, Sequence

from flask import request

from cppcc_graph.errors import UnknownFormat
from cppcc_graph.formats import FORMATS, Format
from cppcc_graph.web.negotiate import ranking
from cppcc_graph.web.problems import NothingAcceptable
from cppcc_graph.web.vary import depends_on

HTML = "html"
HTML_TYPES = ("text/html", "application/xhtml+xml")


def wanted(offered: Sequence[Format] = FORMATS, *, asked: str | None = None) -> list[str]:
    """
    Names of the formats that the client accepts, best first; `HTML` is one of them. Never empty.

    Args:
        offered: The formats that exist here, beside HTML.
        asked: A format named in the address; ``?format=`` when None. It may be a name, an extension or a media type.

    Raises:
        UnknownFormat: no format is called what the address names.
        NothingAcceptable: ``Accept`` names nothing that exists here.
    """
    asked = asked or request.args.get("format")
    if asked:
        return [_named(asked.strip().lower(), offered)]
    depends_on("Accept")
    offers = {candidate.name: candidate.media_types for candidate in offered} | {HTML: HTML_TYPES}
    names = ranking(request.headers.get("Accept"), offers)
    if not names:
        raise NothingAcceptable({name: types[0] for name, types in offers.items()})
    return names


def formats_of(names: Iterable[str], offered: Sequence[Format] = FORMATS) -> tuple[Format, ...]:
    """The formats with these names, without HTML."""
    by_name = {candidate.name: candidate for candidate in offered}
    return tuple(by_name[name] for name in names if name != HTML)


def _named(asked: str, offered: Sequence[Format]) -> str:
    known = _spellings(offered)
    if asked not in known:
        raise UnknownFormat(asked, known=[*(candidate.name for candidate in offered), HTML])
    return known[asked]


def _spellings(offered: Sequence[Format]) -> Mapping[str, str]:
    """Each way to name a format in an address; a media type means the first format that has it."""
    spellings = {HTML: HTML, "text/html": HTML}
    for candidate in offered:
        for spelling in (candidate.name, candidate.extension, *candidate.media_types):
            spellings.setdefault(spelling, candidate.name)
    return spellings
