"""
What a change can affect, judged alone, gives what a judgement of everything gives: on random edits.

`edits` makes them; the data are the valid cases of tests/shapes, each as a small dataset, and invented reports.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from rdflib import Graph
from tests.shapes.conftest import HERE as CASES
from tests.shapes.conftest import led_to, patched, read
from tests.validation.edits import quads_of, random_patch
from tests.validation.reports import store_of

from cppcc_graph.converter import graph_of
from cppcc_graph.publish import put, stored
from cppcc_graph.sources import Loaded, load, ontology_sources
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.patch import Patch
from cppcc_graph.terms import BASE, Quad, Triple
from cppcc_graph.validation import Finding, Judge, ValidationReport, validate
from cppcc_graph.validation.incremental import SHAPES
from cppcc_graph.validation.lazy_graph import to_engine

SEED = int(os.environ.get("CPPCC_SEED", "20310101"))
VALID = sorted(CASES.glob("*/valid.ttl"))
INVALID = sorted(CASES.glob("*/invalid.*.ttl"))
CASE = f"{BASE}graph/case"
UNSEEN = {"invalid.R77.ttl", "invalid.R82.ttl", "invalid.R83.ttl", "invalid.R91.ttl"}
"""xsd:integer in the place of xsd:nonNegativeInteger: the engine writes both alike, and a store gives the latter."""

pytestmark = pytest.mark.filterwarnings("ignore")  # rdflib warns of ill-typed literals, of which there are many here


@pytest.fixture(scope="module")
def ontology() -> list[Loaded]:
    return [graph for graph in load(ontology_sources()) if "/vocabulary/" not in graph.graph_iri]


@pytest.fixture(scope="module")
def vocabularies() -> Graph:
    return read((CASES.parents[1] / "ontology" / "vocabularies").glob("*.ttl"))


def case_store(path: Path, ontology: list[Loaded], vocabularies: Graph) -> EmbeddedStore:
    case = patched(path)
    store = EmbeddedStore()
    put(store, [*ontology, _loaded(case, CASE), _loaded(led_to(case, vocabularies), f"{BASE}vocabulary/led-to")])
    return store


def _loaded(graph: Graph, iri: str) -> Loaded:
    return Loaded(origin="a case", graph_iri=iri, triples=tuple(Triple(*map(to_engine, triple)) for triple in graph))


def told(report: ValidationReport) -> set[tuple[str, ...]]:
    return {_key(finding) for finding in report.findings}


def _key(finding: Finding) -> tuple[str, ...]:
    return finding.rule, finding.focus, finding.path, finding.value, finding.severity, finding.component


def in_rdflib(store: EmbeddedStore, shapes: Graph) -> ValidationReport:
    """Everything in rdflib's memory, as files are judged."""
    data = [triple for graph in stored(store) if not graph.graph_iri.startswith(SHAPES) for triple in graph.triples]
    return validate(graph_of(data), shapes)


def differences(store: EmbeddedStore, judge: Judge, patches: Iterator[Patch]) -> list[object]:
    """Patches after which the two judgements differ, with what either has alone."""
    found: list[object] = []
    for patch in patches:
        store.apply(patch)
        part, whole = told(judge.judged(store, patch)), told(Judge(store).full(store))
        if part != whole:
            found.append((patch, sorted(part - whole), sorted(whole - part)))
        store.apply(patch.inverse)
    return found


def edits(store: EmbeddedStore, n_edits: int, random: Random) -> Iterator[Patch]:
    """Mostly of the case itself, and sometimes of anything."""
    everything = quads_of(store)
    own = [quad for quad in everything if "ontology" not in str(quad.graph_name.value)]
    for _ in range(n_edits):
        yield random_patch(everything if random.random() < 0.1 else own, random)


@pytest.mark.slow
@pytest.mark.parametrize("path", VALID[::12], ids=lambda path: path.parent.name)
def test_random_edits_of_a_case_are_judged_as_in_full(path, ontology, vocabularies):
    store = case_store(path, ontology, vocabularies)
    judge = Judge(store)

    assert judge.full(store).conforms
    assert differences(store, judge, edits(store, 5, Random(f"{SEED} {path.parent.name}"))) == []


@pytest.mark.long
@pytest.mark.parametrize("path", VALID, ids=lambda path: path.parent.name)
def test_many_random_edits_of_a_case_are_judged_as_in_full(path, ontology, vocabularies):
    store = case_store(path, ontology, vocabularies)

    assert differences(store, Judge(store), edits(store, 60, Random(f"{SEED} long {path.parent.name}"))) == []


@pytest.mark.long
@pytest.mark.parametrize("n_reports", [1, 3])
def test_random_edits_of_reports_are_judged_as_in_full(n_reports):
    store = store_of(n_reports)

    assert differences(store, Judge(store), edits(store, 60, Random(f"{SEED} {n_reports} reports"))) == []


@pytest.mark.long
@pytest.mark.parametrize("path", INVALID, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_broken_rule_is_found_by_the_change_alone_as_in_memory(path, ontology, vocabularies):
    """The lazy graph and the engine's queries against rdflib's memory, too."""
    store = case_store(path.parent / "valid.ttl", ontology, vocabularies)
    judge = Judge(store)
    broken = case_store(path, ontology, vocabularies)
    before, after = set(store.quads()), set(broken.quads())
    patch = Patch(added=_without_shapes(after - before), removed=_without_shapes(before - after))
    store.apply(patch)

    part = told(judge.judged(store, patch))

    assert part == told(in_rdflib(store, judge.shapes))
    assert part == told(judge.full(store))
    assert bool(part) == (path.name not in UNSEEN)


def _without_shapes(quads: set[Quad]) -> tuple[Quad, ...]:
    """Their blank nodes are others in each store."""
    return tuple(quad for quad in quads if not str(quad.graph_name.value).startswith(SHAPES))
