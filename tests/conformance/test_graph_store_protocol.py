"""The W3C's tests of the SPARQL 1.1 Graph Store HTTP Protocol, both ways of naming a graph."""

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
    location = ""
    for step in case.steps:
        path = ours(step.path).replace("$LOCATION$", quote(location, safe=""))
        got = bare(step.method, path, step.headers, step.body)
        wanted = step.expected
        assert got.status in wanted.statuses, got.body
        for name, value in wanted.headers.items():
            assert got.headers[name] == value
        if wanted.body is not None:
            assert canonical(got.body) == canonical(wanted.body)
        location = got.headers["location"] if wanted.location else location


def test_the_tests_of_the_older_manifest_are_all_replaced_by_these() -> None:
    """Its entries describe requests in comments only, and each says that it is deprecated in favour of the others."""
    older = Manifest(suite() / "sparql11" / "http-rdf-update" / "manifest.ttl").cases()

    assert len(older) == 18
    assert all(case.is_deprecated and not case.steps for case in older)
