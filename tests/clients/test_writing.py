"""Clients that write: SPARQLUpdateStore and the others, against a plain store behind the same front door."""

from urllib.error import HTTPError

import pytest
from rdflib import Dataset, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID
from rdflib.namespace import RDFS
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from SPARQLWrapper import JSON, POST, POSTDIRECTLY, URLENCODED
from SPARQLWrapper import SPARQLWrapper as Client

pytestmark = pytest.mark.slow

EX = Namespace("http://example.org/")
TITLE = Literal("调研视察活动\t286场\n“余”和“多” \\ 100%25 + & ;", "zh")
EXACT = Literal("准确", "zh")
INSERT = f"INSERT DATA {{ <{EX.s}> <{RDFS.label}> '政协'@zh }}"


@pytest.fixture
def store(bare: str) -> SPARQLUpdateStore:
    return SPARQLUpdateStore(query_endpoint=bare, update_endpoint=bare)


def labels(endpoint: str) -> list[str]:
    """What is labelled in the default graph, asked by a client that did not write."""
    return [str(row.l) for row in SPARQLStore(endpoint).query(f"SELECT ?l {{ ?s <{RDFS.label}> ?l }} ORDER BY ?l")]


def test_a_triple_added_is_there_and_a_triple_removed_is_gone(bare, store):
    graph = Graph(store, identifier=DATASET_DEFAULT_GRAPH_ID)
    graph.add((EX.s, RDFS.label, TITLE))
    graph.add((EX.s, RDFS.label, Literal("CPPCC", "en")))
    seen = set(Graph(SPARQLStore(bare)))
    graph.remove((EX.s, RDFS.label, TITLE))

    assert seen == {(EX.s, RDFS.label, TITLE), (EX.s, RDFS.label, Literal("CPPCC", "en"))}
    assert list(graph) == [(EX.s, RDFS.label, Literal("CPPCC", "en"))]


def test_named_graphs_and_the_default_graph_stay_apart(bare, store):
    named, default = Graph(store, identifier=EX.g), Graph(store, identifier=DATASET_DEFAULT_GRAPH_ID)
    named.add((EX.s, EX.p, Literal(286)))
    default.add((EX.s, EX.p, Literal(112)))

    assert [int(o) for o in named.objects()] == [286]
    assert [int(o) for o in default.objects()] == [112]
    assert len(named) == len(default) == len(SPARQLStore(bare)) == 1
    assert list(store.contexts()) == [EX.g]


def test_a_file_is_written_as_one_graph_and_read_back_equal(request, store):
    path = request.config.rootpath / "ontology" / "vocabularies" / "bounds.ttl"
    published, written = Graph().parse(path), Graph(store, identifier=EX.bounds)
    store.addN((*triple, written) for triple in published)

    assert len(published) > 50
    assert isomorphic(Graph() + written, published)


def test_an_update_in_a_context_changes_only_that_graph(store):
    named, default = Graph(store, identifier=EX.g), Graph(store, identifier=DATASET_DEFAULT_GRAPH_ID)
    store.update("INSERT DATA { <x:s> <x:p> 1 }")
    named.update("INSERT DATA { <x:s> <x:p> 2 }")
    named.update("DELETE { ?s ?p ?o } INSERT { ?s ?p 3 } WHERE { ?s ?p ?o }")
    store.update("INSERT { ?s <x:bound> ?value } WHERE { ?s <x:p> 1 }", initBindings={"value": EXACT})

    assert set(default) == {
        (URIRef("x:s"), URIRef("x:p"), Literal(1)),
        (URIRef("x:s"), URIRef("x:bound"), EXACT),
    }
    assert set(named) == {(URIRef("x:s"), URIRef("x:p"), Literal(3))}


def test_edits_wait_for_commit_and_a_rollback_forgets_them(bare):
    store = SPARQLUpdateStore(bare, bare, autocommit=False, dirty_reads=True)
    graph = Graph(store, identifier=DATASET_DEFAULT_GRAPH_ID)
    graph.add((EX.s, RDFS.label, Literal("甲")))
    before = labels(bare)
    store.commit()
    graph.add((EX.s, RDFS.label, Literal("乙")))
    store.rollback()

    assert before == []
    assert labels(bare) == ["甲"]


def test_a_graph_is_made_and_dropped(store):
    dataset = Dataset(store)
    made = dataset.graph(EX.h)
    made.add((EX.s, EX.p, Literal(1)))
    existing = list(store.contexts())
    dataset.remove_graph(made)

    assert existing == [EX.h]
    assert list(store.contexts()) == []


def test_a_bad_update_raises_and_changes_nothing(bare, store):
    with pytest.raises(HTTPError, match="400"):
        store.update(f"{INSERT} ; INSERT DATA {{ <x:s>")

    assert labels(bare) == []


@pytest.mark.parametrize("way", [URLENCODED, POSTDIRECTLY])
def test_sparqlwrapper_writes_in_both_ways(bare, way):
    client = Client(bare, returnFormat=JSON)
    client.setMethod(POST)
    client.setRequestMethod(way)
    client.setQuery(INSERT)
    client.query()

    assert labels(bare) == ["政协"]


def test_fetch_sparql_endpoint_writes(bare, javascript):
    assert javascript("fetcher", endpoint=bare, query=INSERT, form="update") == {
        "answer": None,
        "requests": [{"method": "POST", "address": bare, "type": "application/sparql-update"}],
    }
    assert labels(bare) == ["政协"]


def test_comunica_writes_to_the_only_source_that_it_has(bare, javascript):
    told = javascript("comunica", endpoint=bare, type="sparql", query=INSERT)

    assert "error" not in told
    assert labels(bare) == ["政协"]


@pytest.mark.parametrize(
    "reader", [{"client": "fetcher"}, {"client": "comunica", "type": "sparql"}, {"client": "comunica"}]
)
def test_what_one_client_writes_another_reads_at_once(bare, javascript, reader):
    asked = {"endpoint": bare, "query": f"SELECT ?l {{ ?s <{RDFS.label}> ?l }}", **reader}
    before = javascript(**asked)["answer"]
    Graph(SPARQLUpdateStore(bare, bare), identifier=DATASET_DEFAULT_GRAPH_ID).add((EX.s, RDFS.label, TITLE))

    assert before == []
    assert javascript(**asked)["answer"] == [{"l": {"value": str(TITLE), "language": "zh"}}]
