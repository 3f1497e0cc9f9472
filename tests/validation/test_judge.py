"""A change to the published data, judged by what it can affect alone."""

import pytest

from cppcc_graph.publish import load_published, put
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.patch import Patch
from cppcc_graph.terms import BASE, NamedNode, Quad
from cppcc_graph.validation import Judge

REPORT = f"{BASE}report/hengyang-2024"
STATED_IN = NamedNode(f"{BASE}ontology#statedIn")


@pytest.fixture(scope="module")
def store():
    """The published data; a test gives back what it takes."""
    store = EmbeddedStore()
    put(store, load_published())
    return store


@pytest.fixture(scope="module")
def judge(store):
    return Judge(store)


@pytest.mark.slow
def test_the_published_data_conform(judge, store):
    report = judge.full(store)

    assert report.summary().startswith("conforms: 0 violations, 0 warnings, 0 infos; 1479 nodes")


def test_a_removed_triple_is_found_with_few_focus_nodes(judge, store):
    gone = next(quad for quad in store.quads(REPORT) if quad.predicate == STATED_IN)
    patch = Patch(removed=(gone,))
    store.apply(patch)
    affected = judge.affected(store, patch)
    report = judge.judged(store, patch, affected)
    store.apply(patch.inverse)

    assert affected.n_focus_nodes <= 3
    assert {(finding.focus, finding.path) for finding in report.findings} >= {(gone.subject.value, "cppcc:statedIn")}


def test_a_triple_that_stands_in_another_graph_too_is_no_change(judge, store):
    quad = next(iter(store.quads(REPORT)))
    copy = Quad(*quad.triple, NamedNode(f"{BASE}graph/copy"))
    store.apply(Patch(added=(copy,)))
    patch = Patch(removed=(copy,))
    store.apply(patch)

    assert judge.affected(store, patch).n_focus_nodes == 0


def test_a_change_of_the_shapes_is_judged_in_full(judge, store):
    patch = Patch(removed=(next(iter(store.quads(f"{BASE}shapes/unit"))),))

    assert judge.affected(store, patch).why_full == "the shapes change, or the ontology's types of integers"
