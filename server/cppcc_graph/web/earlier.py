"""Graphs and documents as they were: their states at a version, and lists of them."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest, NotFound

from cppcc_graph.describe import surroundings, vocabulary_surroundings
from cppcc_graph.errors import StoreBusy, TooManyChanges, UnknownGraph, UnknownVersion
from cppcc_graph.formats import GRAPH_FORMATS, ResultForm, write_graph
from cppcc_graph.store.base import Answer
from cppcc_graph.store.journal import Journal
from cppcc_graph.store.numbering import numbered
from cppcc_graph.terms import Triple
from cppcc_graph.web.addresses import iri_of, is_vocabulary
from cppcc_graph.web.answering import kept, opaque_of
from cppcc_graph.web.entities import all_versions, represented
from cppcc_graph.web.graph_store import graph_formats, named_graph, versions_of
from cppcc_graph.web.history_pages import moment_of
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.journals import MAX_CHANGES, changes, followed, journal, journal_from
from cppcc_graph.web.memento import as_memento, original, timemap
from cppcc_graph.web.parts import Link, PastView
from cppcc_graph.web.served import store
from cppcc_graph.web.verdict_pages import version_link
from cppcc_graph.web.wanted import formats_of

blueprint = Blueprint("earlier", __name__)

Found = TypeVar("Found")
_ATTEMPTS = 5


@blueprint.route("/versions/<int:version>/graphs")
@blueprint.route("/versions/<int:version>/graphs/<path:below>")
def graph(version: int, below: str | None = None) -> Response:
    """A named graph as it was after the commit of *version*; its triples are in order, so its bytes stay the same."""
    known = _knowing(version)
    iri = _graph_iri(below)
    media = formats_of([graph_formats()[0]], GRAPH_FORMATS)[0]

    def made() -> Answer:
        triples = _triples_then(iri, version)
        if not triples:
            raise UnknownGraph(iri)
        body = write_graph(triples, media)
        return Answer(form=ResultForm.GRAPH, format=media, body=body, n_rows=len(triples))

    opaque = opaque_of(known.entries[version - 1].hash, iri, media.name)
    response = kept(numbered(opaque, version), made)
    return as_memento(response, original(_path("/graphs", below)), known, version, versions_of(iri))


@blueprint.route("/versions/<int:version>/doc/<path:name>")
def description(version: int, name: str) -> Response:
    """The document about a thing as it was after the commit of *version*."""
    known = _knowing(version)
    entry, resource = known.entries[version - 1], original(f"/doc/{name}")
    past = PastView(
        version=version_link(version),
        at=moment_of(entry.at),
        now=Link(text=_("as it is now"), href=resource.address),
    )
    gathered = vocabulary_surroundings if is_vocabulary(iri_of(name)) else surroundings
    then = _at_rest(lambda number: gathered(store(), changes(journal_from(number), number, version), iri_of(name)))
    response = represented(name, then, past=past)
    response.add_etag()
    response.make_conditional(request)
    return as_memento(response, resource, known, version, all_versions)


@blueprint.route("/timemap/graphs")
@blueprint.route("/timemap/graphs/<path:below>")
@blueprint.route("/timemap/<int:first>/graphs")
@blueprint.route("/timemap/<int:first>/graphs/<path:below>")
def states_of_graph(first: int = 1, below: str | None = None) -> Response:
    """The states of a named graph, those that it has had since the version *first*."""
    known, iri = journal(), _graph_iri(below)
    versions = versions_of(iri)(known)
    if not versions:
        raise UnknownGraph(iri)
    _check_from(first, versions)
    return timemap(original(_path("/graphs", below)), known, versions, first)


@blueprint.route("/timemap/doc/<path:name>")
@blueprint.route("/timemap/<int:first>/doc/<path:name>")
def states_of_description(name: str, first: int = 1) -> Response:
    """The states of a document: one for each version of the data, whether or not it changed."""
    known = journal()
    iri_of(name)
    _check_from(first, all_versions(known))
    return timemap(original(f"/doc/{name}"), known, all_versions(known), first)


def _knowing(version: int) -> Journal:
    known = journal()
    if not 0 < version <= known.version:
        raise UnknownVersion(str(version), last=known.version)
    return known


def _graph_iri(below: str | None) -> str:
    iri = named_graph(below)
    if iri is None:
        raise BadRequest(_("Name exactly one graph, by ?graph= with its IRI; the union of all of them is not kept."))
    return iri


def _path(above: str, below: str | None) -> str:
    return above if below is None else f"{above}/{below}"


def _check_from(first: int, versions: Sequence[int]) -> None:
    if first > versions[-1]:
        raise NotFound


def _triples_then(iri: str, version: int) -> list[Triple]:
    def read(number: int) -> set[Triple]:
        back = changes(journal_from(number), number, version, graph_iri=iri)
        n = next((graph.n_triples for graph in store().graphs() if graph.iri == iri), 0)
        if n > MAX_CHANGES:
            raise TooManyChanges(n, limit=MAX_CHANGES)
        now = {quad.triple for quad in store().quads(iri)} if n else set()
        return (now - {quad.triple for quad in back.removed}) | {quad.triple for quad in back.added}

    return sorted(_at_rest(read), key=str)


def _at_rest(read: Callable[[int], Found]) -> Found:
    """
    What *read* gives, from one state of the data, whose number it is told.

    Raises:
        StoreBusy: the data changed each time while it was read, or too many others read as well.
    """
    with followed().turn():
        for _attempt in range(_ATTEMPTS):
            number = store().number
            try:
                found = read(number)
            except UnknownGraph:  # gone since it was counted
                continue
            if store().number == number:
                return found
    raise StoreBusy(retry_after_s=1)
