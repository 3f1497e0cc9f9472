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

from cppcc_graph.describe import (
    describe,
    describe_vocabulary,
    document,
    graph_document,
    is_known,
    vocabulary_document,
)
from cppcc_graph.errors import UnknownEntity
from cppcc_graph.formats import GRAPH_FORMATS, Format, ResultForm, write_graph
from cppcc_graph.store.base import Answer, Store
from cppcc_graph.store.journal import Journal
from cppcc_graph.store.numbering import prefix_of
from cppcc_graph.terms import NamedNode, Triple
from cppcc_graph.web.addresses import absence, iri_of, is_vocabulary, other_spelling, without_suffix
from cppcc_graph.web.answering import document as answered
from cppcc_graph.web.answering import kept, kept_page, opaque_of
from cppcc_graph.web.entity_pages import entity_page, graph_page
from cppcc_graph.web.i18n import language
from cppcc_graph.web.links import OUTSIDE_ID, document_path, root
from cppcc_graph.web.memento import HEADER, linked, original, timegate
from cppcc_graph.web.modified import dated
from cppcc_graph.web.pages import Page
from cppcc_graph.web.parts import PastView
from cppcc_graph.web.served import settings, store
from cppcc_graph.web.signposts import links_of, linkset, signposted
from cppcc_graph.web.vocabulary_pages import vocabulary_page
from cppcc_graph.web.wanted import HTML, formats_of, wanted

blueprint = Blueprint("entities", __name__)


@blueprint.route("/id/<path:rest>")
@blueprint.route("/<any(entities, graph, ontology, report, shapes, vocabulary):first>/<path:rest>")
@blueprint.route("/<any(history, ontology, shapes):first>")
def thing(first: str = "id", rest: str = "") -> BaseResponse:
    """Where a thing is described. Spec: RFC 9110, sections 15.4.4 (303 See Other) and 15.4.9 (308)."""
    name = rest if first == "id" else f"{first}/{rest}" if rest else first
    if first == "id" and rest.partition("/")[0] in OUTSIDE_ID:
        raise NotFound
    has_slash = request.path.endswith("/") and not rest.endswith("/")  # which the route has taken for no difference
    served = store()
    if is_known(served, _whole_iri(name)):
        return _to(_whole_iri(name)) if has_slash else _see(name)
    spelling = other_spelling(served, name)
    if spelling is not None and without_suffix(spelling)[1] is None:
        return _to(_whole_iri(spelling))
    if spelling is not None or is_known(served, iri_of(name)):
        return redirect(f"{root()}/doc/{quote(spelling or name)}{_query()}", HTTPStatus.PERMANENT_REDIRECT)
    if HEADER in request.headers and served.history is not None:
        return _see(name)  # something may have been said of it then
    raise absence(served, _whole_iri(name))


@blueprint.route("/doc/<path:name>")
def description(name: str) -> BaseResponse:
    """The document about a thing; where a history is kept, also as it was at some time (`memento`)."""
    resource = original(f"/doc/{name}")
    earlier = timegate(resource, all_versions)
    if earlier is not None:
        return earlier
    served = store()
    try:
        response = represented(name, served)
    except UnknownEntity as error:
        spelling = other_spelling(served, name)
        if spelling is None:
            raise absence(served, error.iri) from error
        return redirect(f"{root()}/doc/{quote(spelling)}{_query()}", HTTPStatus.PERMANENT_REDIRECT)
    return linked(dated(signposted(response, links_of(served, iri_of(name)))), resource)


@blueprint.route("/linkset/<path:name>")
def links(name: str) -> Response:
    """The links of a document about a thing, and those back to it. Spec: RFC 9264, section 4.2."""
    served, iri = store(), iri_of(name)
    if without_suffix(name)[1] is not None or not is_known(served, iri):
        raise absence(served, iri)
    host = request.host_url.rstrip("/")
    return dated(linkset(links_of(served, iri), host=host, landing=f"{root()}{document_path(iri)}"))


def represented(name: str, of: Store, *, past: PastView | None = None) -> Response:
    """
    The document *name*, as a store tells it: that of the present, or one of the *past*.

    Raises:
        UnknownEntity: nothing is known by this name.

    Spec: RFC 9110, section 12 (content negotiation).
    """
    format_name = without_suffix(name)[1]
    chosen = wanted(GRAPH_FORMATS, asked=format_name)[0]
    iri, state = iri_of(name), of.state() if past is None else ""
    if chosen == HTML:
        opaque = _opaque(state, iri, chosen, language(), _texts()) if state else None
        return kept_page(opaque, lambda: _page(iri, of, past))
    media = formats_of([chosen], GRAPH_FORMATS)[0]
    if past is not None:
        return Response(_graph(iri, of, media, is_past=True), content_type=media.content_type)
    if not state:
        return answered(_graph(iri, of, media, is_past=False), media)
    return kept(
        _opaque(state, iri, chosen),
        lambda: Answer(form=ResultForm.GRAPH, format=media, body=_graph(iri, of, media, is_past=False), n_rows=None),
    )


def all_versions(known: Journal) -> Sequence[int]:
    """At which versions a document may have changed: which of them did change it is only known by going back."""
    return range(1, known.version + 1)


def _opaque(state: str, *parts: str) -> str:
    return prefix_of(state) + opaque_of("document", state, *parts)


def _texts() -> str:
    """What quotes from the reports' texts depend on."""
    folder = settings().texts
    return str(folder.stat().st_mtime_ns) if folder is not None and folder.is_dir() else ""


def _page(iri: str, of: Store, past: PastView | None) -> Page:
    address = f"{root()}{document_path(iri)}"
    if is_vocabulary(iri):
        known = describe_vocabulary(of, iri, language=language(), is_used=past is None)
        return vocabulary_page(known, path=address, past=past)
    try:
        return entity_page(describe(of, iri, language=language()), of=of, path=address, past=past)
    except UnknownEntity:
        if past is not None or not graph_document(of, iri):
            raise
        return graph_page(iri, of=of, path=address)


def _graph(iri: str, of: Store, media: Format, *, is_past: bool) -> bytes:
    triples = _triples(iri, of, is_past=is_past)
    return write_graph(sorted(triples, key=lambda triple: (triple.subject != NamedNode(iri), str(triple))), media)


def _triples(iri: str, of: Store, *, is_past: bool) -> Sequence[Triple]:
    try:
        return (vocabulary_document if is_vocabulary(iri) else document)(of, iri)
    except UnknownEntity:
        triples = [] if is_past else graph_document(of, iri)
        if not triples:
            raise
        return triples


def _whole_iri(name: str) -> str:
    """The IRI at the address *name*: what looks like a suffix belongs to it."""
    return iri_of(f"{name}.{HTML}")


def _see(name: str) -> BaseResponse:
    return redirect(f"{root()}/doc/{quote(name)}{_query()}", HTTPStatus.SEE_OTHER)


def _to(iri: str) -> BaseResponse:
    """Where the thing called *iri* is properly spelt."""
    path = document_path(iri).removeprefix("/doc")
    prefix = "" if path[1:].partition("/")[0] in OUTSIDE_ID else "/id"
    return redirect(f"{root()}{prefix}{path}{_query()}", HTTPStatus.PERMANENT_REDIRECT)


def _query() -> str:
    return f"?{request.query_string.decode('latin-1')}" if request.query_string else ""
