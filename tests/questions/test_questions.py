"""Each question has its approved answer: over HTTP, from a running server, in any order of loading, quickly."""

import csv
import http.client
import io
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from flask.testing import FlaskClient

from cppcc_graph.converter import graph_of
from cppcc_graph.questions import Question, questions

Rows = list[list[str]]
Ask = Callable[[pyoxigraph.Store, str], Rows]
Expected = Callable[[Question, Rows], Rows]

SERVER = Path(__file__).parents[2] / "server"

QUESTIONS = questions()
each_question = pytest.mark.parametrize("question", QUESTIONS, ids=[question.slug for question in QUESTIONS])


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


LIMIT_S = 0.1


@each_question
def test_each_question_is_answered_within_a_tenth_of_a_second(
    question: Question, plain: pyoxigraph.Store, ask: Ask
) -> None:
    assert min(_duration_s(plain, question, ask) for _ in range(3)) < LIMIT_S


def _duration_s(store: pyoxigraph.Store, question: Question, ask: Ask) -> float:
    begun = time.perf_counter()
    ask(store, question.query)
    return time.perf_counter() - begun


@pytest.mark.slow
@each_question
def test_each_question_has_the_approved_answer_from_a_running_server(
    question: Question, address: str, plain: pyoxigraph.Store, ask: Ask, expected: Expected
) -> None:
    connection = http.client.HTTPConnection(address, timeout=10)
    headers = {"Accept": "text/csv", "Content-Type": "application/sparql-query"}
    connection.request("POST", "/sparql", question.query.encode(), headers)
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()

    assert response.status == 200
    assert read_csv(body) == expected(question, ask(plain, question.query))


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Host and port of a server process over the published data."""
    command = [sys.executable, "-c", "from cppcc_graph.cli import main; main()", "serve", "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(SERVER), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    ready = (re.search(r"http://(\S+?)/? is ready", line) for line in process.stderr or ())
    found = next((match[1] for match in ready if match), None)
    if found is None:
        pytest.fail("the server has ended without becoming ready")
    yield found
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)


@pytest.fixture(scope="module")
def rdflib_graph(published: list[pyoxigraph.Quad]) -> rdflib.Graph:
    return graph_of(quad.triple for quad in published)


@pytest.mark.long
@each_question
def test_another_engine_gives_the_same_rows_in_the_same_order(
    question: Question, rdflib_graph: rdflib.Graph, plain: pyoxigraph.Store, ask: Ask
) -> None:
    text = rdflib_graph.query(question.query).serialize(format="csv").decode()

    assert read_csv(text) == ask(plain, question.query)
