"""
Things and the documents about them.

A thing's IRI answers 303 to the document that describes it; the document comes as a page or as RDF, by Accept, by
``?format=`` or by a suffix.
"""

from http import HTTPStatus
from urllib.parse import quote

from flask import Blueprint, Response, redirect, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from cppcc_graph.describe import describe, describe_vocabulary, document, vocabulary_document
from cppcc_graph.formats import GRAPH_FORMATS, Format, write_graph
from cppcc_graph.terms import BASE, Triple
from cppcc_graph.web.entity_pages import entity_page, format_links, vocabulary_page
from cppcc_graph.web.i18n import language
from cppcc_graph.web.links import root
from cppcc_graph.web.pages import render
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
    """
    The document about a thing.

    Spec: RFC 9110, section 12 (content negotiation); RFC 8288, section 3 (the Link header).
    """
    path, format_name = _without_suffix(name)
    chosen = wanted(GRAPH_FORMATS, asked=format_name)[0]
    iri = _iri(path)
    response = _page(path, iri) if chosen == HTML else _graph(iri, formats_of([chosen], GRAPH_FORMATS)[0])
    response.headers["Link"] = ", ".join(_links(path, iri))
    return response


def _page(path: str, iri: str) -> Response:
    address = f"{root()}/doc/{quote(path)}"
    if _is_vocabulary(iri):
        return render(vocabulary_page(describe_vocabulary(store(), iri, language=language()), path=address))
    return render(entity_page(describe(store(), iri, language=language()), path=address))


def _graph(iri: str, chosen: Format) -> Response:
    triples: list[Triple] = (vocabulary_document if _is_vocabulary(iri) else document)(store(), iri)
    return Response(write_graph(triples, chosen), content_type=chosen.content_type)


def _is_vocabulary(iri: str) -> bool:
    first = iri.removeprefix(BASE).partition("/")[0]
    return first in ("ontology", "shapes", "vocabulary")


def _iri(path: str) -> str:
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
