"""The questions of ``ontology/questions``: their form, their answers, and what their answers rest upon."""

import csv
import io
import random
import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pyoxigraph
import pytest
from flask.testing import FlaskClient

from cppcc_graph.questions import Question, questions

Rows = list[list[str]]
Ask = Callable[[pyoxigraph.Store, str], Rows]
Expected = Callable[[Question, Rows], Rows]
Supporting = Callable[[pyoxigraph.Store, Question], list[pyoxigraph.NamedNode]]
Without = Callable[[pyoxigraph.Store, pyoxigraph.NamedNode], AbstractContextManager[None]]

QUESTIONS = questions()
each_question = pytest.mark.parametrize("question", QUESTIONS, ids=[question.slug for question in QUESTIONS])

GIVEN_IDS = {f"D{number:02}" for number in range(1, 31)}
SCOPES = {"any-report", "hengyang-2024"}
N_DELETED = 6
"""How many supporting nodes of each question are tried in the fast ring; the slow ring tries all."""


# --- form ------------------------------------------------------------------------------------


def test_the_30_given_questions_are_there() -> None:
    given = {question.header["id"] for question in QUESTIONS if "id" in question.header}

    assert given == GIVEN_IDS


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


# --- answers ---------------------------------------------------------------------------------


@each_question
def test_each_question_has_the_approved_answer_over_http(
    question: Question, client: FlaskClient, plain: pyoxigraph.Store, ask: Ask, expected: Expected
) -> None:
    response = client.get("/sparql", query_string={"query": question.query}, headers={"Accept": "text/csv"})
    answer = read_csv(response.text)

    assert response.status_code == 200
    assert answer == expected(question, ask(plain, question.query))
    assert len(answer) > 1


def read_csv(text: str) -> Rows:
    return [row for row in csv.reader(io.StringIO(text, newline="")) if row]


@each_question
def test_the_answer_does_not_depend_on_the_order_in_which_the_data_were_loaded(
    question: Question, plain: pyoxigraph.Store, shuffled: pyoxigraph.Store, ask: Ask
) -> None:
    assert ask(shuffled, question.query) == ask(plain, question.query)


@pytest.fixture(scope="session")
def shuffled(published: list[pyoxigraph.Quad]) -> pyoxigraph.Store:
    quads = sorted(published, key=str)
    random.Random(1949).shuffle(quads)
    store = pyoxigraph.Store()
    store.extend(quads)
    return store


# --- what the answers rest upon ----------------------------------------------------------------


@each_question
def test_an_answer_changes_when_what_supports_it_is_deleted(
    question: Question, plain: pyoxigraph.Store, ask: Ask, supporting: Supporting, without: Without
) -> None:
    nodes = supporting(plain, question)
    sample = random.Random(question.slug).sample(nodes, min(N_DELETED, len(nodes)))

    assert nodes != []
    assert _insensitive_to(sample, question, plain, ask, without) == []


@pytest.mark.slow
@each_question
def test_an_answer_changes_whichever_of_its_supports_is_deleted(
    question: Question, plain: pyoxigraph.Store, ask: Ask, supporting: Supporting, without: Without
) -> None:
    assert _insensitive_to(supporting(plain, question), question, plain, ask, without) == []


def _insensitive_to(
    nodes: list[pyoxigraph.NamedNode], question: Question, store: pyoxigraph.Store, ask: Ask, without: Without
) -> list[str]:
    answer = ask(store, question.query)
    unmoved = []
    for node in nodes:
        with without(store, node):
            if ask(store, question.query) == answer:
                unmoved.append(node.value)
    return unmoved
