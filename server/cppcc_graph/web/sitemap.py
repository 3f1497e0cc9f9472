"""
For programs that read every page: which pages there are, and which addresses are not for them.

When a document changed is not told: what it says may come from any graph.

Spec: Sitemaps XML format, version 0.9; RFC 9309 (Robots Exclusion Protocol).
"""

from collections.abc import Callable, Iterable, Iterator
from xml.etree.ElementTree import Element, SubElement, tostring

from flask import Blueprint, Response, current_app, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import NotFound

from cppcc_graph.catalogue import Documented, Known, documented
from cppcc_graph.formats import Format, ResultForm
from cppcc_graph.store.base import Answer
from cppcc_graph.web import examples
from cppcc_graph.web.answering import document, kept, opaque_of
from cppcc_graph.web.links import as_uri, document_path, href_of, is_elsewhere
from cppcc_graph.web.served import store

blueprint = Blueprint("sitemap", __name__)

MOST_ADDRESSES = 50_000
"""Of one sitemap. Spec: Sitemaps 0.9, "Sitemap file requirements"."""
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XML = Format(name="sitemap", label="Sitemap", media_type="application/xml", extension="xml", holds=frozenset())
_NOT_FOR_ROBOTS = ("/sparql", "/history/", "/versions/", "/timemap/", "/jobs/", "/suggest/", "/search")


@blueprint.record_once
def _keep(state: BlueprintSetupState) -> None:
    state.app.extensions["documented"] = Known[Documented]()


@blueprint.route("/robots.txt")
def robots() -> Response:
    """Which addresses programs should leave alone: those where anything can be asked."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _NOT_FOR_ROBOTS), "", f"Sitemap: {_address('index')}"]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@blueprint.route("/sitemap.xml")
def index() -> Response:
    """Every page and every document about a thing, or where the parts of that list are when it is long."""
    found = _documented()
    if found.n_parts == 1:
        return _sent(lambda: _urlset(_part(found, 0)), "")
    return _sent(lambda: _index(found), "")


@blueprint.route("/sitemap-<int:number>.xml")
def part(number: int) -> Response:
    """One part of that list, from 1."""
    found = _documented()
    if not 1 <= number <= found.n_parts:
        raise NotFound
    return _sent(lambda: _urlset(_part(found, number - 1)), str(number))


def _documented() -> Documented:
    known: Known[Documented] = current_app.extensions["documented"]
    most = MOST_ADDRESSES - len(_pages())
    return known.get(store(), most, lambda: documented(store(), part_size=most))


def _part(found: Documented, number: int) -> Iterator[str]:
    """The addresses of one part; the first has those of the pages too."""
    host = request.url_root.rstrip("/")
    if number == 0:
        yield from _pages()
    for iri in found.part(number):
        href = href_of(iri)
        if href is not None and not is_elsewhere(href):
            yield f"{host}{as_uri(document_path(iri))}"


def _pages() -> list[str]:
    return [
        *(url_for(endpoint, _external=True) for endpoint in ("home.show", "catalogue.show", "questions.index")),
        *(f"{request.host_url.rstrip('/')}{link.href}" for link in examples.every() if link.href),
    ]


def _urlset(addresses: Iterable[str]) -> Element:
    return _listed("urlset", "url", addresses)


def _index(found: Documented) -> Element:
    parts = (url_for("sitemap.part", number=number, _external=True) for number in range(1, found.n_parts + 1))
    return _listed("sitemapindex", "sitemap", parts)


def _listed(name: str, entry: str, addresses: Iterable[str]) -> Element:
    root = Element(name, {"xmlns": _NAMESPACE})
    for address in addresses:
        SubElement(SubElement(root, entry), "loc").text = address
    return root


def _sent(make: Callable[[], Element], number: str) -> Response:
    """The document, or nothing for a client that has it."""
    state = store().state()

    def answer() -> Answer:
        body = tostring(make(), encoding="utf-8", xml_declaration=True)
        return Answer(form=ResultForm.GRAPH, format=_XML, body=body, n_rows=None)

    return (
        kept(opaque_of("sitemap", state, request.url_root, number), answer) if state else document(answer().body, _XML)
    )


def _address(endpoint: str) -> str:
    return url_for(f"sitemap.{endpoint}", _external=True)
