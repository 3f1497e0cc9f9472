"""The questions of the ontology for people: as links, with their titles, queries and column heads."""

import re

from flask import Flask, current_app, url_for

from cppcc_graph.questions import Question, questions
from cppcc_graph.web.i18n import LANGUAGES, language
from cppcc_graph.web.parts import Link

_N_SHOWN = 12
_MEANING = re.compile(r"\?(\w+)\s+([^;\uff1b]+)")


def init_examples(app: Flask) -> None:
    """Read the questions once for *app*; they come with the ontology and change with it."""
    app.extensions["questions"] = {question.slug: question for question in questions()}


def every() -> list[Link]:
    """All questions in the order of their slugs; empty when the ontology has none."""
    return [_link(question) for question in _known().values()]


def some() -> list[Link]:
    """A dozen at most, taken evenly from all of them."""
    step = -(-count() // _N_SHOWN) or 1
    return [_link(question) for question in list(_known().values())[::step]]


def count() -> int:
    """How many questions there are."""
    return len(_known())


def known(slug: str) -> Question | None:
    """The question of this slug, or None."""
    return _known().get(slug)


def title_of(question: Question) -> str:
    """The question in the language of this answer, else in another one."""
    titles = (question.titles.get(tag) for tag in (language(), *LANGUAGES))
    return next((title for title in titles if title), question.slug)


def query_of(question: Question) -> str:
    """The query without the comment lines before it."""
    lines = question.query.splitlines()
    first = next((number for number, line in enumerate(lines) if line.strip() and not line.startswith("#")), 0)
    return "\n".join(lines[first:]).strip()


def headings_of(question: Question) -> dict[str, str]:
    """What each variable of the answer means, from the header line ``# answer@en: ?name words; ?other words``."""
    return dict(_MEANING.findall(question.header.get(f"answer@{language()}", "")))


def _link(question: Question) -> Link:
    return Link(text=title_of(question), href=url_for("questions.show", slug=question.slug))


def _known() -> dict[str, Question]:
    found: dict[str, Question] = current_app.extensions["questions"]
    return found
