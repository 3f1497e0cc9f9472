"""What every store promises (``store/base.py``), over each implementation."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.contract.conftest import ENGINES, ON_ENGINES
from tests.contract.workers import store_in_workers

from cppcc_graph.errors import (
    BadSyntax,
    ServiceRefused,
    StoreBusy,
    StoreUnavailable,
    TooComplex,
    UnknownGraph,
    UnsuitableFormat,
    UpdateRefused,
)
from cppcc_graph.formats import CSV, JSON, JSON_LD, N_TRIPLES, TSV, TURTLE, XML, ResultForm
from cppcc_graph.store.base import GraphSummary, QueryRequest, Store
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import BlankNode, Literal, NamedNode, Quad, Triple

A, B, C = NamedNode("x:a"), NamedNode("x:b"), NamedNode("x:c")
P = NamedNode("x:p")
ONE, TWO = Literal("1"), Literal("2")
COUNT = "SELECT (COUNT(*) AS ?n) "


@pytest.fixture(scope="module")
def in_workers() -> Iterator[Store]:
    with store_in_workers(is_merged=True) as made:
        yield made


@pytest.fixture(
    params=["memory", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("disk", "workers")), *ON_ENGINES]
)
def new_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    if request.param == "workers":
        made = request.getfixturevalue("in_workers")
        made.replace_graphs({graph.iri: [] for graph in made.graphs()})
        yield made
        return
    if request.param in ENGINES:
        yield request.getfixturevalue("remote_store")(request.param)
        return
    made = EmbeddedStore(None if request.param == "memory" else tmp_path / "store")
    yield made
    made.close()


@pytest.fixture
def store(new_store: Store) -> Store:
    """Two graphs that both state ``x:a x:p "1"``; four quads, three triples in all."""
    new_store.replace_graphs(
        {"x:g1": [Triple(A, P, ONE), Triple(B, P, ONE)], "x:g2": [Triple(A, P, ONE), Triple(C, P, TWO)]}
    )
    return new_store


def answered(store: Store, query: str, *formats, **dataset) -> str:
    return store.answer(QueryRequest(query=query, formats=formats or (CSV,), **dataset)).body.decode()


def number(store: Store, query: str, **dataset) -> int:
    return int(answered(store, query, **dataset).split()[1])


def test_a_new_store_is_empty(new_store):
    assert new_store.is_empty()
    assert new_store.graphs() == []
    assert list(new_store.quads()) == []
    assert answered(new_store, "ASK { ?s ?p ?o }", XML).endswith("<boolean>false</boolean></sparql>")


def test_graphs_are_listed_by_iri_with_their_triples(store):
    assert store.graphs() == [GraphSummary(iri="x:g1", n_triples=2), GraphSummary(iri="x:g2", n_triples=2)]


def test_a_triple_in_two_graphs_counts_once_in_the_default_graph(store):
    assert number(store, COUNT + "{ ?s ?p ?o }") == 3


def test_a_triple_in_two_graphs_counts_in_each_of_them(store):
    assert number(store, COUNT + "{ GRAPH ?g { ?s ?p ?o } }") == 4


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("FROM <x:g1> FROM <x:g2> { ?s ?p ?o }", 3),
        ("FROM <x:g1> FROM <x:g1> { ?s ?p ?o }", 2),
        ("FROM <x:g1> { ?s ?p ?o }", 2),
        ("FROM <x:g1> { GRAPH ?g { ?s ?p ?o } }", 0),
        ("FROM NAMED <x:g1> { ?s ?p ?o }", 0),
        ("FROM NAMED <x:g1> { GRAPH ?g { ?s ?p ?o } }", 2),
        ("FROM <x:g1> FROM <x:g2> FROM NAMED <x:g2> { ?a ?b ?c GRAPH ?g { ?s ?p ?o } }", 6),
        ("FROM <x:nowhere> { ?s ?p ?o }", 0),
    ],
)
def test_from_makes_a_set_of_the_named_graphs(store, query, expected):
    """SPARQL 1.1 Query, section 13.2: the default graph is the RDF merge of the graphs of the FROM clauses."""
    assert number(store, COUNT + query) == expected


def test_from_understands_prefixed_names_and_a_base(store):
    assert number(store, f"PREFIX e: <x:> {COUNT} FROM e:g1 FROM e:g2 {{ ?s ?p ?o }}") == 3
    assert number(store, f"BASE <x:> {COUNT} FROM <g1> {{ ?s ?p ?o }}") == 2


def test_graphs_in_the_request_win_over_from_in_the_query(store):
    """SPARQL 1.1 Protocol, section 2.1.4."""
    query = COUNT + "FROM <x:nowhere> { ?s ?p ?o }"

    assert number(store, query, default_graph_iris=("x:g1", "x:g2")) == 3
    assert number(store, query, named_graph_iris=("x:g1",)) == 0


def test_a_graph_name_in_the_request_must_be_an_absolute_iri(store):
    with pytest.raises(BadSyntax, match="<not an iri> is not an absolute IRI"):
        answered(store, "ASK {}", JSON, default_graph_iris=("not an iri",))


@pytest.mark.parametrize(
    ("query", "formats", "media_type", "form", "n_rows"),
    [
        ("SELECT * { ?s ?p ?o }", (), "application/sparql-results+json", ResultForm.SOLUTIONS, 3),
        ("SELECT * { ?s ?p ?o }", (XML,), "application/sparql-results+xml", ResultForm.SOLUTIONS, 3),
        ("SELECT * { ?s ?p ?o }", (CSV,), "text/csv", ResultForm.SOLUTIONS, 3),
        ("SELECT * { ?s ?p ?o }", (TSV,), "text/tab-separated-values", ResultForm.SOLUTIONS, 3),
        ("SELECT * { ?s ?p ?o }", (TURTLE, TSV), "text/tab-separated-values", ResultForm.SOLUTIONS, 3),
        ("SELECT * { ?s ?p 9 }", (JSON,), "application/sparql-results+json", ResultForm.SOLUTIONS, 0),
        ("SELECT * {}", (JSON,), "application/sparql-results+json", ResultForm.SOLUTIONS, 1),
        ("ASK {}", (CSV, XML), "application/sparql-results+xml", ResultForm.BOOLEAN, 1),
        ("CONSTRUCT WHERE { ?s ?p ?o }", (), "text/turtle", ResultForm.GRAPH, 3),
        ("CONSTRUCT { ?s <x:q> 1 } WHERE { ?s ?p ?o }", (JSON_LD,), "application/ld+json", ResultForm.GRAPH, 3),
        ("CONSTRUCT { <x:z> <x:q> 1 } WHERE { ?s ?p ?o }", (TURTLE,), "text/turtle", ResultForm.GRAPH, 1),
        ("DESCRIBE <x:a>", (N_TRIPLES,), "application/n-triples", ResultForm.GRAPH, 1),
    ],
)
def test_an_answer_tells_its_form_and_takes_the_first_format_that_can_hold_it(
    store, query, formats, media_type, form, n_rows
):
    answer = store.answer(QueryRequest(query=query, formats=formats))

    assert (answer.media_type, answer.form, answer.n_rows) == (media_type, form, n_rows)


def test_csv_ends_its_lines_with_crlf_and_tsv_writes_terms(store):
    """SPARQL 1.1 CSV and TSV, sections 3.1 and 4."""
    query = 'SELECT ?x ("a,b" AS ?y) { VALUES ?x { <x:a> } }'

    assert answered(store, query, CSV) == 'x,y\r\nx:a,"a,b"\r\n'
    assert answered(store, query, TSV) == '?x\t?y\n<x:a>\t"a,b"\n'


def test_a_yes_or_no_does_not_go_into_csv(store):
    with pytest.raises(UnsuitableFormat, match="a yes or no, which csv cannot hold; use one of: json, xml"):
        answered(store, "ASK {}", CSV)


def test_turtle_declares_the_prefixes_that_occur_and_no_others(store):
    query = "CONSTRUCT { <x:a> a <https://w3id.org/cppcc-graph/ontology#Report> } WHERE {}"

    assert answered(store, query, TURTLE) == (
        "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
        "@prefix cppcc: <https://w3id.org/cppcc-graph/ontology#> .\n"
        "<x:a> a cppcc:Report .\n"
    )


@pytest.mark.parametrize(
    ("error", "query", "place"),
    [
        (BadSyntax, "SELECT * {\n ?s ?p ;; }", (2, 8)),
        (BadSyntax, "SELECT * { ?s ?p ?o ", (1, 10)),
        (UpdateRefused, "PREFIX e: <x:>\nINSERT DATA { e:a e:b 1 }", (2, 1)),
        (ServiceRefused, "SELECT * { SERVICE <http://127.0.0.1:9/> {} }", (1, 12)),
        (TooComplex, f"SELECT * {{ FILTER({'(' * 5000}1{')' * 5000}) }}", (1, 145)),
    ],
)
def test_a_query_is_refused_with_its_place(store, error, query, place):
    with pytest.raises(error) as refused:
        answered(store, query, JSON)

    assert (refused.value.line, refused.value.column) == place


def test_an_escaped_character_is_that_character(store):
    """SPARQL 1.1 Query, section 19.2."""
    query = r"SELECT (STRLEN('\u653F\u0027\u005C\u000A') AS ?n) FROM <x:\u00671> {}"

    assert number(store, query) == 4


def test_an_unknown_function_is_named(store):
    with pytest.raises(BadSyntax, match="the function <x:f> does not exist here"):
        answered(store, "SELECT (<x:f>(1) AS ?y) {}", JSON)


def test_our_own_queries_take_bound_values_and_give_terms(store):
    [solution] = store.select("SELECT ?s ?o { ?s ?p ?o }", s=C)

    assert solution["o"] == TWO
    assert store.construct("CONSTRUCT { ?s ?p 'x' } WHERE { ?s ?p ?o }", s=C) == [Triple(C, P, Literal("x"))]
    assert store.ask("ASK { ?s ?p ?o }", s=C)


def test_replacing_a_graph_takes_its_old_triples_out_of_the_default_graph(store):
    store.replace_graph("x:g1", [Triple(C, P, ONE)])

    assert set(store.quads("x:g1")) == {Quad(C, P, ONE, NamedNode("x:g1"))}
    assert number(store, COUNT + "{ ?s ?p ?o }") == 3
    assert not store.ask("ASK { <x:b> ?p ?o }")


def test_a_triple_stays_in_the_default_graph_while_another_graph_has_it(store):
    store.replace_graph("x:g1", [])

    assert store.graphs() == [GraphSummary(iri="x:g2", n_triples=2)]
    assert store.ask("ASK { <x:a> <x:p> '1' }")


def test_several_graphs_are_replaced_together(store):
    store.replace_graphs({"x:g1": [Triple(B, P, TWO)], "x:g3": [Triple(B, P, TWO)], "x:g2": []})

    assert [graph.iri for graph in store.graphs()] == ["x:g1", "x:g3"]
    assert number(store, COUNT + "{ ?s ?p ?o }") == 1
    assert number(store, COUNT + "FROM <x:g1> FROM <x:g3> { ?s ?p ?o }") == 1


def test_a_bad_graph_name_changes_nothing(store):
    before = store.version()

    with pytest.raises(BadSyntax):
        store.replace_graphs({"x:g1": [], "no iri": [Triple(A, P, ONE)]})

    assert store.version() == before


@pytest.mark.parametrize("text", ['"', "\\", "\n\t\r", "'''", "政协", "\u0000", "}", "# no comment", "\\u0041"])
def test_any_text_survives_a_replacement(store, text):
    store.replace_graph("x:g1", [Triple(A, P, Literal(text, language="zh"))])

    assert [quad.object for quad in store.quads("x:g1")] == [Literal(text, language="zh")]


@pytest.mark.parametrize(
    ("text", "datatype", "expected"),
    [
        ("12", "integer", "12"),
        ("-7", "integer", "-7"),
        ("13.50", "decimal", "13.5"),
        ("13.0", "decimal", "13"),
        ("100", "decimal", "100"),
        ("0.05", "decimal", "0.05"),
        ("true", "boolean", "true"),
        ("false", "boolean", "false"),
        ("2024-05-01", "date", "2024-05-01"),
        ("2024", "gYear", "2024"),
        ("2024-05", "gYearMonth", "2024-05"),
        ("2024-05-01T08:00:00+08:00", "dateTime", "2024-05-01T08:00:00+08:00"),
        ("https://example.org/", "anyURI", "https://example.org/"),
    ],
)
def test_values_come_back_in_their_canonical_form(store, text, datatype, expected):
    kind = NamedNode(f"http://www.w3.org/2001/XMLSchema#{datatype}")
    store.replace_graph("x:g1", [Triple(A, P, Literal(text, datatype=kind))])
    value = Literal(expected, datatype=kind)

    assert [row["o"] for row in store.select("SELECT ?o { GRAPH <x:g1> { ?s ?p ?o } }")] == [value]
    assert store.construct("CONSTRUCT { ?s ?p ?o } WHERE { GRAPH <x:g1> { ?s ?p ?o } }") == [Triple(A, P, value)]
    assert [quad.object for quad in store.quads("x:g1")] == [value]
    assert store.ask("ASK { ?s ?p ?o }", o=value)


def test_blank_nodes_of_a_graph_stay_together_in_the_default_graph(store):
    node = BlankNode("n")
    store.replace_graph("x:g1", [Triple(A, P, node), Triple(node, P, ONE)])

    assert number(store, COUNT + "{ <x:a> <x:p> ?node . ?node <x:p> '1' }") == 1
    assert number(store, COUNT + "{ GRAPH <x:g1> { <x:a> <x:p> ?node . ?node <x:p> '1' } }") == 1


def test_the_version_is_that_of_the_contents_and_not_of_their_history(store):
    before = store.version()
    store.replace_graph("x:g1", [Triple(A, P, TWO)])
    changed = store.version()
    store.replace_graph("x:g1", [Triple(B, P, ONE), Triple(A, P, ONE)])

    assert changed != before
    assert store.version() == before
    assert len(before) == 64


def test_the_version_does_not_depend_on_the_labels_of_blank_nodes(new_store):
    versions = set()
    for label in ("one", "two"):
        new_store.replace_graph("x:g", [Triple(A, P, BlankNode(label))])
        versions.add(new_store.version())

    assert len(versions) == 1


def test_every_kind_of_store_gives_the_same_version_to_the_same_quads(store):
    assert store.version() == "227e4e7a9ca9500b7ef0ba27382994b7329d0234e10b05fd233a8caf7fd034af"


def test_an_unknown_graph_is_named(store):
    with pytest.raises(UnknownGraph, match="the dataset has no named graph <x:nowhere>"):
        list(store.quads("x:nowhere"))


def test_a_store_on_disk_says_the_same_after_it_was_closed(tmp_path):
    store = EmbeddedStore(tmp_path / "store")
    store.replace_graph("x:g", [Triple(A, P, ONE)])
    before = store.version()
    store.close()
    again = EmbeddedStore(tmp_path / "store")

    assert again.version() == before
    again.close()


def test_a_second_opener_is_told_that_the_store_is_in_use(tmp_path):
    store = EmbeddedStore(tmp_path / "store")

    with pytest.raises(StoreUnavailable, match="in use by another process"):
        EmbeddedStore(tmp_path / "store")
    store.close()


def test_a_folder_with_other_files_is_not_made_a_store(tmp_path):
    (tmp_path / "thesis.txt").write_text("precious")

    with pytest.raises(StoreUnavailable, match=r"is not a store: it holds other files \(thesis.txt"):
        EmbeddedStore(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_is_not_a_store(tmp_path):
    (tmp_path / "store").write_text("")

    with pytest.raises(StoreUnavailable, match="is a file, but a store is a folder"):
        EmbeddedStore(tmp_path / "store")


def test_a_damaged_store_is_named(tmp_path):
    EmbeddedStore(tmp_path / "store").close()
    (tmp_path / "store" / "CURRENT").write_text("nonsense")

    with pytest.raises(StoreUnavailable, match="is damaged"):
        EmbeddedStore(tmp_path / "store")


def contents(value: int) -> dict[str, list[Triple]]:
    triples = [Triple(NamedNode(f"x:s{i}"), P, Literal(value)) for i in range(200)]
    return {"x:g1": triples, "x:g2": triples[:1]}


def values(store: Store) -> set[str]:
    """Everything that the default graph and the named graphs say, in one answer; waits while the store is busy."""
    while True:
        with suppress(StoreBusy):
            rows = answered(store, "SELECT DISTINCT ?o { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }").split()
            return set(rows[1:])


def test_a_reader_sees_the_old_or_the_new_graphs_and_never_a_mixture(store):
    store.replace_graphs(contents(0))
    seen: list[set[str]] = []
    writing = threading.Thread(target=lambda: [store.replace_graphs(contents(n)) for n in range(1, 20)])
    writing.start()
    while writing.is_alive():
        seen.append(values(store))
    writing.join()

    assert {len(found) for found in seen} == {1}
    assert len({min(found) for found in seen}) > 1


WRITE_FOR_EVER = """
import itertools, pathlib, sys
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import Literal, NamedNode, Triple
store = EmbeddedStore(pathlib.Path(sys.argv[1]))
for n in itertools.count():
    triples = [Triple(NamedNode(f"x:s{i}"), NamedNode("x:p"), Literal(n)) for i in range(500)]
    store.replace_graphs({"x:g1": triples, "x:g2": triples[:1]})
    print(n, flush=True)
"""


@pytest.mark.slow
@pytest.mark.parametrize("delay_s", [0.0, 0.01, 0.02, 0.03, 0.05])
def test_a_killed_writer_leaves_the_old_or_the_new_graphs(tmp_path, delay_s):
    folder = tmp_path / "store"
    with subprocess.Popen([sys.executable, "-c", WRITE_FOR_EVER, folder], stdout=subprocess.PIPE) as writer:
        for _ in range(3):
            writer.stdout.readline()
        time.sleep(delay_s)
        writer.kill()
    store = EmbeddedStore(folder)

    assert len(values(store)) == 1
    assert [graph.n_triples for graph in store.graphs()] == [500, 1]
    store.close()
