"""The questions that the data answer: their list, and each one with the answer that the data give now."""

from flask import Blueprint, Response, url_for
from werkzeug.exceptions import NotFound

from cppcc_graph.formats import FORMATS
from cppcc_graph.store.base import QueryRequest
from cppcc_graph.web import examples
from cppcc_graph.web.answering import answer, editor, look, render_look
from cppcc_graph.web.pages import QuestionPage, QuestionsPage, render
from cppcc_graph.web.wanted import HTML, wanted

blueprint = Blueprint("questions", __name__, url_prefix="/questions")


@blueprint.route("/")
def index() -> Response:
    """Every question, each leading to its answer."""
    return render(QuestionsPage(questions=examples.every()))


@blueprint.route("/<slug>")
def show(slug: str) -> Response:
    """One question: its answer as a page with the query below, or as any format that can hold it."""
    question = examples.known(slug)
    if question is None:
        raise NotFound
    names = wanted(FORMATS)
    query = examples.query_of(question)
    asked = QueryRequest(query=query)
    if names[0] != HTML:
        return answer(asked, names)
    seen = look(
        asked,
        address=lambda candidate: url_for("questions.show", slug=slug, format=candidate.name),
        headings=examples.headings_of(question),
    )
    page = QuestionPage(
        title=examples.title_of(question), editor=editor(query), result=seen.result, failure=seen.failure
    )
    return render_look(page, seen)
