"""
Things and the documents about them.

A thing's IRI answers 303 to the document that describes it; the document comes as a page or as RDF, by Accept, by
``?format=`` or by a suffix.
"""

from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import quote

from flask import Blueprint, Response, redirect, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from cppcc_graph.describe import describe, describe_vocabulary, document, vocabulary_document
from cppcc_graph.formats import GRAPH_FORMATS, Format, write_graph
from cppcc_graph.store.base import Store
from cppcc_graph.store.journal import Journal
from cppcc_graph.terms import BASE, NamedNode
from cppcc_graph.web.entity_pages import entity_page, format_links, vocabulary_page
from cppcc_graph.web.i18n import language
from cppcc_graph.web.links import root
from cppcc_graph.web.memento import linked, original, timegate
from cppcc_graph.web.pages import render
from cppcc_graph.web.parts import PastView
from cppcc_graph.web.served import store
from cppcc_graph.web.wanted import HTML, formats_of, wanted

blueprint = Blueprint("entities", __name__)

_OUTSIDE_ID = ("report", "ontology", "shapes", "vocabulary")
_SUFFIXES = {candidate.extension: candidate.name for candidate in GRAPH_FORMATS} | {HTML: HTML}


@blueprint.route("/id/<path:rest>")
@blueprint.route("/<any(report, vocabulary):first>/<path:rest>")
@blueprint.route("/<any(ontology, shapes):first>")
def thing(first: str | None = None, rest: str = "") -> BaseResponse:
    """Where a thing is described. Spec: RFC 9110, section 15.4.4 (303 See Other)."""
    path = "/".join(part for part in (first, rest) if part)
    query = f"?{request.query_string.decode()}" if request.query_string else ""
    return redirect(f"{root()}/doc/{quote(path)}{query}", HTTPStatus.SEE_OTHER)


@blueprint.route("/doc/<path:name>")
def description(name: str) -> Response:
    """The document about a thing; where a history is kept, also as it was at some time (`memento`)."""
    resource = original(f"/doc/{name}")
    return timegate(resource, all_versions) or linked(represented(name, store()), resource)


def represented(name: str, of: Store, *, past: PastView | None = None) -> Response:
    """
    The document *name*, as a store tells it: that of the present, or one of the *past*.

    Spec: RFC 9110, section 12 (content negotiation); RFC 8288, section 3 (the Link header).
    """
    path, format_name = _without_suffix(name)
    chosen = wanted(GRAPH_FORMATS, asked=format_name)[0]
    iri = iri_of(name)
    response = _page(path, of, past) if chosen == HTML else _graph(iri, of, formats_of([chosen], GRAPH_FORMATS)[0])
    if past is None:
        response.headers["Link"] = ", ".join(_links(path, iri))
    return response


def all_versions(known: Journal) -> Sequence[int]:
    """At which versions a document may have changed: which of them did change it is only known by going back."""
    return range(1, known.version + 1)


def _page(path: str, of: Store, past: PastView | None) -> Response:
    iri = iri_of(path)
    address = f"{root()}/doc/{quote(path)}"
    if is_vocabulary(iri):
        return render(vocabulary_page(describe_vocabulary(of, iri, language=language()), path=address, past=past))
    return render(entity_page(describe(of, iri, language=language()), path=address, past=past))


def _graph(iri: str, of: Store, chosen: Format) -> Response:
    triples = (vocabulary_document if is_vocabulary(iri) else document)(of, iri)
    ordered = sorted(triples, key=lambda triple: (triple.subject != NamedNode(iri), str(triple)))
    return Response(write_graph(ordered, chosen), content_type=chosen.content_type)


def is_vocabulary(iri: str) -> bool:
    """Whether it is a document whose terms have hash IRIs."""
    first = iri.removeprefix(BASE).partition("/")[0]
    return first in ("ontology", "shapes", "vocabulary")


def iri_of(name: str) -> str:
    """
    The IRI of the thing that the document *name*, with or without a suffix, is about.

    Raises:
        NotFound: no document can be called that.
    """
    path, _format_name = _without_suffix(name)
    first, _, rest = path.partition("/")
    if not rest and first not in _OUTSIDE_ID:
        raise NotFound
    return BASE + (path if first in _OUTSIDE_ID else f"id/{path}")


def _without_suffix(name: str) -> tuple[str, str | None]:
    stem, dot, suffix = name.rpartition(".")
    return (stem, _SUFFIXES[suffix]) if dot and suffix in _SUFFIXES else (name, None)


def _links(path: str, iri: str) -> list[str]:
    forms = [
        f'<{link.href}>; rel="alternate"; type="{link.title}"' for link in format_links(f"{root()}/doc/{quote(path)}")
    ]
    return [f'<{iri}>; rel="describes"', *forms]
