"""Clients that write through the gate: with a token, into named graphs, whole or not at all."""

from urllib.error import HTTPError

import pytest
from rdflib import Dataset, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.namespace import RDF, RDFS
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore
from SPARQLWrapper import JSON, POST, POSTDIRECTLY, URLENCODED
from SPARQLWrapper import SPARQLWrapper as Client

pytestmark = pytest.mark.slow

EX = Namespace("http://example.org/")
TITLE = Literal("调研视察活动\t286场\n“余”和“多” \\ 100%25 + & ;", "zh")
REPORT = URIRef("https://w3id.org/cppcc-graph/ontology#Report")


@pytest.fixture
def store(gated) -> SPARQLUpdateStore:
    return SPARQLUpdateStore(gated.endpoint, gated.endpoint, headers=gated.headers)


def triples(gated, graph):
    """What stands in a graph, read by a client that has no token."""
    return set(Graph(SPARQLStore(gated.endpoint), identifier=graph))


def test_rdflib_adds_and_removes_triples_of_a_named_graph(gated, store):
    graph = Graph(store, identifier=EX.g)
    graph.add((EX.s, RDFS.label, TITLE))
    graph.add((EX.s, EX.n, Literal(286)))
    seen = triples(gated, EX.g)
    graph.remove((EX.s, EX.n, None))

    assert seen == {(EX.s, RDFS.label, TITLE), (EX.s, EX.n, Literal(286))}
    assert triples(gated, EX.g) == {(EX.s, RDFS.label, TITLE)}


def test_rdflib_replaces_a_graph_by_one_update_that_reads_the_union(gated, store):
    Graph(store, identifier=EX.g).add((EX.s, EX.p, Literal(1)))
    store.update(
        "DELETE { GRAPH ?g { ?s ?p ?old } } INSERT { GRAPH ?g { ?s ?p ?new } } "
        "WHERE { ?s ?p ?old . GRAPH ?g { ?s ?p ?old } FILTER (?p = <http://example.org/p>) BIND (?old + 1 AS ?new) }"
    )

    assert triples(gated, EX.g) == {(EX.s, EX.p, Literal(2))}


def test_rdflib_writes_a_file_and_reads_it_back_equal(store, request):
    path = request.config.rootpath / "ontology" / "vocabularies" / "bounds.ttl"
    published, written = Graph().parse(path), Graph(store, identifier=EX.bounds)
    store.addN((*triple, written) for triple in published)

    assert isomorphic(Graph() + written, published)


def test_rdflib_makes_and_drops_a_graph(store):
    dataset = Dataset(store)
    made = dataset.graph(EX.h)
    made.add((EX.s, EX.p, Literal(1)))
    before = EX.h in list(store.contexts())
    dataset.remove_graph(made)

    assert (before, EX.h in list(store.contexts())) == (True, False)


def test_without_a_token_nothing_is_written(gated):
    store = SPARQLUpdateStore(gated.endpoint, gated.endpoint)

    with pytest.raises(HTTPError, match="401"):
        Graph(store, identifier=EX.g).add((EX.s, EX.p, Literal(1)))
    assert triples(gated, EX.g) == set()


def test_the_union_is_not_written(store):
    with pytest.raises(HTTPError, match="400"):
        store.update("INSERT DATA { <x:s> <x:p> 1 }")


def test_what_breaks_a_shape_is_refused_as_a_whole(gated, store):
    with pytest.raises(HTTPError, match="422"):
        store.update(
            f"INSERT DATA {{ GRAPH <{EX.g}> {{ <{EX.s}> <{EX.p}> 1 }} }} ; "
            f"INSERT DATA {{ GRAPH <{EX.g}> {{ <{EX.s}> <{RDF.type}> <{REPORT}> }} }}"
        )
    assert triples(gated, EX.g) == set()


@pytest.mark.parametrize("way", [URLENCODED, POSTDIRECTLY])
def test_sparqlwrapper_writes_in_both_ways(gated, way):
    client = Client(gated.endpoint, returnFormat=JSON)
    client.setMethod(POST)
    client.setRequestMethod(way)
    client.addCustomHttpHeader("Authorization", gated.headers["Authorization"])
    client.setQuery(f"INSERT DATA {{ GRAPH <{EX.w}> {{ <{EX.s}> <{RDFS.label}> '政协'@zh }} }}")
    client.query()

    assert triples(gated, EX.w) == {(EX.s, RDFS.label, Literal("政协", "zh"))}
