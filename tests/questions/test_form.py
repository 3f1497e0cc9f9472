"""The form of the questions in ``ontology/questions``: header, columns, order, and no answer inside a query."""

import re
from collections.abc import Callable

import pyoxigraph
import pytest

from cppcc_graph.questions import Question, questions
from cppcc_graph.terms import PREFIXES

Rows = list[list[str]]
Ask = Callable[[pyoxigraph.Store, str], Rows]

GIVEN_IDS = {f"D{number:02}" for number in range(1, 31)}
SCOPES = {"any-report", "hengyang-2024"}

QUESTIONS = questions()
each_question = pytest.mark.parametrize("question", QUESTIONS, ids=[question.slug for question in QUESTIONS])


def test_there_are_the_30_given_questions_and_at_least_35_more() -> None:
    given = {question.header["id"] for question in QUESTIONS if "id" in question.header}

    assert given == GIVEN_IDS
    assert len(QUESTIONS) >= 65


@each_question
def test_the_header_says_everything_in_chinese_and_in_english(question: Question) -> None:
    wanted = {"title@zh", "title@en", "answer@zh", "answer@en", "scope", "tags", "support"}

    assert wanted <= set(question.header)
    assert question.header["scope"] in SCOPES
    assert ("description@zh" in question.header) == ("description@en" in question.header)
    assert re.search(r"[\u4e00-\u9fff]", question.titles["zh"])
    assert re.search(r"[A-Za-z]{2}", question.titles["en"])


def test_no_two_questions_have_the_same_title() -> None:
    for language in ("zh", "en"):
        titles = [question.titles[language] for question in QUESTIONS]

        assert len(titles) == len(set(titles))


@each_question
def test_the_header_explains_each_column_of_the_answer(question: Question, plain: pyoxigraph.Store) -> None:
    columns = [variable.value for variable in plain.query(question.query).variables]

    assert re.findall(r"\?(\w+)", question.header["answer@zh"]) == columns
    assert re.findall(r"\?(\w+)", question.header["answer@en"]) == columns


@each_question
def test_the_order_of_the_answer_is_said(question: Question) -> None:
    assert re.search(r"^ORDER BY ", question.query, re.MULTILINE)


def _strings(query: str) -> list[str]:
    return re.findall(r'"([^"]*)"', query)


def _numbers(query: str) -> set[str]:
    bare = re.sub(r'"[^"]*"|<[^>]*>|\?\w+|[\w-]*:[\w-]+', " ", query)
    return set(re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?![\w.])", bare))


def _iris(query: str) -> set[str]:
    prefixes = dict(re.findall(r"^PREFIX (\w+): <([^>]+)>$", query, re.MULTILINE))
    body = re.sub(r"^PREFIX .*$", "", query, flags=re.MULTILINE)
    names = re.findall(r"(?<![\w?])(\w+):([\w-]+)", re.sub(r'"[^"]*"|<[^>]*>', " ", body))
    return {prefixes[prefix] + name for prefix, name in names if prefix in prefixes} | set(
        re.findall("<([^>]+)>", body)
    )


def _given(question: Question) -> list[str]:
    """What the header allows the query to hold, prefixed names written out."""
    prefixes = dict(re.findall(r"^PREFIX (\w+): <([^>]+)>$", question.query, re.MULTILINE))
    parts = [part.strip() for part in question.header.get("given", "").split("|") if part.strip()]
    return [re.sub(r"^(\w+):(?=\w+$)", lambda match: prefixes.get(match[1], match[0]), part) for part in parts]


@each_question
def test_no_query_contains_its_own_answer(question: Question, plain: pyoxigraph.Store, ask: Ask) -> None:
    """Except what the question itself gives, declared as ``given``: a name, an amount, the relations it asks for."""
    query = re.sub(r"^#.*$", "", question.query, flags=re.MULTILINE)
    cells = {cell for row in ask(plain, question.query)[1:] for cell in row} - {"", "true", "false"}
    told = {cell for cell in cells for text in _strings(query) if cell == text or (len(cell) > 1 and cell in text)}
    told |= cells & (_numbers(query) | _iris(query))

    assert {cell for cell in told if not any(cell in allowed for allowed in _given(question))} == set()


@each_question
def test_what_a_question_gives_stands_in_its_query(question: Question) -> None:
    query = re.sub(r"^#.*$", "", question.query, flags=re.MULTILINE)
    held = [*_strings(query), *_iris(query)]

    assert [allowed for allowed in _given(question) if not any(allowed in text for text in held)] == []


@each_question
def test_a_prefix_means_in_a_query_what_it_means_everywhere(question: Question) -> None:
    declared = dict(re.findall(r"^PREFIX (\w+): <([^>]+)>$", question.query, re.MULTILINE))

    assert {prefix: iri for prefix, iri in declared.items() if PREFIXES.get(prefix, iri) != iri} == {}
