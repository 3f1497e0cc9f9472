"""The interface is described as it is: every route, every parameter of a question, every status that comes."""

import os
import re
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import content_type_conformance, not_a_server_error, status_code_conformance
from schemathesis.generation import GenerationMode

from cppcc_graph.questions import questions
from cppcc_graph.questions.parameters import parameters_of
from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.web import create_app
from cppcc_graph.web.described import DESCRIBED, EXAMPLES, EXEMPT

SERVER = Path(__file__).parents[2] / "server"
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance)
N_CASES = 10_000


def routes(app: Flask) -> set[tuple[str, str]]:
    """Each path in the form of the description, with each of its methods in lower case."""
    return {
        (re.sub(r"<(?:[^<>:]*:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint not in EXEMPT and method not in EXEMPT
    }


def test_every_route_is_described_and_nothing_else(app: Flask, client: FlaskClient) -> None:
    paths = client.get("/openapi.json").json["paths"]
    narrowed = {(f"/questions/{question.slug}", "get") for question in questions() if parameters_of(question)}
    described = {(path, method) for path, methods in paths.items() for method in methods}

    assert described == routes(app) | narrowed


def test_every_operation_has_a_summary_a_name_of_its_own_and_an_outcome(client: FlaskClient) -> None:
    paths = client.get("/openapi.json").json["paths"]
    operations = [operation for methods in paths.values() for operation in methods.values()]

    assert all(operation["summary"] and operation["responses"] for operation in operations)
    assert len({operation["operationId"] for operation in operations}) == len(operations)


def test_what_is_said_of_routes_is_said_of_routes_that_exist(app: Flask) -> None:
    endpoints = {
        rule.endpoint if method == "GET" else f"{method} {rule.endpoint}"
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
    }

    assert DESCRIBED.keys() <= endpoints
    assert EXAMPLES.keys() <= {path for path, _method in routes(app)}


def test_the_parameters_of_a_question_are_told(client: FlaskClient) -> None:
    operation = client.get("/openapi.json").json["paths"]["/questions/lower-bounds"]["get"]

    assert [taken["name"] for taken in operation["parameters"]] == ["committee", "year", "body", "indicator", "format"]
    assert operation["summary"].startswith("Which quantities are lower bounds only")


def test_the_description_is_kept_until_the_program_changes(client: FlaskClient) -> None:
    first = client.get("/openapi.json")

    assert first.content_type == "application/json"
    assert client.get("/openapi.json", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


for media_type in ("application/sparql-query", "application/sparql-update"):
    schemathesis.serializer.alias(media_type, "text/plain")


def failures(schema: schemathesis.BaseSchema, *, n_each: int) -> tuple[dict[str, str], Counter[int]]:
    """What went wrong, one example of each kind, after *n_each* good and as many bad requests of each operation."""
    found: dict[str, str] = {}
    statuses: Counter[int] = Counter()
    for result in schema.get_all_operations():
        operation = result.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            asked(operation, mode, n_each, found, statuses)
    return found, statuses


def asked(operation, mode: GenerationMode, n_each: int, found: dict[str, str], statuses: Counter[int]) -> None:
    @settings(
        max_examples=n_each,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        response = case.call()
        statuses[response.status_code] += 1
        for check in CHECKS:
            try:
                case.validate_response(response, checks=[check])
            except BaseExceptionGroup as error:
                kind = f"{operation.label}: {check.__name__}: {response.status_code}"
                found.setdefault(kind, f"{case.as_curl_command()}\n{error.exceptions[0]}")

    try:
        ask()
    except Unsatisfiable:  # nothing can be wrong about an operation without parameters
        assert mode is GenerationMode.NEGATIVE


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # of libraries that only make requests here
def test_a_few_requests_of_each_kind_are_answered_as_described(published: EmbeddedStore) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", create_app(Settings(), published))
    schema = schema.exclude(path_regex="^/questions/[a-km-z]")
    found, statuses = failures(schema, n_each=1)

    assert found == {}
    assert statuses.total() > 80


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Of a server process over the published data."""
    command = [sys.executable, "-c", "from cppcc_graph.cli import main; main()", "serve", "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(SERVER), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, encoding="utf-8")
    ready = (re.search(r"(http://\S+?)/? is ready", line) for line in process.stderr or ())
    found = next((match[1] for match in ready if match), None)
    if found is None:
        pytest.fail("the server has ended without becoming ready")
    yield found
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)


@pytest.mark.long
@pytest.mark.filterwarnings("default")
def test_ten_thousand_requests_to_a_running_server_are_answered_as_described(address: str) -> None:
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    n_operations = sum(1 for _operation in schema.get_all_operations())
    found, statuses = failures(schema, n_each=N_CASES // n_operations)

    assert found == {}, statuses
    assert statuses.total() >= N_CASES
    assert statuses[200] > N_CASES // 10
