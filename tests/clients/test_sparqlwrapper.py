"""SPARQLWrapper: what most Python programs ask endpoints with."""

from collections.abc import Callable
from xml.dom.minidom import Document

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDFS
from SPARQLWrapper import CSV, GET, JSON, JSONLD, N3, POST, POSTDIRECTLY, RDFXML, TSV, TURTLE, URLENCODED, XML
from SPARQLWrapper import SPARQLWrapper as Client
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed, URITooLong

# SPARQLWrapper 2.0 puts RDF/XML and JSON-LD into a class that rdflib 7 has deprecated.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")]

OBSERVATION = "https://w3id.org/cppcc-graph/report/hengyang-2024/observation/research-activities"
REPORT = "https://w3id.org/cppcc-graph/report/hengyang-2024"
PEOPLE = "https://w3id.org/cppcc-graph/entities/people"
LABEL = "调研视察活动场数：286场（衡阳市政协，2024年）"
LABELS = f"SELECT ?label {{ <{OBSERVATION}> <{RDFS.label}> ?label FILTER (LANG(?label) = 'zh') }}"
GRAPHS = {
    "construct": f"CONSTRUCT {{ ?s <{RDFS.label}> ?l }} {{ VALUES ?s {{ <{OBSERVATION}> }} ?s <{RDFS.label}> ?l }}",
    "describe": f"DESCRIBE <{OBSERVATION}>",
}
WAYS = [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)]


@pytest.fixture
def ask(endpoint: str) -> Callable[..., object]:
    """Asks a query as SPARQLWrapper does by itself, and gives what it makes of the answer."""

    def ask(
        query: str, form: str | None = None, *, method: str = GET, way: str = URLENCODED, is_negotiated: bool = False
    ) -> object:
        client = Client(endpoint)
        client.setQuery(query)
        client.setMethod(method)
        client.setRequestMethod(way)
        client.setOnlyConneg(is_negotiated)
        client.setTimeout(30)
        if form is not None:
            client.setReturnFormat(form)
        return client.query().convert()

    return ask


@pytest.mark.parametrize(("method", "way"), WAYS)
@pytest.mark.parametrize("is_negotiated", [False, True])
def test_the_figures_of_hengyang_come_as_json(ask, question, method, way, is_negotiated):
    query = question("research-activities-and-reports")
    answer = ask(query, JSON, method=method, way=way, is_negotiated=is_negotiated)

    assert [(row["figure"]["value"], row["value"]["value"]) for row in answer["results"]["bindings"]] == [
        ("286场", "286"),
        ("112篇", "112"),
    ]
    assert answer["results"]["bindings"][0]["body"] == {
        "type": "literal",
        "value": "中国人民政治协商会议衡阳市委员会",
        "xml:lang": "zh",
    }


@pytest.mark.parametrize(("method", "way"), WAYS)
@pytest.mark.parametrize(
    ("form", "body"),
    [
        (CSV, f"label\r\n{LABEL}\r\n"),
        (TSV, f'?label\n"{LABEL}"@zh\n'),
    ],
)
def test_a_label_comes_as_csv_and_tsv(ask, method, way, form, body):
    assert ask(LABELS, form, method=method, way=way).decode() == body


@pytest.mark.parametrize(("method", "way"), WAYS)
@pytest.mark.parametrize("form", [XML, None])
def test_a_label_comes_as_xml_which_is_the_clients_own_default(ask, method, way, form):
    answer = ask(LABELS, form, method=method, way=way)

    assert isinstance(answer, Document)
    [literal] = answer.getElementsByTagName("literal")
    assert literal.firstChild is not None
    assert (literal.getAttribute("xml:lang"), literal.firstChild.nodeValue) == ("zh", LABEL)


def test_a_yes_and_a_no(ask):
    assert ask(f"ASK {{ <{OBSERVATION}> ?p ?o }}", JSON)["boolean"] is True
    assert ask("ASK { <http://example.org/nothing> ?p ?o }", JSON)["boolean"] is False
    assert ask("ASK {}").getElementsByTagName("boolean")[0].firstChild.nodeValue == "true"


@pytest.mark.parametrize(("method", "way"), WAYS)
@pytest.mark.parametrize("kind", ["construct", "describe"])
@pytest.mark.parametrize("form", [None, XML, RDFXML, JSONLD, TURTLE, N3])
def test_a_graph_comes_in_every_rdf_format_that_the_client_names(ask, method, way, kind, form):
    answer = ask(GRAPHS[kind], form, method=method, way=way)
    graph = Graph().parse(data=answer, format="turtle") if isinstance(answer, bytes) else answer

    assert (URIRef(OBSERVATION), RDFS.label, Literal(LABEL, "zh")) in graph


def test_a_graph_comes_by_the_accept_header_alone(ask):
    graph = ask(GRAPHS["construct"], is_negotiated=True)

    assert (URIRef(OBSERVATION), RDFS.label, Literal(LABEL, "zh")) in graph


@pytest.mark.parametrize(("method", "way"), WAYS)
def test_default_and_named_graphs_are_those_of_the_request(endpoint, method, way):
    client = Client(endpoint, returnFormat=JSON)
    client.setMethod(method)
    client.setRequestMethod(way)
    client.addParameter("default-graph-uri", PEOPLE)
    client.addParameter("named-graph-uri", REPORT)
    client.addParameter("named-graph-uri", PEOPLE)
    client.setQuery(f"SELECT ?g {{ FILTER NOT EXISTS {{ <{OBSERVATION}> a ?c }} GRAPH ?g {{ <{OBSERVATION}> a ?t }} }}")
    rows = client.query().convert()["results"]["bindings"]

    assert [row["g"]["value"] for row in rows] == [REPORT]


def test_several_default_graphs_are_merged(endpoint):
    client = Client(endpoint, returnFormat=JSON)
    client.addParameter("default-graph-uri", REPORT)
    client.addParameter("default-graph-uri", PEOPLE)
    client.setQuery(f"ASK {{ <{OBSERVATION}> ?p ?o . GRAPH ?g {{ ?s ?q ?r }} }}")
    is_named = client.query().convert()["boolean"]
    client.setQuery(f"ASK {{ <{OBSERVATION}> a ?c . ?person a <http://xmlns.com/foaf/0.1/Person> }}")

    assert client.query().convert()["boolean"] is True
    assert is_named is False


@pytest.mark.parametrize(("method", "way"), WAYS)
def test_a_bad_query_raises_with_the_line_and_what_is_wrong(ask, method, way):
    with pytest.raises(QueryBadFormed, match=r'"Line 2, column 15: .*"line": 2, "column": 15'):
        ask("SELECT ?x\nWHERE { ?x ?y }", JSON, method=method, way=way)


def test_a_query_too_long_for_an_address_says_so_and_goes_by_post(ask):
    query = "ASK {} #" + "长" * 3000

    with pytest.raises(URITooLong):
        ask(query, JSON)
    assert ask(query, JSON, method=POST)["boolean"] is True


def test_an_update_is_refused_with_403(endpoint):
    client = Client(endpoint)
    client.setMethod(POST)
    client.setQuery("CLEAR ALL")

    with pytest.raises(OSError, match="403"):
        client.query()


def test_a_client_that_waits_no_longer_leaves_the_endpoint_as_it_was(endpoint, ask):
    client = Client(endpoint, returnFormat=JSON)
    client.setTimeout(1)
    client.setQuery("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    with pytest.raises(TimeoutError):
        client.query()

    assert ask("ASK {}", JSON)["boolean"] is True


def test_a_deadline_of_the_request_is_an_error_that_the_client_shows(endpoint):
    client = Client(endpoint, returnFormat=JSON)
    client.addParameter("timeout", "1")
    client.setQuery("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")

    with pytest.raises(OSError, match="503"):
        client.query()
