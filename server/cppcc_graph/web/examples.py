"""The questions of the ontology as links to their answers, and as queries to open in the editor."""

from flask import Flask, current_app, url_for

from cppcc_graph.questions import Question, questions
from cppcc_graph.web.i18n import LANGUAGES, language
from cppcc_graph.web.pages import Link

_N_SHOWN = 12


def init_examples(app: Flask) -> None:
    """Read the questions once for *app*; they come with the ontology and change with it."""
    app.extensions["questions"] = {question.slug: question for question in questions()}


def every() -> list[Link]:
    """All questions in the order of their slugs; empty when the ontology has none."""
    return [_link(question) for question in _known().values()]


def some() -> list[Link]:
    """A dozen at most, taken evenly from all of them."""
    links = every()
    step = -(-len(links) // _N_SHOWN) or 1
    return links[::step]


def query_of(slug: str) -> str | None:
    """The query of a question below its title, to read and to change; None when there is no such question."""
    question = _known().get(slug)
    if question is None:
        return None
    return f"# {_title(question)}\n\n{_without_header(question.query)}"


def _link(question: Question) -> Link:
    return Link(text=_title(question), href=url_for("questions.answer", slug=question.slug))


def _title(question: Question) -> str:
    titles = (question.titles.get(tag) for tag in (language(), *LANGUAGES))
    return next((title for title in titles if title), question.slug)


def _without_header(query: str) -> str:
    lines = query.splitlines()
    first = next((number for number, line in enumerate(lines) if line.strip() and not line.startswith("#")), 0)
    return "\n".join(lines[first:]).strip()


def _known() -> dict[str, Question]:
    known: dict[str, Question] = current_app.extensions["questions"]
    return known
