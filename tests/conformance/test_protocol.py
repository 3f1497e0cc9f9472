"""All tests of the W3C's manifest of the SPARQL 1.1 Protocol: in the bare mode and, where they fit, the normal one."""

import json
import re
from dataclasses import replace

import pyoxigraph
import pytest
from tests.conformance.conftest import Door, Got, fill, reading
from tests.conformance.manifest import Case, Manifest, Step, suite

N_TESTS = 34
EMPTYING = re.compile(rb"(CLEAR|DROP)[ +]ALL")
FORMS = {
    "boolean": {"application/sparql-results+json", "application/sparql-results+xml"},
    "tabular": {
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "text/csv",
        "text/tab-separated-values",
    },
    "RDF": {"text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json"},
}


def cases() -> list[Case]:
    return Manifest(suite() / "sparql11" / "protocol" / "manifest.ttl").cases()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" not in metafunc.fixturenames:
        return
    try:
        known = cases()
    except pytest.skip.Exception as reason:
        known = [pytest.param(None, marks=pytest.mark.skip(reason=str(reason)))]
    metafunc.parametrize("case", known, ids=lambda case: case.name if case else "none")


def send(door: Door, step: Step) -> Got:
    return door(step.method, step.path.replace("/sparql/", "/sparql", 1), step.headers, step.body)


def check(step: Step, got: Got) -> None:
    wanted = step.expected
    assert got.status in wanted.statuses, got.body
    if wanted.form:
        assert got.headers["content-type"].partition(";")[0] in FORMS[wanted.form]
    if wanted.form == "RDF":
        assert list(pyoxigraph.parse(got.body, format=pyoxigraph.RdfFormat.TURTLE)) is not None
    if wanted.boolean is not None:
        assert json.loads(got.body)["boolean"] is wanted.boolean


def test_the_manifest_has_the_tests_that_are_counted_here() -> None:
    assert len(cases()) == N_TESTS
    assert all(case.steps and all(step.expected.statuses for step in case.steps) for case in cases())


def test_the_bare_mode_conforms(bare: Door, case: Case) -> None:
    fill(bare, case.graphs)
    for step in case.steps:
        check(step, send(bare, step))


def is_update(step: Step) -> bool:
    return b"update=" in step.body or step.headers.get("content-type") == "application/sparql-update"


def test_the_normal_mode_conforms_but_for_updates_which_it_refuses(case: Case) -> None:
    """The first request decides: what follows an update asks for what it has written."""
    door = reading(case.graphs)
    first = case.steps[0]
    got = send(door, first)
    if is_update(first) and 204 in first.expected.statuses:
        assert got.status == 403
        assert "only reads" in json.loads(got.body)["detail"]
        return
    check(first, got)


@pytest.mark.slow
def test_the_gate_conforms(gated: Door, case: Case) -> None:
    """
    Writing needs a token here and goes through the gate; the suite's updates name the graphs that they write.

    Nothing can be judged without shapes, so an update that empties everything is refused, and sent without that.
    """
    fill(gated, case.graphs)
    for step in case.steps:
        if EMPTYING.search(step.body):
            assert send(gated, step).status == 422
        check(step, send(gated, replace(step, body=EMPTYING.sub(b"CLEAR SILENT GRAPH <x:none>", step.body))))
