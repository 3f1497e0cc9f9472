"""The whole dataset as one file, of one version, whatever is written meanwhile."""

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound

from cppcc_graph.formats import N_QUADS
from cppcc_graph.packing import GZIP, PLAIN
from cppcc_graph.store.base import QueryRequest
from cppcc_graph.web.answering import sent
from cppcc_graph.web.conditional import validator
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.proposing import VERSION_HEADER
from cppcc_graph.web.reply import Asked, reply, unchanged
from cppcc_graph.web.request_log import note_answer, note_query
from cppcc_graph.web.served import store

blueprint = Blueprint("dumps", __name__)

_GZIP_TYPE = "application/gzip"


@blueprint.route("/dumps/all.nq", methods=["GET"])
def plain() -> Response:
    """Every named graph in N-Quads, graph after graph, each sorted."""
    response = _dump(PLAIN, request.headers.get("Accept-Encoding", ""))
    return _as_file(response, "all.nq")


@blueprint.route("/dumps/all.nq.gz", methods=["GET"])
def gzipped() -> Response:
    """The same in gzip, which is what the file is and no coding for the way. Spec: RFC 6713 (application/gzip)."""
    response = _dump(GZIP, "")
    if response.mimetype == N_QUADS.media_type:
        response.headers["Content-Type"] = _GZIP_TYPE
    return _as_file(response, "all.nq.gz")


def _dump(packing: str, accept_encoding: str) -> Response:
    """The dataset in the state of the evaluator that was asked."""
    served = store()
    state, number = served.state(), served.number
    if not state:
        raise NotFound(_("The data lie in another engine, which is dumped there."))
    asked = QueryRequest(
        query=f"dump {packing}", dump=packing, formats=(N_QUADS,), client=request.remote_addr or ""
    )  # fmt: skip
    note_query(asked)
    opaque = validator(asked, state)
    wish = Asked(accept_encoding=accept_encoding, if_none_match=request.headers.get("If-None-Match"))
    known = unchanged(opaque, wish)
    if known is not None:
        return _numbered(sent(known), number)
    found = served.answer(asked)
    note_answer(found)
    return _numbered(sent(reply(found, opaque, wish)), found.number)


def _numbered(response: Response, number: int) -> Response:
    if number:
        response.headers[VERSION_HEADER] = str(number)
    return response


def _as_file(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
