"""
The last changes of the data as a feed.

Whatever stands in it was written by others: it goes in as text, and what XML cannot hold becomes U+FFFD.

Spec: RFC 4287 (Atom); XML 1.0, section 2.2 (characters).
"""

import re
from collections.abc import Mapping, Sequence
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, tostring

from flask import Blueprint, Response, request

from cppcc_graph.formats import Format, ResultForm
from cppcc_graph.history import commit_iri
from cppcc_graph.store.base import Answer
from cppcc_graph.store.commits import Entry
from cppcc_graph.store.journal import Journal
from cppcc_graph.web.answering import kept, opaque_of
from cppcc_graph.web.history_pages import iso
from cppcc_graph.web.i18n import asked_language, language, number
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.journals import journal
from cppcc_graph.web.links import short_name
from cppcc_graph.web.verdict_pages import operation_name

blueprint = Blueprint("feed", __name__)

ATOM = Format(name="atom", label="Atom", media_type="application/atom+xml", extension="atom", holds=frozenset())
MAX_ENTRIES = 50
_MAX_GRAPHS = 20
_NAMESPACE = "http://www.w3.org/2005/Atom"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@blueprint.route("/feed")
def show() -> Response:
    """The last fifty commits, the newest first."""
    known = journal()
    opaque = opaque_of(known.last_hash, _address(_own_path()), language())
    return kept(opaque, lambda: _answer(known))


def _answer(known: Journal) -> Answer:
    latest = list(reversed(known.entries[-MAX_ENTRIES:]))
    body = tostring(_feed(known.entries[0], latest), encoding="utf-8", xml_declaration=True)
    return Answer(form=ResultForm.GRAPH, format=ATOM, body=body, n_rows=len(latest))


def _feed(first: Entry, latest: Sequence[Entry]) -> Element:
    feed = Element("feed", {"xmlns": _NAMESPACE, "xml:lang": language()})
    _text(feed, "id", _identifier("history", first))
    _text(feed, "title", _("History of the data"))
    _text(feed, "updated", iso(latest[0].at))
    _link(feed, {"rel": "self", "type": ATOM.media_type, "href": _address(_own_path())})
    _link(feed, {"rel": "alternate", "type": "text/html", "href": _address("/versions")})
    for entry in latest:
        _add(feed, entry)
    return feed


def _add(feed: Element, entry: Entry) -> None:
    told = SubElement(feed, "entry")
    operation = operation_name(entry.commit.operation)
    _text(told, "id", _identifier(commit_iri(entry.version), entry))
    _text(told, "title", _("Version %(version)s: %(operation)s", version=entry.version, operation=operation))
    _text(told, "updated", iso(entry.at))
    _text(SubElement(told, "author"), "name", entry.commit.agent)
    _link(told, {"rel": "alternate", "type": "text/html", "href": _address(f"/versions/{entry.version}")})
    _text(told, "summary", "\n".join(_lines(entry)))


def _lines(entry: Entry) -> list[str]:
    """Why, how much, and where."""
    counted = _("Added: %(added)s, removed: %(removed)s.", added=number(entry.n_added), removed=number(entry.n_removed))
    graphs = sorted(entry.commit.graphs)
    listed = [short_name(iri) for iri in graphs[:_MAX_GRAPHS]]
    if len(graphs) > _MAX_GRAPHS:
        listed.append(_("and %(n)s more", n=number(len(graphs) - _MAX_GRAPHS)))
    return [line for line in (entry.commit.message, counted, " · ".join(listed)) if line]


def _identifier(what: str, entry: Entry) -> str:
    """
    The same as long as the record is, wherever it is served. Two stores have different ones.

    Spec: RFC 4287, section 4.2.6 (atom:id); RFC 9562, section 5.5 (UUID version 5).
    """
    return uuid5(NAMESPACE_URL, f"{what}#{entry.hash}").urn


def _own_path() -> str:
    asked = asked_language()
    return f"/feed?lang={asked}" if asked else "/feed"


def _address(path: str) -> str:
    return f"{request.url_root.rstrip('/')}{path}"


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = _NO_XML.sub("\ufffd", text)


def _link(parent: Element, attributes: Mapping[str, str]) -> None:
    SubElement(parent, "link", {name: _NO_XML.sub("\ufffd", value) for name, value in attributes.items()})
