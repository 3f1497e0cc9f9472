"""rdflib's SPARQLStore: an endpoint as if it were a graph."""

import pytest
from rdflib import Graph, Literal, URIRef, Variable
from rdflib.namespace import RDF, RDFS, SKOS
from rdflib.plugins.stores.sparqlstore import SPARQLStore

pytestmark = pytest.mark.slow

OBSERVATION = URIRef("https://w3id.org/cppcc-graph/report/hengyang-2024/observation/research-activities")
REPORT = URIRef("https://w3id.org/cppcc-graph/report/hengyang-2024")
BOUNDS = URIRef("https://w3id.org/cppcc-graph/vocabulary/bounds")
LABEL = Literal("调研视察活动场数：286场（衡阳市政协，2024年）", "zh")
METHODS = ["GET", "POST", "POST_FORM"]


@pytest.fixture
def store(endpoint: str) -> SPARQLStore:
    return SPARQLStore(endpoint)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("form", ["xml", "json", "csv", "tsv"])
def test_a_question_is_answered_in_every_way_and_format(endpoint, question, method, form):
    store = SPARQLStore(endpoint, method=method, returnFormat=form)
    rows = store.query(question("research-activities-and-reports"))

    assert [(str(row.body), str(row.figure), int(row.value)) for row in rows] == [
        ("中国人民政治协商会议衡阳市委员会", "286场", 286),
        ("中国人民政治协商会议衡阳市委员会", "112篇", 112),
    ]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("form", ["xml", "json"])
def test_a_yes_and_a_no(endpoint, method, form):
    store = SPARQLStore(endpoint, method=method, returnFormat=form)

    assert store.query(f"ASK {{ {OBSERVATION.n3()} ?p ?o }}").askAnswer is True
    assert store.query("ASK { <http://example.org/nothing> ?p ?o }").askAnswer is False


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "query",
    [
        f"CONSTRUCT {{ {OBSERVATION.n3()} rdfs:label ?l }} {{ {OBSERVATION.n3()} rdfs:label ?l }}",
        f"DESCRIBE {OBSERVATION.n3()}",
    ],
)
def test_a_graph_comes_as_rdf_xml_beside_results_xml(endpoint, method, query):
    answer = SPARQLStore(endpoint, method=method).query(query, initNs={"rdfs": RDFS})

    assert (OBSERVATION, RDFS.label, LABEL) in answer.graph


def test_triples_are_matched_by_every_pattern(store):
    assert ((OBSERVATION, RDFS.label, LABEL), None) in list(store.triples((OBSERVATION, RDFS.label, None)))
    assert [triple[0] for triple, _ in store.triples((None, RDFS.label, LABEL))] == [OBSERVATION]
    assert [triple[1] for triple, _ in store.triples((OBSERVATION, None, LABEL))] == [RDFS.label]
    assert len(list(store.triples((OBSERVATION, RDFS.label, LABEL)))) == 1
    assert list(store.triples((OBSERVATION, RDFS.label, Literal("调研")))) == []


def test_a_graph_over_the_endpoint_reads_the_union_of_all_graphs(store):
    graph = Graph(store)

    assert (OBSERVATION, RDFS.label, LABEL) in graph
    assert (URIRef("https://w3id.org/cppcc-graph/vocabulary/bounds#more-than"), RDF.type, SKOS.Concept) in graph
    assert set(graph.objects(OBSERVATION, RDFS.label)) == {
        LABEL,
        Literal("Research and inspection activities: 286 (Hengyang Municipal Committee of the CPPCC, 2024)", "en"),
    }


def test_a_graph_of_a_name_is_that_named_graph_and_as_long_as_its_file(store, request):
    named = Graph(store, identifier=BOUNDS)
    published = Graph().parse(request.config.rootpath / "ontology" / "vocabularies" / "bounds.ttl")

    assert len(named) == len(published) == len(list(named))
    assert (OBSERVATION, RDFS.label, LABEL) not in named
    assert (OBSERVATION, RDFS.label, LABEL) in Graph(store, identifier=REPORT)
    assert len(Graph(store, identifier=URIRef("http://example.org/no-graph"))) == 0


def test_the_length_of_the_store_counts_each_triple_once(store):
    assert len(store) == len(list(Graph(store))) > 10_000


def test_the_contexts_are_the_named_graphs(store):
    contexts = set(store.contexts())

    assert {REPORT, BOUNDS, URIRef("https://w3id.org/cppcc-graph/ontology")} < contexts
    assert set(store.contexts((OBSERVATION, RDFS.label, LABEL))) == {REPORT}


def test_initial_bindings_limit_and_offset_reach_the_endpoint(store):
    graph = Graph(store)
    bound = store.query("SELECT ?l { ?s rdfs:label ?l }", initNs={"rdfs": RDFS}, initBindings={"s": OBSERVATION})
    graph.LIMIT, graph.OFFSET, graph.ORDERBY = 2, 1, Variable("s")  # attributes that this store looks for

    assert LABEL in {row.l for row in bound}
    assert len(list(graph.triples((None, RDF.type, SKOS.ConceptScheme)))) == 2


def test_a_bad_query_is_told_with_its_status(endpoint):
    with pytest.raises(ValueError, match="wrong formulating"):
        SPARQLStore(endpoint).query("SELECT {")

    assert SPARQLStore(endpoint, method="POST").query("SELECT {")[0] == 400
