"""Whole datasets sent to be published, and what became of changes that take long."""

from flask import Blueprint, Response, request
from werkzeug.exceptions import NotFound, UnsupportedMediaType

from cppcc_graph.errors import ReadOnly
from cppcc_graph.formats import DATASET_FORMATS
from cppcc_graph.store.base import Document
from cppcc_graph.store.proposal import DatasetWrite, Reversal
from cppcc_graph.web.excerpt import remember
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.negotiate import parse_media_type
from cppcc_graph.web.proposing import is_gated, job_of, propose
from cppcc_graph.web.verdicts import job_response
from cppcc_graph.web.writing import check_may_write

blueprint = Blueprint("publishing", __name__)


@blueprint.route("/publish", methods=["POST"])
def publish() -> Response:
    """Each graph that the document names becomes what it says, all of them or none; the others stay."""
    grant = check_may_write("publish")
    _check_gate()
    return propose(DatasetWrite(document=_dataset()), "publish", grant)


@blueprint.route("/restore", methods=["POST"])
def restore() -> Response:
    """The data become what the document says; graphs that it does not name go away."""
    grant = check_may_write("restore")
    _check_gate()
    return propose(DatasetWrite(document=_dataset(), is_replacing_all=True), "restore", grant)


@blueprint.route("/versions/<int:version>/revert", methods=["POST"])
def revert(version: int) -> Response:
    """All that was changed after *version* is undone, as a new version."""
    grant = check_may_write("revert")
    _check_gate()
    return propose(Reversal(version=version), "revert", grant)


@blueprint.route("/jobs/<key>", methods=["GET"])
def job(key: str) -> Response:
    """How far a change is, or what came of it."""
    found = job_of(key)
    if found is None:
        raise NotFound(_("There is no such job, or it was long ago; the history of the data tells what was committed."))
    return job_response(found)


def _check_gate() -> None:
    if not is_gated():
        raise ReadOnly


def _dataset() -> Document:
    media_type = parse_media_type(request.headers.get("Content-Type", ""))[0]
    for candidate in DATASET_FORMATS:
        if media_type in candidate.media_types:
            document = Document(content=request.get_data(cache=False), format=candidate)
            remember(document.content)
            return document
    types = ", ".join(candidate.media_type for candidate in DATASET_FORMATS)
    raise UnsupportedMediaType(_("Send the graphs as one of %(types)s, and say which in Content-Type.", types=types))
