"""
Whole graphs over HTTP: read everywhere, written where the server is writable.

A graph is named by ``?graph=`` with its IRI or by ``?default``, or it is what lies at the address itself below
``/graphs/``. Spec: SPARQL 1.1 Graph Store HTTP Protocol, section 4 (graph identification).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from flask import Blueprint, Response, request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import BadRequest, Forbidden, MethodNotAllowed, UnsupportedMediaType

from cppcc_graph.errors import UnknownGraph, UpdateFailed
from cppcc_graph.formats import GRAPH_FORMATS, RDF_XML, Format, format_of_file
from cppcc_graph.grants import Grant
from cppcc_graph.store.base import Document, GraphWrite, QueryRequest, UpdateRequest, named
from cppcc_graph.store.journal import Journal
from cppcc_graph.store.proposal import GraphRemoval, GraphUpdate
from cppcc_graph.terms import BASE
from cppcc_graph.web.answering import answer, nothing_to_say
from cppcc_graph.web.excerpt import remember
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.memento import linked, original, timegate
from cppcc_graph.web.negotiate import parse_media_type
from cppcc_graph.web.problems import NothingAcceptable
from cppcc_graph.web.proposing import MULTIPART, expectation, is_gated, propose
from cppcc_graph.web.served import settings, store
from cppcc_graph.web.sparql_request import UPDATE, decoded_fields
from cppcc_graph.web.wanted import HTML, wanted
from cppcc_graph.web.writing import check_may_write

blueprint = Blueprint("graph_store", __name__)

_CREATED = 201
_DEFAULT = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
_NAMED = "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {} {{ ?s ?p ?o }} }}"


@dataclass(frozen=True, slots=True)
class _Target:
    """The graph that a request is about: `iri`, or None for the default graph."""

    iri: str | None

    @property
    def base_iri(self) -> str:
        """Against which relative IRIs in a document for this graph are resolved."""
        return self.iri or request.base_url


@blueprint.route("/graphs", methods=["GET"])
@blueprint.route("/graphs/<path:below>", methods=["GET"])
def read(below: str | None = None) -> Response:
    """
    The triples of a graph; where a history is kept, also as they were at some time (`memento`).

    Spec: SPARQL 1.1 Graph Store HTTP Protocol, section 5.2 (GET).
    """
    target = _target(below)
    resource = original("/graphs" if below is None else f"/graphs/{below}")
    earlier = timegate(resource, versions_of(target.iri)) if target.iri is not None else None
    if earlier is not None:
        return earlier
    _check_existence(target)
    query = _DEFAULT if target.iri is None else _NAMED.format(named(target.iri))
    response = answer(QueryRequest(query=query, client=request.remote_addr or ""), graph_formats())
    return linked(response, resource) if target.iri is not None else response


def graph_formats() -> list[str]:
    """
    Names of the formats in which the client accepts a graph, best first.

    Raises:
        NothingAcceptable: there is none.
    """
    names = [name for name in wanted(GRAPH_FORMATS) if name != HTML]
    if not names:
        raise NothingAcceptable({known.name: known.media_type for known in GRAPH_FORMATS})
    return names


def versions_of(graph_iri: str) -> Callable[[Journal], Sequence[int]]:
    """At which versions a graph became what it was; the first one when no commit knows it and it is there."""

    def found(known: Journal) -> Sequence[int]:
        changed = [entry.version for entry in known.entries if graph_iri in entry.commit.graphs]
        is_there = bool(changed) or any(graph.iri == graph_iri for graph in store().graphs())
        return changed or ([1] if is_there else [])

    return found


def named_graph(below: str | None) -> str | None:
    """
    The IRI of the graph that the address names; None for the default graph.

    Raises:
        BadRequest: it names none, or several.
        BadSyntax: it is no absolute IRI.
    """
    return _addressed(below).iri


@blueprint.route("/graphs", methods=["PUT"])
@blueprint.route("/graphs/<path:below>", methods=["PUT"])
def put(below: str | None = None) -> Response:
    """The graph becomes the document. Spec: SPARQL 1.1 Graph Store HTTP Protocol, section 5.3 (PUT)."""
    grant = check_may_write("put")
    if "Content-Range" in request.headers:  # RFC 9110, section 14.5 (partial PUT)
        raise BadRequest(_("A graph is replaced as a whole; Content-Range does not belong there."))
    target = _target(below, grant)
    return _written(target, (_document(target.base_iri),), grant, is_replacing=True)


@blueprint.route("/graphs", methods=["POST"])
@blueprint.route("/graphs/<path:below>", methods=["POST"])
def post(below: str | None = None) -> Response:
    """
    The triples of the documents are added to the graph; without a graph, they become a new one.

    Spec: SPARQL 1.1 Graph Store HTTP Protocol, section 5.5 (POST).
    """
    grant = check_may_write("post")
    is_unnamed = below is None and not _named_graphs()
    target = _unnamed(grant) if is_unnamed else _target(below, grant)
    is_form = parse_media_type(request.headers.get("Content-Type", ""))[0] == MULTIPART
    documents = _parts(target.base_iri) if is_form else (_document(target.base_iri),)
    response = _written(target, documents, grant, is_replacing=False)
    if is_unnamed and target.iri and response.status_code == _CREATED:
        response.headers["Location"] = target.iri
    return response


@blueprint.route("/graphs", methods=["DELETE"])
@blueprint.route("/graphs/<path:below>", methods=["DELETE"])
def delete(below: str | None = None) -> Response:
    """The graph goes; the default graph becomes empty. Spec: Graph Store HTTP Protocol, section 5.4 (DELETE)."""
    grant = check_may_write("delete")
    target = _target(below, grant)
    if is_gated():
        if target.iri is None:
            raise _union_is_only_read()
        return propose(GraphRemoval(graph_iri=target.iri), "delete", grant, target=target.iri)
    update = "CLEAR DEFAULT" if target.iri is None else f"DROP GRAPH {named(target.iri)}"
    try:
        store().update(UpdateRequest(update=update, expected=expectation(target.iri)))
    except UpdateFailed as error:
        raise UnknownGraph(target.iri or "") from error
    return nothing_to_say(204)


@blueprint.route("/graphs", methods=["PATCH"])
@blueprint.route("/graphs/<path:below>", methods=["PATCH"])
def patch(below: str | None = None) -> Response:
    """
    The graph is changed by an update, whose default graph it is.

    Spec: SPARQL 1.1 Graph Store HTTP Protocol, section 5.7 (PATCH); RFC 5789, section 2.
    """
    if settings().writable and not is_gated():
        raise MethodNotAllowed(["GET", "HEAD", "OPTIONS", "PUT", "POST", "DELETE"])
    grant = check_may_write("patch")
    target = _target(below, grant)
    if target.iri is None:
        raise _union_is_only_read()
    if parse_media_type(request.headers.get("Content-Type", ""))[0] != UPDATE:
        raise UnsupportedMediaType(_("A graph is patched with an update, sent as %(type)s.", type=UPDATE))
    try:
        text = request.get_data(cache=False).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRequest(
            _("The body is not UTF-8: byte %(position)s does not belong there.", position=error.start)
        ) from error
    remember(text)
    asked = UpdateRequest(update=text, base_iri=target.base_iri)
    return propose(GraphUpdate(graph_iri=target.iri, request=asked), "patch", grant, target=target.iri)


def _target(below: str | None, grant: Grant | None = None) -> _Target:
    """The graph that the address names, which *grant*, if there is one, must reach."""
    target = _addressed(below)
    if grant is not None:
        grant.check_graph(target.iri)
    return target


def _unnamed(grant: Grant | None) -> _Target:
    """A new graph, named by this server."""
    above = f"{BASE}graph" if is_gated() else request.base_url
    target = _Target(f"{above}/{uuid4()}")
    if grant is not None:
        grant.check_graph(target.iri)
    return target


def _addressed(below: str | None) -> _Target:
    """Below ``/graphs/`` stands what follows the base of our names; in the bare mode the address is the name itself."""
    if below is not None:
        if _named_graphs():
            raise BadRequest(_("Name exactly one graph: ?graph= with its IRI, or ?default."))
        return _Target(named(f"{BASE}{below}").value if is_gated() else request.base_url)
    graphs = _named_graphs()
    if len(graphs) != 1:
        raise BadRequest(_("Name exactly one graph: ?graph= with its IRI, or ?default."))
    if graphs[0] is not None:
        named(graphs[0])
    return _Target(graphs[0])


def _named_graphs() -> list[str | None]:
    """The graphs that the address names, each decoded once; None stands for the default graph."""
    fields = decoded_fields(request.query_string)
    return [value if name == "graph" else None for name, value in fields if name in ("graph", "default")]


def _check_existence(target: _Target) -> None:
    if target.iri is not None and all(graph.iri != target.iri for graph in store().graphs()):
        raise UnknownGraph(target.iri)


def _union_is_only_read() -> Forbidden:
    return Forbidden(_("The default graph is the union of the named graphs and is only read; name a graph."))


def _written(target: _Target, documents: tuple[Document, ...], grant: Grant | None, *, is_replacing: bool) -> Response:
    write = GraphWrite(graph_iri=target.iri, documents=documents, is_replacing=is_replacing)
    if is_gated():
        if target.iri is None:
            raise _union_is_only_read()
        return propose(write, "put" if is_replacing else "post", grant, target=target.iri)
    expecting = replace(write, expected=expectation(target.iri))
    return nothing_to_say(201 if store().write_graph(expecting) else 204)


def _document(base_iri: str) -> Document:
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise UnsupportedMediaType(_("A graph is sent uncompressed, or with Content-Encoding gzip."))
    rdf_format = _format_of(request.headers.get("Content-Type", ""))
    document = Document(content=request.get_data(cache=False), format=rdf_format, base_iri=base_iri)
    remember(document.content)
    return document


def _parts(base_iri: str) -> tuple[Document, ...]:
    """The files of a form. Spec: RFC 7578, section 4 (multipart/form-data)."""
    files = [part for _name, part in request.files.items(multi=True)]
    if not files or request.form:
        raise BadRequest(_("A form holds the documents as files, and nothing else."))
    documents = tuple(Document(content=part.read(), format=_format_of_part(part), base_iri=base_iri) for part in files)
    if len(documents) == 1:  # of several, a message does not say which one is wrong
        remember(documents[0].content)
    return documents


def _format_of_part(part: FileStorage) -> Format:
    """By its media type; where a client has none for it, by its name."""
    if part.mimetype in ("", "application/octet-stream"):
        by_name = format_of_file("." + (part.filename or "").rpartition(".")[2])
        if by_name is not None:
            return by_name
    return _format_of(part.content_type or "")


def _format_of(content_type: str) -> Format:
    media_type, parameters = parse_media_type(content_type)
    for candidate in GRAPH_FORMATS:
        if media_type in candidate.media_types:
            if candidate is not RDF_XML and parameters.get("charset", "utf-8") not in ("utf-8", "utf8", "us-ascii"):
                raise UnsupportedMediaType(_("A graph is sent in UTF-8."))
            return candidate
    types = ", ".join(candidate.media_type for candidate in GRAPH_FORMATS)
    raise UnsupportedMediaType(_("Send the graph as one of %(types)s, and say which in Content-Type.", types=types))
