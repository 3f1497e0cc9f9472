"""The W3C's tests of the SPARQL 1.1 Graph Store HTTP Protocol, both ways of naming a graph."""

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, parse
from tests.conformance.conftest import Door
from tests.conformance.manifest import Case, Manifest, suite

FILES = ("manifest-indirect.ttl", "manifest-direct.ttl")
N_TESTS = {"manifest-indirect.ttl": 9, "manifest-direct.ttl": 5}


def cases(name: str) -> list[Case]:
    return Manifest(suite() / "sparql11" / "graph-store-protocol" / name).cases()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" not in metafunc.fixturenames:
        return
    try:
        known = [case for name in FILES for case in cases(name)]
    except pytest.skip.Exception as reason:
        known = [pytest.param(None, marks=pytest.mark.skip(reason=str(reason)))]
    metafunc.parametrize("case", known, ids=lambda case: case.name if case else "none")


def canonical(turtle: str | bytes) -> set[str]:
    dataset = Dataset(Quad(*quad.triple) for quad in parse(turtle, format=RdfFormat.TURTLE, base_iri="http://base/"))
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return set(map(str, dataset))


def ours(path: str) -> str:
    """The suite's endpoint is called ``/gsp``, also in the names of graphs below it."""
    return path.replace("/gsp", "/graphs").replace("%2Fgsp", "%2Fgraphs")


@pytest.mark.parametrize("name", FILES)
def test_the_manifests_have_the_tests_that_are_counted_here(name: str) -> None:
    assert len(cases(name)) == N_TESTS[name]


def test_graphs_are_written_and_read(bare: Door, case: Case) -> None:
    walk(bare, case, spelled=str)


@pytest.mark.slow
def test_graphs_are_written_and_read_through_the_gate(gated: Door, case: Case) -> None:
    """
    There blank nodes are refused and a person needs a name in two languages, so the documents are spelled otherwise;
    the default graph is a union, which nobody writes.
    """
    if any("default" in step.path for step in case.steps):
        first = case.steps[0]
        refused = gated(first.method, ours(first.path), first.headers, fitting(first.body.decode()).encode())
        assert (refused.status, b"union" in refused.body) == (403, True)
        return
    walk(gated, case, spelled=fitting)


def walk(door: Door, case: Case, *, spelled: Callable[[str], str]) -> None:
    location = ""
    for step in case.steps:
        path = ours(step.path).replace("$LOCATION$", quote(location, safe=""))
        got = door(step.method, path, step.headers, spelled(step.body.decode()).encode())
        wanted = step.expected
        assert got.status in wanted.statuses, got.body
        for name, value in wanted.headers.items():
            assert got.headers[name] == value
        if wanted.body is not None:
            assert canonical(got.body) == canonical(spelled(wanted.body))
        location = got.headers["location"] if wanted.location else location


def fitting(body: str) -> str:
    """A Turtle document of the suite without blank nodes and persons; whatever is no such document stays."""
    body = body.replace("foaf:Person", "foaf:Agent")
    try:
        dataset = Dataset(Quad(*quad.triple) for quad in parse(body, format=RdfFormat.TURTLE, base_iri="http://base/"))
    except SyntaxError:
        return body
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    lines = (f"{quad.subject} {quad.predicate} {quad.object} ." for quad in dataset)
    return re.sub(r"_:(c14n\d+)", r"<urn:x:\1>", "\n".join(lines)) if len(dataset) else body


def test_the_tests_of_the_older_manifest_are_all_replaced_by_these() -> None:
    """Its entries describe requests in comments only, and each says that it is deprecated in favour of the others."""
    older = Manifest(suite() / "sparql11" / "http-rdf-update" / "manifest.ttl").cases()

    assert len(older) == 18
    assert all(case.is_deprecated and not case.steps for case in older)
