"""What the answers rest upon: take it away, or add what was not stated, and the answer changes."""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager

import pyoxigraph
import pytest

from cppcc_graph.questions import Question, questions

Rows = list[list[str]]
Ask = Callable[[pyoxigraph.Store, str], Rows]
Supporting = Callable[[pyoxigraph.Store, Question], list[pyoxigraph.NamedNode]]
Without = Callable[[pyoxigraph.Store, pyoxigraph.NamedNode], AbstractContextManager[None]]

N_DELETED = 6
"""How many supporting nodes of each question are tried in the fast ring; the long ring tries all."""

QUESTIONS = questions()
each_question = pytest.mark.parametrize("question", QUESTIONS, ids=[question.slug for question in QUESTIONS])


@each_question
def test_an_answer_changes_when_what_supports_it_is_deleted(
    question: Question, plain: pyoxigraph.Store, ask: Ask, supporting: Supporting, without: Without
) -> None:
    nodes = supporting(plain, question)
    sample = random.Random(question.slug).sample(nodes, min(N_DELETED, len(nodes)))

    assert nodes != []
    assert _insensitive_to(sample, question, plain, ask, without) == []


@pytest.mark.long
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


REPORT = "https://w3id.org/cppcc-graph/report/hengyang-2024"
THING = "https://w3id.org/cppcc-graph/id"
PREFIXES = """
PREFIX cppcc: <https://w3id.org/cppcc-graph/ontology#>
PREFIX oa: <http://www.w3.org/ns/oa#>
PREFIX org: <http://www.w3.org/ns/org#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX schema: <https://schema.org/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
CHAIRMAN = f"""
<{REPORT}/membership/chairman> a org:Membership ; org:member <{THING}/person/wu-shuguang> ;
    cppcc:postTitle "市政协主席"@zh ; cppcc:evidence <{REPORT}/span/326-336> .
"""
CONFERENCE_DATE = f"""
<{REPORT}/statement/date> a cppcc:Statement ; rdf:subject <{THING}/event/hunan-tourism-conference-3> ;
    rdf:predicate schema:startDate ; rdf:object "2024-09-01"^^xsd:date .
"""
GOAL_DONE = f"""
<{REPORT}/statement/done> a cppcc:Statement ; rdf:subject <{THING}/organisation/cppcc-hengyang> ;
    rdf:predicate cppcc:contributesTo ; rdf:object <{THING}/programme/regional-centre> ;
    cppcc:statedIn <{REPORT}> ; cppcc:status <https://w3id.org/cppcc-graph/vocabulary/statuses#done> .
"""


@pytest.mark.parametrize(
    ("slug", "column", "statement"),
    [
        ("is-wu-shuguang-called-chairman", "chairman", CHAIRMAN),
        ("date-of-the-tourism-conference", "dated", CONFERENCE_DATE),
        ("planned-goals-and-whether-done", "done", GOAL_DONE),
    ],
)
def test_a_no_becomes_a_yes_when_the_statement_is_added(
    slug: str, column: str, statement: str, published: list[pyoxigraph.Quad], ask: Ask
) -> None:
    [question] = [question for question in QUESTIONS if question.slug == slug]
    store = pyoxigraph.Store()
    store.bulk_extend(published)
    before = _column(ask(store, question.query), column)
    store.load(PREFIXES + statement, format=pyoxigraph.RdfFormat.TURTLE)
    after = _column(ask(store, question.query), column)

    assert before == {"false"}
    assert "true" in after


def _column(rows: Rows, name: str) -> set[str]:
    return {row[rows[0].index(name)] for row in rows[1:]}


def test_a_plan_that_is_called_done_is_no_longer_a_plan(plain: pyoxigraph.Store, ask: Ask, without: Without) -> None:
    [question] = [question for question in QUESTIONS if question.slug == "planned-goals-and-whether-done"]
    plan = pyoxigraph.NamedNode(f"{REPORT}/statement/cppcc-hengyang--plansToAdvance--regional-centre")

    with without(plain, plan):
        goals = _column(ask(plain, question.query), "goal")

    assert goals == {"“三高四新”美好蓝图", "“制造立市、文旅兴城”发展战略"}
