"""The service description: complete, and true of each server."""

import pytest
from flask.testing import FlaskClient

from cppcc_graph.settings import SEPARATE, Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import Literal, NamedNode, Triple
from cppcc_graph.web import create_app

SD = "http://www.w3.org/ns/sparql-service-description#"
FORMATS = "http://www.w3.org/ns/formats/"
VERSIONS = "http://www.w3.org/ns/sparql#version-"
GRAPHS = {"JSON-LD", "N-Quads", "N-Triples", "RDF_XML", "TriG", "Turtle"}
TABLES = {"SPARQL_Results_CSV", "SPARQL_Results_JSON", "SPARQL_Results_TSV", "SPARQL_Results_XML"}


def said(client: FlaskClient, name: str) -> set[str]:
    """The objects of ``sd:name``, each without its namespace."""
    lines = client.get("/sparql?format=ntriples").text.splitlines()
    objects = {line.split(" ", 2)[2].removesuffix(" .") for line in lines if f" <{SD}{name}> " in line}
    namespaces = (SD, FORMATS, VERSIONS)
    return {next((o[1 + len(ns) : -1] for ns in namespaces if o.startswith(f"<{ns}")), o) for o in objects}


@pytest.fixture
def bare() -> FlaskClient:
    """A writable store with a default graph of its own, and one named graph."""
    store = EmbeddedStore(is_merged=False)
    node = NamedNode("x:s")
    store.replace_graph("x:g", [Triple(node, node, Literal(n)) for n in (1, 2)])
    settings = Settings(empty=True, default_graph=SEPARATE, shapes="none", writable=True, no_auth=True)
    return create_app(settings, store).test_client()


def test_a_server_that_reads_says_what_it_reads_and_writes(client: FlaskClient) -> None:
    assert said(client, "supportedLanguage") == {"SPARQL11Query", "SPARQLQuery"}
    assert said(client, "supportedVersion") == {"1.0", "1.1", "1.2"}
    assert said(client, "resultFormat") == TABLES | GRAPHS
    assert said(client, "inputFormat") == set()
    assert said(client, "feature") == {"UnionDefaultGraph"}
    assert said(client, "endpoint") == {"<http://localhost/sparql>"}
    assert said(client, "extensionFunction") == {
        f"<https://w3id.org/cppcc-graph/function#{name}>" for name in ("matches", "score")
    }


def test_a_server_that_takes_updates_says_so(bare: FlaskClient) -> None:
    assert said(bare, "supportedLanguage") == {"SPARQL11Query", "SPARQLQuery", "SPARQL11Update", "SPARQLUpdate"}
    assert said(bare, "inputFormat") == GRAPHS
    assert said(bare, "feature") == {"EmptyGraphs"}


def test_federation_is_claimed_only_where_other_endpoints_are_asked(store: EmbeddedStore) -> None:
    asking = create_app(Settings(service=("https://e.org/sparql",)), store).test_client()

    assert said(asking, "feature") == {"UnionDefaultGraph", "BasicFederatedQuery"}


def test_every_format_that_is_claimed_is_sent(client: FlaskClient) -> None:
    for query, formats in (("SELECT * {}", "json xml csv tsv"), ("DESCRIBE <x:x>", "turtle rdfxml jsonld trig nquads")):
        for name in formats.split():
            assert client.get("/sparql", query_string={"query": query, "format": name}).status_code == 200


def test_the_counts_are_those_of_the_data_now(bare: FlaskClient) -> None:
    assert said(bare, "name") == {"<x:g>"}
    assert '"2"' in bare.get("/sparql?format=ntriples").text

    bare.post("/sparql", data={"update": "INSERT DATA { GRAPH <x:h> { <x:s> <x:p> 1, 2, 3 } }"})

    assert said(bare, "name") == {"<x:g>", "<x:h>"}
    assert '"3"' in bare.get("/sparql?format=ntriples").text


def test_each_address_under_which_the_endpoint_is_asked_is_its_endpoint(client: FlaskClient) -> None:
    one = client.get("/sparql?format=ntriples", base_url="https://one.example")
    two = client.get("/sparql?format=ntriples", base_url="https://two.example")

    assert f"<{SD}endpoint> <https://one.example/sparql>" in one.text
    assert f"<{SD}endpoint> <https://two.example/sparql>" in two.text


def test_a_client_that_has_the_description_is_told_so(client: FlaskClient) -> None:
    first = client.get("/sparql", headers={"Accept": "text/turtle"})
    again = client.get("/sparql", headers={"Accept": "text/turtle", "If-None-Match": first.headers["ETag"]})
    other = client.get("/sparql", headers={"Accept": "text/*", "If-None-Match": '"other"'})

    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert (other.status_code, other.data) == (200, first.data)


def test_the_description_depends_on_accept_and_not_on_the_language(client: FlaskClient) -> None:
    answer = client.get("/sparql", headers={"Accept": "text/turtle", "Accept-Language": "zh"})

    assert set(answer.headers["Vary"].split(", ")) == {"Accept", "Accept-Encoding"}
    assert "Content-Language" not in answer.headers


def test_the_description_links_its_other_forms(client: FlaskClient) -> None:
    links = client.get("/sparql", headers={"Accept": "text/turtle"}).headers.getlist("Link")

    assert '</sparql?format=jsonld>; rel="alternate"; type="application/ld+json"' in links
    assert len(links) == 5


def test_head_tells_the_length_of_the_description(client: FlaskClient) -> None:
    whole = client.get("/sparql?format=turtle")
    head = client.head("/sparql?format=turtle")

    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == str(len(whole.data))


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_the_endpoint_says_what_the_query_method_takes(client: FlaskClient, method: str) -> None:
    answer = client.open("/sparql", method=method)

    assert answer.headers["Accept-Query"] == "application/sparql-query, application/x-www-form-urlencoded"
