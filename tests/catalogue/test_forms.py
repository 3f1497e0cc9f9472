"""The same data in every form: no quad is lost, and the tables say what the graph says."""

import csv
import hashlib
import io
import json
import zipfile

import pytest
from csvw import CSVW
from pyoxigraph import RdfFormat, parse

from cppcc_graph.settings import Settings
from cppcc_graph.store.columns import TABLES
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import BlankNode, DefaultGraph, Literal, NamedNode, Triple
from cppcc_graph.web import create_app

BASE = "https://w3id.org/cppcc-graph/"
FORMATS = {"all.trig": RdfFormat.TRIG, "all.jsonld": RdfFormat.JSON_LD, "all.nq": RdfFormat.N_QUADS}


@pytest.fixture(scope="module")
def client(published):
    return create_app(Settings(), published).test_client()


@pytest.fixture(scope="module")
def lines(client):
    return set(parse(client.get("/dumps/all.nq").data, format=RdfFormat.N_QUADS))


@pytest.fixture(scope="module")
def folder(client, tmp_path_factory):
    """The tables, unpacked."""
    path = tmp_path_factory.mktemp("tables")
    with zipfile.ZipFile(io.BytesIO(client.get("/dumps/tables.csv.zip").data)) as package:
        assert package.testzip() is None
        package.extractall(path)
    return path


def client_over(*triples):
    store = EmbeddedStore()
    store.replace_graph("x:g", triples)
    return create_app(Settings(), store).test_client()


def table_of(client, name):
    """A table's rows, and what the metadata say of its columns."""
    with zipfile.ZipFile(io.BytesIO(client.get("/dumps/tables.csv.zip").data)) as package:
        rows = list(csv.DictReader(io.StringIO(package.read(f"{name}.csv").decode(), newline="")))
        told = json.loads(package.read("csv-metadata.json"))
    [table] = [table for table in told["tables"] if table["url"] == f"{name}.csv"]
    return rows, {column["name"]: column for column in table["tableSchema"]["columns"]}


@pytest.mark.parametrize("name", FORMATS)
def test_a_form_with_graphs_has_every_quad(client, lines, name):
    assert set(parse(client.get(f"/dumps/{name}").data, format=FORMATS[name])) == lines


def test_turtle_has_every_triple(client, lines):
    told = {quad.triple for quad in parse(client.get("/dumps/all.ttl").data, format=RdfFormat.TURTLE)}

    assert told == {quad.triple for quad in lines}


def test_blank_nodes_stay_the_same_nodes_across_graphs():
    store, node = EmbeddedStore(), BlankNode("n")
    says = NamedNode("x:says")
    store.replace_graphs({f"x:{n}": [Triple(node, says, Literal(n))] for n in ("one", "two")})
    client = create_app(Settings(), store).test_client()
    for name, known in FORMATS.items():
        quads = list(parse(client.get(f"/dumps/{name}").data, format=known))
        assert len(quads) == 2
        assert len({quad.subject for quad in quads}) == 1


@pytest.mark.parametrize("name", [*FORMATS, "all.ttl", "tables.csv.zip", "all.nq.gz"])
def test_equal_data_give_equal_bytes(published, name):
    other, graphs = EmbeddedStore(), {}
    for quad in reversed(list(published.quads())):
        graphs.setdefault(quad.graph_name.value, []).append(quad.triple)
    other.replace_graphs(dict(reversed(graphs.items())))
    digests = {
        hashlib.sha256(create_app(Settings(), store).test_client().get(f"/dumps/{name}").data).hexdigest()
        for store in (published, other)
    }

    assert len(digests) == 1


def test_what_a_form_cannot_hold_is_refused_in_words():
    said = Triple(NamedNode("x:s"), NamedNode("x:p"), NamedNode("x:o"))
    client = client_over(Triple(NamedNode("x:a"), NamedNode("x:says"), said))
    answer = client.get("/dumps/all.jsonld")

    assert (answer.status_code, answer.mimetype) == (406, "application/problem+json")
    assert client.get("/dumps/all.trig").status_code == 200


# --- tables ---------------------------------------------------------------------------------------


def test_the_tables_are_valid_by_their_metadata(folder):
    tables = CSVW(str(folder / "csv-metadata.json"), validate=True)

    assert tables.is_valid
    assert {str(table.url) for table in tables.tables} == {f"{table.name}.csv" for table in TABLES}


def values_in(cell, separator):
    return cell.split(separator) if separator else [cell]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_has_a_row_for_each_thing_and_every_value_of_its_columns(folder, lines, table):
    """Compared with the quads themselves, without a query."""
    triples = {quad.triple for quad in lines}
    below = {table.of}
    while (
        more := {
            t.subject.value
            for t in triples
            if t.predicate.value.endswith("#subClassOf") and getattr(t.object, "value", None) in below
        }
        - below
    ):
        below |= more
    things = {t.subject for t in triples if t.predicate.value.endswith("#type") and t.object.value in below}
    told = json.loads((folder / "csv-metadata.json").read_text(encoding="utf-8"))
    [schema] = [known["tableSchema"] for known in told["tables"] if known["url"] == f"{table.name}.csv"]
    separators = {column["name"]: column.get("separator") for column in schema["columns"]}
    with (folder / f"{table.name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    in_table = {
        (row["id"], column.prop, column.language, value)
        for row in rows
        for column in table.columns
        for value in values_in(row[column.name], separators[column.name])
        if value
    }
    wanted = {(column.prop, column.language) for column in table.columns}
    in_graph = {
        (t.subject.value, t.predicate.value, language, t.object.value)
        for t in triples
        for language in ("", getattr(t.object, "language", None) or "")
        if t.subject in things and (t.predicate.value, language) in wanted
    }

    assert [row["id"] for row in rows] == sorted(thing.value for thing in things)
    assert in_table == in_graph


def test_numbers_and_dates_are_told_to_be_such(client):
    _rows, figures = table_of(client, "figures")
    _rows, evidence = table_of(client, "evidence")
    _rows, reports = table_of(client, "reports")

    assert (figures["value"]["datatype"], figures["label_zh"]["lang"]) == ("decimal", "zh")
    assert (evidence["start"]["datatype"], evidence["words"]["datatype"]) == ("integer", "string")
    assert (reports["issued"]["datatype"], reports["source"]["datatype"]) == ("date", "anyURI")


def test_a_column_with_other_values_than_expected_says_so():
    of_a_person = [NamedNode("x:p"), NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")]
    label = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    names = ["one|two", 'with "quotes", commas\r\nand lines', "=1+1"]
    client = client_over(
        Triple(*of_a_person, NamedNode("http://xmlns.com/foaf/0.1/Person")),
        *(Triple(of_a_person[0], label, Literal(name, language="en")) for name in names),
    )
    [row], columns = table_of(client, "people")

    assert columns["label_en"]["separator"] == "¦"
    assert sorted(row["label_en"].split("¦")) == sorted(names)


def test_an_empty_store_has_empty_tables():
    client = create_app(Settings(), EmbeddedStore()).test_client()
    rows, columns = table_of(client, "figures")

    assert (rows, columns["id"]["datatype"]) == ([], "anyURI")
    assert client.get("/dumps/all.ttl").status_code == 200
    assert list(parse(client.get("/dumps/all.trig").data, format=RdfFormat.TRIG)) == []


def test_a_default_graph_of_its_own_is_dumped_too():
    store = EmbeddedStore(is_merged=False)
    client = create_app(
        Settings(empty=True, default_graph="separate", shapes="none", writable=True, no_auth=True), store
    ).test_client()
    client.post("/sparql", data={"update": "INSERT DATA { <x:a> <x:p> 1 . GRAPH <x:g> { <x:b> <x:p> 2 } }"})
    quads = list(parse(client.get("/dumps/all.trig").data, format=RdfFormat.TRIG))

    assert {quad.graph_name for quad in quads} == {NamedNode("x:g"), DefaultGraph()}
