"""
The dataset described in VoID, with numbers that are those of the data at this moment.

Spec: W3C Interest Group Note "Describing Linked Datasets with the VoID Vocabulary", section 7.2 (well-known URI).
"""

from http import HTTPStatus

from flask import Blueprint, current_app, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response as BaseResponse

from cppcc_graph.catalogue import Known, void_document
from cppcc_graph.formats import GRAPH_FORMATS, Format, write_graph
from cppcc_graph.web.answering import document
from cppcc_graph.web.inventory import counted, offer
from cppcc_graph.web.links import root
from cppcc_graph.web.served import store
from cppcc_graph.web.wanted import HTML, formats_of, wanted

blueprint = Blueprint("void", __name__)


@blueprint.record_once
def _keep(state: BlueprintSetupState) -> None:
    state.app.extensions["void"] = Known[bytes]()


@blueprint.route("/.well-known/void")
def well_known() -> BaseResponse:
    """Where the dataset is described in VoID."""
    query = f"?{request.query_string.decode()}" if request.query_string else ""
    return redirect(f"{root()}/void{query}", HTTPStatus.FOUND)


@blueprint.route("/void")
def show() -> BaseResponse:
    """The dataset in VoID: how large it is, which classes and properties it uses how often, where it is found."""
    chosen = wanted(GRAPH_FORMATS)[0]
    if chosen == HTML:
        return redirect(url_for("catalogue.show"), HTTPStatus.SEE_OTHER)
    [media] = formats_of([chosen], GRAPH_FORMATS)
    known: Known[bytes] = current_app.extensions["void"]
    return document(known.get(store(), (request.url_root, media.name), lambda: _written(media)), media)


def _written(media: Format) -> bytes:
    return write_graph(void_document(counted(), offer()), media)
