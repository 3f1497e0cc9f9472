"""The questions that the data answer: their list, and each one's query with its answer."""

from http import HTTPStatus
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from cppcc_graph.web import examples
from cppcc_graph.web.pages import QuestionsPage, render

blueprint = Blueprint("questions", __name__, url_prefix="/questions")


@blueprint.route("/")
def index() -> Response:
    """Every question, each leading to its answer."""
    return render(QuestionsPage(questions=examples.every()))


@blueprint.route("/<slug>")
def answer(slug: str) -> BaseResponse:
    """To the endpoint with the question's query; what else the address says, such as ``?format=``, goes along."""
    query = examples.query_of(slug)
    if query is None:
        raise NotFound
    fields = [("query", query), *request.args.items(multi=True)]
    return redirect(f"{url_for('sparql.endpoint')}?{urlencode(fields)}", HTTPStatus.SEE_OTHER)
