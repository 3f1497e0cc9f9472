"""The questions that the data answer: their list, and each one's query with its answer."""

from flask import Blueprint, Response

from cppcc_graph.web import examples
from cppcc_graph.web.pages import QuestionsPage, render

blueprint = Blueprint("questions", __name__, url_prefix="/questions")


@blueprint.route("/")
def index() -> Response:
    """Every question, each leading to its answer."""
    return render(QuestionsPage(questions=examples.every()))
