"""The questions that the data answer: their list, and each one with the answer that the data give now."""

from urllib.parse import urlencode

from flask import Blueprint, Response, url_for
from werkzeug.exceptions import NotFound

from cppcc_graph.formats import EXCEL_CSV, FORMATS, RESULTS_FORMATS, Format
from cppcc_graph.questions import Question
from cppcc_graph.questions.parameters import narrowed
from cppcc_graph.store.base import QueryRequest
from cppcc_graph.web import examples
from cppcc_graph.web.answering import answer, editor, look, render_look
from cppcc_graph.web.narrowing import Narrowing, asked_narrowing, fields_of
from cppcc_graph.web.pages import QuestionPage, QuestionsPage, render
from cppcc_graph.web.wanted import HTML, wanted

blueprint = Blueprint("questions", __name__, url_prefix="/questions")

SUFFIXES = {candidate.name: candidate.name for candidate in (*RESULTS_FORMATS, EXCEL_CSV)} | {HTML: HTML}
"""What may stand behind a question's name and a dot, and the format that it means."""


@blueprint.route("/")
def index() -> Response:
    """Every question, each leading to its answer."""
    return render(QuestionsPage(questions=examples.every()))


@blueprint.route("/<slug>")
def show(slug: str) -> Response:
    """One question, narrowed down as the address says: its answer as a page, or as any format that can hold it."""
    question, suffix = _known(slug)
    narrowing = asked_narrowing(question)
    names = wanted(FORMATS, asked=suffix)
    query = narrowed(examples.query_of(question), narrowing.chosen)
    asked = QueryRequest(query=query)
    if names[0] != HTML:
        return answer(asked, names)
    seen = look(
        asked,
        address=lambda candidate: _address(question, narrowing, candidate),
        headings=examples.headings_of(question),
    )
    page = QuestionPage(
        title=examples.title_of(question),
        fields=fields_of(question, narrowing),
        editor=editor(query),
        result=seen.result,
        failure=seen.failure,
    )
    return render_look(page, seen)


def _address(question: Question, narrowing: Narrowing, candidate: Format) -> str:
    fields = urlencode({**narrowing.fields, "format": candidate.name})
    return f"{url_for('questions.show', slug=question.slug)}?{fields}"


def _known(name: str) -> tuple[Question, str | None]:
    """The question called *name*, and the format that a suffix names."""
    question = examples.known(name)
    if question is not None:
        return question, None
    slug, _dot, suffix = name.rpartition(".")
    question = examples.known(slug)
    if question is None or suffix not in SUFFIXES:
        raise NotFound
    return question, SUFFIXES[suffix]
