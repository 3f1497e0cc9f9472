"""The data as an `rdflib.Dataset` for notebooks."""

import subprocess
import sys

import pytest
import rdflib

import cppcc_graph
from cppcc_graph.errors import BadSource, StoreUnavailable
from cppcc_graph.publish import open_store

BASE = "https://w3id.org/cppcc-graph/"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.ttl").write_text("<x:s> <x:p> 1 .")
    (tmp_path / "b.ttl").write_text("<x:s> <x:p> 1 . <x:s> <x:q> _:n . _:n <x:p> '政'@zh .")
    return tmp_path


def count(dataset: rdflib.Dataset, pattern: str) -> int:
    [row] = dataset.query(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}")
    return int(row.n)


def test_the_default_graph_is_the_set_union_of_the_named_graphs(folder):
    dataset = cppcc_graph.open_dataset(folder)

    assert count(dataset, "<x:s> <x:p> ?o") == 1
    assert count(dataset, "GRAPH ?g { <x:s> <x:p> ?o }") == 2
    assert count(dataset, "?s a cppcc:Report") == 0
    assert count(dataset, "GRAPH <https://w3id.org/cppcc-graph/ontology> { cppcc:Report a owl:Class }") == 1


def test_the_bundled_data_are_the_default():
    dataset = cppcc_graph.open_dataset()

    assert count(dataset, "?s a cppcc:Report") >= 1


def test_a_notebook_and_a_store_hold_the_same_triples(published):
    dataset = cppcc_graph.open_dataset()
    graphs = {str(graph.identifier): len(graph) for graph in dataset.graphs() if len(graph)}

    assert graphs == {graph.iri: graph.n_triples for graph in published.graphs()}


@pytest.mark.slow
def test_a_store_on_disk_can_be_read(folder, tmp_path):
    open_store(tmp_path / "store", [folder / "a.ttl"]).close()
    dataset = cppcc_graph.open_dataset(store=tmp_path / "store")

    assert count(dataset, "<x:s> <x:p> ?o") == 1


def test_reading_a_store_that_is_not_there_makes_none(tmp_path):
    with pytest.raises(StoreUnavailable, match="there is no store at"):
        cppcc_graph.open_dataset(store=tmp_path / "store")
    assert list(tmp_path.iterdir()) == []


def test_a_path_that_cannot_be_used_is_told():
    with pytest.raises(BadSource, match="there is no such file or folder"):
        cppcc_graph.open_dataset("/nowhere")


@pytest.mark.parametrize(
    ("module", "absent"),
    [("cppcc_graph", ("rdflib", "flask", "pyoxigraph")), ("cppcc_graph.serving", ("pyshacl", "owlrl"))],
)
def test_importing_stays_cheap(module, absent):
    code = f"import sys, {module}; print([name for name in {absent} if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert told.stdout == "[]\n"


def test_there_is_no_other_public_name():
    with pytest.raises(AttributeError, match="module cppcc_graph has no attribute open_datasets"):
        _ = cppcc_graph.open_datasets
