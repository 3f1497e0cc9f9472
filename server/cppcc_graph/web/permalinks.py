"""Permanent links to queries: what was asked, what the data answer now, and whether they have changed since."""

from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, current_app, redirect, request
from werkzeug.exceptions import BadRequest, NotFound, RequestEntityTooLarge
from werkzeug.wrappers import Response as BaseResponse

from cppcc_graph.formats import Format
from cppcc_graph.permalinks import MAX_QUERY_CHARACTERS, Link, Links, code_of, link_of, version_of
from cppcc_graph.settings import Settings
from cppcc_graph.store.address import Remote
from cppcc_graph.store.base import QueryRequest
from cppcc_graph.web.answering import answer, editor, look, render_look
from cppcc_graph.web.attempts import Attempts
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.links import root
from cppcc_graph.web.pages import PermalinkPage
from cppcc_graph.web.served import settings, store
from cppcc_graph.web.wanted import HTML, wanted
from cppcc_graph.web.writing import refuse_other_pages

blueprint = Blueprint("permalinks", __name__, url_prefix="/q")

FOLDER = "links"
"""Beside the data of a store that is written to."""


def init_permalinks(app: Flask, known: Settings) -> None:
    """Let *app* keep links where its store is a folder that it writes to."""
    folder = None if known.store is None or isinstance(known.store, Remote) or not known.writable else known.store
    app.extensions["links"] = None if folder is None else Links(folder / FOLDER)
    app.extensions["links asked for"] = Attempts()


@blueprint.route("")
def carry() -> BaseResponse:
    """A link that carries the query of the address in itself, and so lasts without being kept."""
    return _to(_carried(_link(request.args.getlist("query"))))


@blueprint.route("", methods=["POST"])
def keep() -> BaseResponse:
    """A short link to a query, kept with the store where that is a folder; elsewhere one that carries its query."""
    refuse_other_pages(settings())
    link = _link(request.form.getlist("query"))
    return _to(_kept(link) or _carried(link))


@blueprint.route("/<name>")
def show(name: str) -> Response:
    """What is linked to: the query, its answer now, and whether the data have changed since the link was made."""
    link = _found(name)
    asked = QueryRequest(query=link.query, base_iri=f"{request.root_url}sparql", client=request.remote_addr or "")
    names = wanted()
    if names[0] != HTML:
        return answer(asked, names)
    seen = look(asked, address=lambda candidate: _address(name, candidate))
    now = _version()
    page = PermalinkPage(
        version=link.version,
        now=now,
        is_same=link.version == now,
        editor=editor(link.query),
        result=seen.result,
        failure=seen.failure,
    )
    return render_look(page, seen)


def carried_address(query: str) -> str | None:
    """Where a link to *query* leads that carries it, as of the present data; None when it is too long."""
    code = code_of(Link(query=query, version=_version()))
    return None if code is None else f"{root()}/q/{code}"


def is_keeping() -> bool:
    """Whether short links are kept here."""
    return current_app.extensions["links"] is not None


def _link(queries: list[str]) -> Link:
    """The link to the one query that was sent, which the store has answered."""
    if len(queries) != 1 or not queries[0].strip():
        raise BadRequest(_("Send exactly one query, as the parameter “query”."))
    query = queries[0].replace("\r\n", "\n")
    if len(query) > MAX_QUERY_CHARACTERS:
        raise RequestEntityTooLarge(_("A query has to be shorter than %(n)s characters.", n=MAX_QUERY_CHARACTERS))
    asked = QueryRequest(query=query, base_iri=f"{request.root_url}sparql", client=request.remote_addr or "")
    found = store().answer(asked)
    if found.file is not None:
        found.file.close()
    return Link(query=query, version=_version())


def _kept(link: Link) -> str | None:
    """The short name of *link*; None where none is kept, or for a client that has had many in a short time."""
    kept: Links | None = current_app.extensions["links"]
    asked_for: Attempts = current_app.extensions["links asked for"]
    if kept is None or asked_for.failed(request.remote_addr or ""):
        return None
    try:
        return kept.keep(link)
    except OSError:  # the disk is full or not ours: a link that carries its query needs none
        return None


def _carried(link: Link) -> str:
    code = code_of(link)
    if code is None:
        raise RequestEntityTooLarge(_("The query is too long for an address."))
    return code


def _found(name: str) -> Link:
    kept: Links | None = current_app.extensions["links"]
    link = link_of(name) or (kept.find(name) if kept is not None else None)
    if link is None:
        raise NotFound(_("No query has this link: it was not copied whole, or it was made elsewhere."))
    return link


def _to(name: str) -> BaseResponse:
    return redirect(f"{root()}/q/{name}", HTTPStatus.SEE_OTHER)


def _address(name: str, candidate: Format) -> str:
    return f"{root()}/q/{name}?{urlencode({'format': candidate.name})}"


def _version() -> str:
    return version_of(store().number, store().version())
