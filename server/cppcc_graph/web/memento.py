"""
Earlier states of a resource, found by time: each resource is its own TimeGate, and its states have their own addresses.

Spec: RFC 7089, sections 2 (headers and relations), 4.1 (pattern 1.1: 302, distinct addresses) and 5 (TimeMaps).
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from urllib.parse import quote

from flask import Response, request
from werkzeug.exceptions import BadRequest
from werkzeug.http import http_date

from cppcc_graph.store.commits import Entry
from cppcc_graph.store.journal import Journal
from cppcc_graph.store.past import version_at
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.journals import is_history_kept, journal
from cppcc_graph.web.vary import depends_on

LINK_FORMAT = "application/link-format"
HEADER = "Accept-Datetime"
MAP_LENGTH = 1_000
"""Mementos in one TimeMap; it leads to the next one."""
_FORM = "%a, %d %b %Y %H:%M:%S GMT"
_LAST_INSTANT = timedelta(seconds=1) - timedelta(microseconds=1)
_SAFE = "%=&:/?[]@!$()*+,;-._~"

Versions = Callable[[Journal], Sequence[int]]
"""At which versions a resource became what it was; ascending, may be empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """
    A resource that changes.

    Attributes:
        path: Below this server's root, percent-encoded: ``/doc/…``, ``/graphs``.
        query: What stands after the ``?``, as it came.
    """

    path: str
    query: str

    @property
    def address(self) -> str:
        """Where it is as it is now; every address here is absolute."""
        return self._at("")

    @property
    def timemap(self) -> str:
        """Where its states are listed."""
        return self._at("/timemap")

    def timemap_from(self, version: int) -> str:
        """Where those from *version* on are listed."""
        return self._at(f"/timemap/{version}")

    def memento(self, version: int) -> str:
        """Where it is as it was at *version*."""
        return self._at(f"/versions/{version}")

    def _at(self, before: str) -> str:
        query = f"?{quote(self.query, safe=_SAFE)}" if self.query else ""
        return f"{request.url_root.rstrip('/')}{before}{self.path}{query}"


def original(path: str) -> Original:
    """The resource at *path*, not yet percent-encoded, with the query of this request."""
    return Original(path=quote(path), query=request.query_string.decode("latin-1"))


def timegate(resource: Original, versions: Versions) -> Response | None:
    """
    The way to the state that the request asks for; None for one that asks for no time, and without a history.

    Raises:
        BadRequest: the time is malformed.

    Spec: RFC 7089, section 4.5.3 (a time before the first memento leads to the first one).
    """
    if not is_history_kept():
        return None
    depends_on(HEADER)
    asked = request.headers.get(HEADER)
    if asked is None:
        return None
    moment, known = _moment(asked), journal()
    found = versions(known)
    if not found:
        return None
    last = version_at(known, moment + _LAST_INSTANT) or 0
    chosen = found[max(bisect_right(found, last) - 1, 0)]
    response = Response(status=HTTPStatus.FOUND, headers={"Location": resource.memento(chosen)})
    del response.headers["Content-Type"]
    return linked(response, resource)


def linked(response: Response, resource: Original) -> Response:
    """*response* with links from the resource to its states, where a history is kept."""
    return _with_links(response, _originals(resource)) if is_history_kept() else response


def as_memento(response: Response, resource: Original, known: Journal, version: int, versions: Versions) -> Response:
    """
    *response* as the state of the resource at *version*.

    Spec: RFC 7089, sections 2.1.2 (Memento-Datetime) and 2.2.4 (the relation "memento").
    """
    response.headers["Memento-Datetime"] = _written(known.entries[version - 1])
    found = versions(known)
    position = bisect_right(found, version) - 1
    relations: dict[int, list[str]] = {}
    for relation, index in (("first", 0), ("prev", position - 1), ("next", position + 1), ("last", len(found) - 1)):
        if 0 <= index < len(found):
            relations.setdefault(found[index], []).append(relation)
    links = [_memento(resource, known, at, " ".join(names)) for at, names in sorted(relations.items())]
    return _with_links(response, [*_originals(resource), *links])


def timemap(resource: Original, known: Journal, versions: Sequence[int], first: int) -> Response:
    """
    The states of the resource from the version *first* on, as many as one list holds.

    Spec: RFC 7089, section 5 (TimeMaps); RFC 6690, section 2 (link format).
    """
    begin = bisect_right(versions, first - 1)
    told = versions[begin : begin + MAP_LENGTH]
    relations = {versions[0]: "first", versions[-1]: "last"} if len(versions) > 1 else {versions[0]: "first last"}
    span = f'; from="{_written(known.entries[told[0] - 1])}"; until="{_written(known.entries[told[-1] - 1])}"'
    own = resource.timemap if first <= 1 else resource.timemap_from(first)
    lines = [
        f'<{resource.address}>; rel="original timegate"',
        f'<{own}>; rel="self"; type="{LINK_FORMAT}"{span}',
        *(_memento(resource, known, version, relations.get(version, "")) for version in told),
    ]
    if begin + MAP_LENGTH < len(versions):
        following = versions[begin + MAP_LENGTH]
        since = _written(known.entries[following - 1])
        lines.append(f'<{resource.timemap_from(following)}>; rel="timemap"; type="{LINK_FORMAT}"; from="{since}"')
    return Response(",\n".join(lines) + "\n", content_type=LINK_FORMAT)


def _moment(text: str) -> datetime:
    """Spec: RFC 7089, section 2.1.1 (Accept-Datetime); RFC 9110, section 5.6.7 (IMF-fixdate)."""
    try:
        return datetime.strptime(text.strip(), _FORM).replace(tzinfo=UTC)
    except ValueError as error:
        words = _("Accept-Datetime is a time such as %(sample)s.", sample="Thu, 31 May 2007 20:35:00 GMT")
        raise BadRequest(words) from error


def _written(entry: Entry) -> str:
    return http_date(entry.at)


def _originals(resource: Original) -> list[str]:
    return [
        f'<{resource.address}>; rel="original timegate"',
        f'<{resource.timemap}>; rel="timemap"; type="{LINK_FORMAT}"',
    ]


def _memento(resource: Original, known: Journal, version: int, relation: str) -> str:
    relations = f"{relation} memento".strip()
    written = _written(known.entries[version - 1])
    return f'<{resource.memento(version)}>; rel="{relations}"; datetime="{written}"'


def _with_links(response: Response, links: Sequence[str]) -> Response:
    before = response.headers.get("Link")
    response.headers["Link"] = ", ".join([*([before] if before else []), *links])
    return response
