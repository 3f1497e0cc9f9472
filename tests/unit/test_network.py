"""Networks as programs for them read them: the nodes and edges that queries count, with labels, types and values."""

import csv
import io
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import igraph
import networkx as nx
import pyoxigraph
import pytest
import xmlschema

from cppcc_graph.formats import GEXF, GRAPHML, LISTS, Format, write_graph
from cppcc_graph.store.base import QueryRequest
from cppcc_graph.store.embedded import EmbeddedStore

SCHEMAS = Path(__file__).parents[3] / "shared" / "schemas" / "gexf-1.3"
EVERYTHING = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
N_NODES = "SELECT (COUNT(DISTINCT ?n) AS ?n_) { { ?n ?p ?o } UNION { ?s ?p ?n FILTER(!isLiteral(?n)) } }"
N_EDGES = """
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
SELECT (COUNT(*) AS ?n_) { ?s ?p ?o FILTER(!isLiteral(?o) && ?p != rdf:type) }
"""
TINY = """
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix cppcc: <https://w3id.org/cppcc-graph/ontology#> .
@prefix ex: <http://example.org/> .
ex:a a cppcc:Report ; rdfs:label "甲 <&>\\""@zh , "A"@en ; cppcc:value 2.5 ;
    ex:note "one" , "two" ; cppcc:runBy ex:b , _:c .
ex:b rdfs:label "乙\\r\\nb"@zh ; cppcc:value 3 ; <http://example.com/note> "else" ; ex:odd "a\\u0001b\\uFFFF" .
cppcc:runBy rdfs:label "由…开展"@zh .
"""


def written(turtle: str, form: Format) -> bytes:
    return write_graph([quad.triple for quad in pyoxigraph.parse(turtle, pyoxigraph.RdfFormat.TURTLE)], form)


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    for form in (GEXF, GRAPHML):
        (tmp_path / f"tiny.{form.extension}").write_bytes(written(TINY, form))
    return tmp_path


def nodes_of(graph: nx.MultiDiGraph, key: str) -> dict[str, dict[str, object]]:
    return {told[key]: told for _name, told in graph.nodes(data=True) if key in told}


def test_networkx_reads_graphml_with_labels_types_weights_and_values(tiny: Path) -> None:
    graph = nx.read_graphml(tiny / "tiny.graphml", force_multigraph=True)
    known = nodes_of(graph, "iri")
    first = known["http://example.org/a"]

    assert (first["label"], first["label_en"], first["type"]) == ('甲 <&>"', "A", "cppcc:Report")
    assert first["cppcc:value"] == 2.5
    assert set(first["http://example.org/note"].split(" | ")) == {"one", "two"}
    assert known["http://example.org/b"]["http://example.com/note"] == "else"
    assert {(told["label"], told["weight"]) for *_ends, told in graph.edges(data=True)} == {("由…开展", 1.0)}


def test_networkx_reads_gexf_with_iris_as_identifiers(tiny: Path) -> None:
    graph = nx.read_gexf(tiny / "tiny.gexf", version="1.3")

    assert graph.nodes["http://example.org/a"]["label"] == '甲 <&>"'
    assert graph.nodes["http://example.org/b"]["cppcc:value"] == 3.0
    assert graph.nodes["http://example.org/b"]["label"] == "乙\r\nb"
    assert {told["weight"] for *_ends, told in graph.edges(data=True)} == {1.0}


def test_a_character_that_no_xml_can_hold_leaves_a_mark(tiny: Path) -> None:
    for name in ("tiny.graphml", "tiny.gexf"):
        ET.parse(tiny / name)  # written here
    graph = nx.read_gexf(tiny / "tiny.gexf", version="1.3")

    assert graph.nodes["http://example.org/b"]["http://example.org/odd"] == "a\ufffdb\ufffd"


def test_yed_finds_labels_where_it_looks(tiny: Path) -> None:
    drawn = ET.parse(tiny / "tiny.graphml").findall(".//{http://www.yworks.com/xml/graphml}NodeLabel")

    assert '甲 <&>"' in {label.text for label in drawn}


def test_nothing_is_a_network_too(tmp_path: Path) -> None:
    (tmp_path / "none.gexf").write_bytes(written("", GEXF))
    (tmp_path / "none.graphml").write_bytes(written("", GRAPHML))

    assert nx.read_gexf(tmp_path / "none.gexf", version="1.3").number_of_nodes() == 0
    assert igraph.Graph.Read_GraphML(str(tmp_path / "none.graphml")).vcount() == 0


@pytest.fixture(scope="module")
def counted(published: EmbeddedStore) -> tuple[int, int]:
    """How many nodes and edges queries count in the published data."""
    n_nodes, n_edges = (int(published.select(query)[0]["n_"].value) for query in (N_NODES, N_EDGES))
    assert n_nodes > 2_000
    return n_nodes, n_edges


@pytest.fixture(scope="module")
def files(published: EmbeddedStore, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("networks")
    for form in (GEXF, GRAPHML, LISTS):
        answer = published.answer(QueryRequest(query=EVERYTHING, formats=(form,)))
        (folder / f"all.{form.extension}").write_bytes(answer.body)
    return folder


def test_the_whole_graph_has_the_nodes_and_edges_that_queries_count(files: Path, counted: tuple[int, int]) -> None:
    gexf = nx.read_gexf(files / "all.gexf", version="1.3")
    graphml = nx.read_graphml(files / "all.graphml", force_multigraph=True)
    by_igraph = igraph.Graph.Read_GraphML(str(files / "all.graphml"))

    assert (gexf.number_of_nodes(), gexf.number_of_edges()) == counted
    assert (graphml.number_of_nodes(), graphml.number_of_edges()) == counted
    assert (by_igraph.vcount(), by_igraph.ecount()) == counted
    assert all(by_igraph.vs["label"])


def test_the_lists_have_a_row_for_each_node_and_edge(files: Path, counted: tuple[int, int]) -> None:
    with zipfile.ZipFile(files / "all.zip") as archive:
        nodes, edges = (
            list(csv.DictReader(io.StringIO(archive.read(name).decode(), newline="")))
            for name in ("nodes.csv", "edges.csv")
        )

    assert (len(nodes), len(edges)) == counted
    assert {edge["Source"] for edge in edges} | {edge["Target"] for edge in edges} <= {node["Id"] for node in nodes}
    assert {(edge["Type"], edge["Weight"]) for edge in edges} == {("Directed", "1.0")}


@pytest.mark.slow
def test_gexf_is_valid(files: Path, tiny: Path) -> None:
    schema = xmlschema.XMLSchema(SCHEMAS / "gexf.xsd")

    schema.validate(tiny / "tiny.gexf")
    schema.validate(files / "all.gexf")
