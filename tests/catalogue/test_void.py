"""VoID: of the form that the note describes, and every number the one that a query gives, whatever was written."""

from pathlib import Path

import pyshacl
import pytest
from pyoxigraph import RdfFormat, parse
from rdflib import Graph, URIRef
from rdflib.namespace import VOID

from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import Literal, NamedNode, Triple
from cppcc_graph.web import create_app

SHAPES = Path(__file__).with_name("void-shapes.ttl")
RDF_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
COUNTS = {
    VOID.triples: "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    VOID.classes: "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c }",
    VOID.properties: "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }",
    VOID.distinctSubjects: "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
    VOID.distinctObjects: "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }",
}


def described(client):
    return Graph().parse(data=client.get("/void?format=turtle").text, format="turtle")


def rows(client, query):
    """Of a SELECT: what its rows say, as text."""
    answer = client.get("/sparql", query_string={"query": query, "format": "json"})
    return [{name: cell["value"] for name, cell in row.items()} for row in answer.json["results"]["bindings"]]


def differences(client):
    """Where VoID and the endpoint tell different numbers."""
    told, dataset = described(client), URIRef("http://localhost/void#dataset")
    numbers = {prop: int(told.value(dataset, prop)) for prop in COUNTS}
    asked = {prop: int(rows(client, query)[0]["n"]) for prop, query in COUNTS.items()}
    parts = {
        VOID.classPartition: (VOID["class"], VOID.entities, "SELECT ?it (COUNT(DISTINCT ?s) AS ?n) { ?s a ?it }"),
        VOID.propertyPartition: (VOID.property, VOID.triples, "SELECT ?it (COUNT(*) AS ?n) { ?s ?it ?o }"),
    }
    found = [(prop, n, asked[prop]) for prop, n in numbers.items() if n != asked[prop]]
    for link, (what, how_many, query) in parts.items():
        ours = {str(told.value(p, what)): str(told.value(p, how_many)) for p in told.objects(dataset, link)}
        theirs = {row["it"]: row["n"] for row in rows(client, f"{query} GROUP BY ?it")}
        found += sorted(ours.items() ^ theirs.items())
    graphs = {
        row["g"]: row["n"] for row in rows(client, "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g {?s ?p ?o} } GROUP BY ?g")
    }
    identified = URIRef("http://purl.org/dc/terms/identifier")
    subsets = {
        str(told.value(p, identified)): str(told.value(p, VOID.triples)) for p in told.objects(dataset, VOID.subset)
    }
    return found + sorted(subsets.items() ^ graphs.items())


@pytest.fixture
def writable():
    store = EmbeddedStore(is_merged=False)
    settings = Settings(empty=True, default_graph="separate", shapes="none", writable=True, no_auth=True)
    return create_app(settings, store).test_client()


def test_the_description_is_as_the_note_has_it(published_client):
    conforms, _report, text = pyshacl.validate(described(published_client), shacl_graph=Graph().parse(SHAPES))

    assert conforms, text


def test_every_number_is_what_a_query_counts(published_client):
    assert differences(published_client) == []


def test_the_numbers_follow_the_data(writable):
    for update in (
        "INSERT DATA { <x:a> a <x:C> ; <x:p> 1, 2 . GRAPH <x:g> { <x:b> a <x:C> } }",
        "INSERT DATA { <x:a> a <x:D> ; <x:q> 'new' }",
        "DELETE WHERE { ?s a <x:C> ; ?p ?o }",
        "CLEAR ALL",
    ):
        assert writable.post("/sparql", data={"update": update}).status_code == 204
        assert differences(writable) == []


def test_a_reader_of_the_merge_gets_its_numbers():
    """Two graphs share a triple, which the default graph has once."""
    store, shared = EmbeddedStore(), Triple(NamedNode("x:s"), RDF_TYPE, NamedNode("x:C"))
    store.replace_graphs(
        {"x:one": [shared], "x:two": [shared, Triple(NamedNode("x:s"), RDF_TYPE, Literal("no class"))]}
    )
    client = create_app(Settings(), store).test_client()
    told = described(client)

    assert str(told.value(URIRef("http://localhost/void#dataset"), VOID.triples)) == "2"
    assert [str(c) for c in told.objects(None, VOID["class"])] == ["x:C"]


def test_it_is_found_at_the_well_known_address(published_client):
    answer = published_client.get("/.well-known/void?format=turtle")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/void?format=turtle")


def test_it_comes_as_any_rdf_and_people_get_the_catalogue(published_client):
    formats = (RdfFormat.TURTLE, RdfFormat.JSON_LD, RdfFormat.RDF_XML, RdfFormat.N_TRIPLES)
    graphs = []
    for known in formats:
        media_type = known.media_type
        answer = published_client.get("/void", headers={"Accept": media_type})
        assert (answer.mimetype, "Accept" in answer.headers["Vary"]) == (media_type, True)
        graphs.append({quad.triple for quad in parse(answer.data, format=known)})
    page = published_client.get("/void", headers={"Accept": "text/html"})

    assert all(graph == graphs[0] for graph in graphs)
    assert (page.status_code, page.headers["Location"]) == (303, "/catalogue")


def test_what_a_client_has_is_not_sent_again(published_client):
    tag = published_client.get("/void?format=turtle").headers["ETag"]

    assert published_client.get("/void?format=turtle", headers={"If-None-Match": tag}).status_code == 304


def test_a_query_is_asked_once_for_one_state_of_the_data(published, monkeypatch):
    asked, select = [], EmbeddedStore.select
    monkeypatch.setattr(EmbeddedStore, "select", lambda self, q, **more: asked.append(q) or select(self, q, **more))
    client = create_app(Settings(), published).test_client()
    client.get("/void?format=turtle")
    n_asked = len(asked)
    client.get("/void?format=turtle")
    client.get("/void?format=jsonld")

    assert n_asked >= 1
    assert len(asked) == n_asked
