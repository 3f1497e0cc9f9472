"""What lies around a thing, for programs that draw it, and the whole graph as files for them."""

import io

import networkx as nx
import pytest
from flask.testing import FlaskClient

COMMITTEE = "https://w3id.org/cppcc-graph/id/organisation/cppcc-hengyang"
COUNT = """
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
SELECT (COUNT(*) AS ?n) {
  { <%(iri)s> ?p ?o FILTER(isIRI(?o) && ?p != rdf:type) }
  UNION { ?o ?p <%(iri)s> FILTER(isIRI(?o) && ?p NOT IN (rdf:type, rdf:subject, rdf:predicate, rdf:object)) }
}"""


def around(client: FlaskClient, **fields: str) -> dict:
    response = client.get("/explore/data", query_string={"iri": COMMITTEE, **fields})
    assert response.status_code == 200, response.text
    return response.json


def test_a_thing_has_its_links_with_names_classes_and_evidence(published_client: FlaskClient) -> None:
    told = around(published_client, limit="500")
    first = told["nodes"][0]
    leads = [edge for edge in told["edges"] if edge["predicate"].endswith("#runBy")]

    assert first["id"] == COMMITTEE
    assert first["labels"]["zh"] == "中国人民政治协商会议衡阳市委员会"
    assert first["href"] == "/id/organisation/cppcc-hengyang"
    assert any(kind.endswith("#Committee") for kind in first["types"])
    assert leads
    assert all(edge["evidence"] and edge["labels"].keys() == {"zh", "en"} for edge in leads)
    assert {end for edge in told["edges"] for end in (edge["source"], edge["target"])} <= {
        node["id"] for node in told["nodes"]
    }


def test_pages_together_hold_every_link_once(published_client: FlaskClient) -> None:
    counted = published_client.get("/sparql", query_string={"query": COUNT % {"iri": COMMITTEE}, "format": "csv"})
    told = around(published_client, limit="60")
    edges = told["edges"]
    while told["next"]:
        told = published_client.get(told["next"]).json
        edges += told["edges"]
    different = {(edge["source"], edge["predicate"], edge["target"]) for edge in edges}

    assert len(edges) == len(different) == told["total"] == int(counted.text.split()[1])


def test_a_figure_stands_on_its_own_evidence(published_client: FlaskClient) -> None:
    told = around(published_client, limit="500")
    figures = [edge for edge in told["edges"] if edge["predicate"].endswith("#reportedBody")]

    assert figures
    assert all(edge["evidence"][0]["node"] == edge["source"] for edge in figures)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 400),
        ({"iri": ""}, 400),
        ({"iri": "no iri"}, 400),
        ({"iri": "http://example.org/> } DROP"}, 400),
        ({"iri": "http://example.org/unknown"}, 404),
        ({"iri": COMMITTEE, "limit": "501"}, 400),
        ({"iri": COMMITTEE, "offset": "-1"}, 400),
        ({"iri": [COMMITTEE, COMMITTEE]}, 400),
    ],
)
def test_what_cannot_be_told_is_refused_in_words(
    published_client: FlaskClient, fields: dict[str, str], status: int
) -> None:
    response = published_client.get("/explore/data", query_string=fields)

    assert response.status_code == status
    assert response.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    ("form", "media_type"),
    [("graphml", "application/graphml+xml"), ("gexf", "application/gexf+xml"), ("zip", "application/zip")],
)
def test_the_whole_graph_is_a_file_to_open(client: FlaskClient, form: str, media_type: str) -> None:
    response = client.get(f"/explore/graph.{form}")

    assert response.mimetype == media_type
    assert response.headers["Content-Disposition"] == f'attachment; filename="cppcc-graph.{form}"'
    assert client.get(f"/explore/graph.{form}", headers={"If-None-Match": response.headers["ETag"]}).status_code == 304


def test_a_query_makes_a_network_of_its_own(published_client: FlaskClient) -> None:
    query = """
    PREFIX cppcc: <https://w3id.org/cppcc-graph/ontology#>
    PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
    CONSTRUCT { ?programme cppcc:runBy ?owner . ?programme rdfs:label ?name . ?owner rdfs:label ?label }
    WHERE { ?programme cppcc:runBy ?owner ; rdfs:label ?name . ?owner rdfs:label ?label }"""
    response = published_client.post("/sparql", data={"query": query}, headers={"Accept": "application/graphml+xml"})
    graph = nx.read_graphml(io.BytesIO(response.data), force_multigraph=True)

    assert graph.number_of_edges() > 20
    assert all(told["label"] for _node, told in graph.nodes(data=True))
