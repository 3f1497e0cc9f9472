"""What a store with a separate default graph promises: SPARQL Update and whole graphs, all or nothing."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.contract.workers import store_in_workers

from cppcc_graph.errors import (
    BadSyntax,
    CppccError,
    LoadRefused,
    Outdated,
    ReadOnly,
    ServiceRefused,
    TooComplex,
    UpdateFailed,
    UpdateRefused,
)
from cppcc_graph.formats import CSV, JSON_LD, N_QUADS, N_TRIPLES, RDF_XML, TURTLE, Format
from cppcc_graph.store.base import Document, GraphSummary, GraphWrite, QueryRequest, Store, UpdateRequest
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.writes import Expectation
from cppcc_graph.terms import Literal, NamedNode, Quad, Triple

START = """
    INSERT DATA {
      <x:d> <x:p> 0 .
      GRAPH <x:g1> { <x:a> <x:p> 1 , 2 }
      GRAPH <x:g2> { <x:a> <x:p> 1 . <x:b> <x:p> 3 }
    }"""
XML = """<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="x:">
    <r:Description r:about="x:s"><e:p r:datatype="http://www.w3.org/2001/XMLSchema#integer">1</e:p></r:Description>
    </r:RDF>"""
COUNT_ALL = "WHERE { SELECT (COUNT(*) AS ?n) { ?s ?p ?o } }"


@pytest.fixture(scope="module")
def in_workers() -> Iterator[Store]:
    with store_in_workers(is_merged=False) as made:
        yield made


@pytest.fixture(params=["memory", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("disk", "workers"))])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """One triple in the default graph, two in each of two named graphs that share one."""
    if request.param == "workers":
        kept = request.getfixturevalue("in_workers")
        update(kept, "DROP ALL;" + START)
        yield kept
        return
    made = EmbeddedStore(None if request.param == "memory" else tmp_path / "store", is_merged=False)
    update(made, START)
    yield made
    if request.param == "disk":
        made.close()


def update(store: Store, text: str, **dataset) -> None:
    store.update(UpdateRequest(update=text, **dataset))


def number(store: Store, query: str, **dataset) -> int:
    answer = store.answer(QueryRequest(query=query, formats=(CSV,), **dataset))
    return int(answer.body.split()[1])


def document(content: str | bytes, rdf_format: Format = TURTLE) -> Document:
    return Document(content=content.encode() if isinstance(content, str) else content, format=rdf_format)


def put(store: Store, graph_iri: str | None, *contents: str) -> bool:
    documents = tuple(map(document, contents))
    return store.write_graph(GraphWrite(graph_iri=graph_iri, documents=documents, is_replacing=True))


def post(store: Store, graph_iri: str | None, *contents: str) -> bool:
    documents = tuple(map(document, contents))
    return store.write_graph(GraphWrite(graph_iri=graph_iri, documents=documents, is_replacing=False))


def test_the_default_graph_holds_nothing_of_the_named_graphs(store):
    assert number(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == 1
    assert number(store, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }") == 4


def test_all_quads_include_those_of_the_default_graph(store):
    assert len(list(store.quads())) == 5
    assert Quad(NamedNode("x:d"), NamedNode("x:p"), Literal(0)) in set(store.quads())


def test_from_makes_a_set_of_the_named_graphs(store):
    assert number(store, "SELECT (COUNT(*) AS ?n) FROM <x:g1> FROM <x:g2> { ?s ?p ?o }") == 3


def test_an_empty_named_graph_is_a_graph_of_the_store(store):
    update(store, "CREATE GRAPH <x:e>; CLEAR GRAPH <x:g1>")

    assert store.graphs() == [
        GraphSummary(iri="x:e", n_triples=0),
        GraphSummary(iri="x:g1", n_triples=0),
        GraphSummary(iri="x:g2", n_triples=2),
    ]
    assert list(store.quads("x:e")) == []


def test_a_store_is_empty_when_it_has_no_quad_and_no_graph(store):
    update(store, "DROP ALL; CREATE GRAPH <x:e>")
    assert not store.is_empty()

    update(store, "DROP ALL")
    assert store.is_empty()


def test_every_write_gives_a_version_that_was_never_there(store):
    versions = [store.version()]
    for text in ("CLEAR ALL", START, "INSERT DATA {}"):
        update(store, text)
        versions.append(store.version())
    put(store, "x:g1", "<x:a> <x:b> 1 .")
    versions.append(store.version())

    assert len(set(versions)) == 5
    assert store.version() == versions[-1]


def test_a_failed_write_leaves_the_version(store):
    before = store.version()
    with pytest.raises(UpdateFailed):
        update(store, "CLEAR ALL; CREATE GRAPH <x:new>; CREATE GRAPH <x:new>")

    assert store.version() == before


@pytest.mark.parametrize(
    "expected",
    [
        Expectation(version="an older one"),
        Expectation(only_if_new="x:g1"),
        Expectation(only_if_there="x:nowhere"),
    ],
)
def test_a_write_for_other_data_than_these_changes_nothing(store, expected):
    before = store.version()
    with pytest.raises(Outdated):
        store.update(UpdateRequest(update="DROP ALL", expected=expected))
    with pytest.raises(Outdated):
        store.write_graph(GraphWrite(graph_iri="x:g1", documents=(), is_replacing=True, expected=expected))

    assert (store.version(), len(list(store.quads()))) == (before, 5)


def test_of_two_writes_for_the_same_data_one_is_carried_out(store):
    expected = Expectation(version=store.version())
    outcomes = []

    def write(n: int) -> None:
        try:
            update(store, f"INSERT DATA {{ <x:n> <x:n> {n} }}", expected=expected)
            outcomes.append("done")
        except Outdated:
            outcomes.append("outdated")

    writers = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert sorted(outcomes) == ["done"] + ["outdated"] * 5
    assert number(store, "SELECT (COUNT(*) AS ?n) { <x:n> ?p ?o }") == 1


@pytest.mark.parametrize(
    "failing",
    ["DROP GRAPH <x:nowhere>", "CREATE GRAPH <x:g1>", "INSERT { ?s ?p ?z } WHERE { ?s ?p ?o BIND(<x:f>(1) AS ?z) }"],
)
def test_an_update_that_fails_at_its_end_changes_nothing(store, failing):
    before = set(store.quads())
    with pytest.raises(CppccError):
        update(store, f"INSERT DATA {{ <x:z> <x:z> <x:z> }}; DELETE WHERE {{ GRAPH ?g {{ ?s ?p 1 }} }}; {failing}")

    assert set(store.quads()) == before


def test_a_missing_graph_is_named(store):
    with pytest.raises(UpdateFailed, match="the graph <x:nowhere> does not exist; nothing was changed"):
        update(store, "DROP GRAPH <x:nowhere>")


@pytest.mark.parametrize(
    ("text", "dataset", "expected"),
    [
        (f"INSERT {{ <x:n> <x:is> ?n }} {COUNT_ALL}", {"using_graph_iris": ("x:g1",)}, 2),
        (f"INSERT {{ <x:n> <x:is> ?n }} {COUNT_ALL}", {"using_graph_iris": ("x:g1", "x:g2")}, 3),
        (f"INSERT {{ <x:n> <x:is> ?n }} {COUNT_ALL}", {"using_graph_iris": ("x:g1", "x:g1")}, 2),
        (f"INSERT {{ <x:n> <x:is> ?n }} {COUNT_ALL}", {"using_graph_iris": ("x:nowhere",)}, 0),
        (f"INSERT {{ <x:n> <x:is> ?n }} {COUNT_ALL}", {"using_named_graph_iris": ("x:g1",)}, 0),
        (f"INSERT {{ <x:n> <x:is> ?n }} {COUNT_ALL}", {}, 1),
        (f"INSERT {{ <x:n> <x:is> ?n }} USING <x:g1> USING <x:g2> {COUNT_ALL}", {}, 3),
        (f"PREFIX e: <x:> INSERT {{ <x:n> <x:is> ?n }} USING e:g1 USING <x:g2> {COUNT_ALL}", {}, 3),
        (f"insert{{<x:n> <x:is> ?n}}using<x:g1>using named<x:g2>{COUNT_ALL.lower()}", {}, 2),
        (
            "INSERT { <x:n> <x:is> ?n } WHERE { SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } }",
            {"using_named_graph_iris": ("x:g1", "x:g2"), "using_graph_iris": ("x:g1", "x:g2")},
            4,
        ),
        (
            "INSERT { <x:n> <x:is> ?n } WHERE { SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } }",
            {"using_graph_iris": ("x:g1", "x:g2")},
            0,
        ),
    ],
)
def test_the_graphs_of_the_request_are_the_dataset_of_each_where_as_a_set(store, text, dataset, expected):
    """SPARQL 1.1 Protocol, section 2.2.3; SPARQL 1.1 Update, section 3.1.3 (USING)."""
    update(store, text, **dataset)

    assert store.select("SELECT ?n { <x:n> <x:is> ?n }")[0]["n"] == Literal(expected)
    assert [graph.iri for graph in store.graphs()] == ["x:g1", "x:g2"]


def test_delete_where_reads_the_graphs_of_the_request_and_deletes_from_the_default_graph(store):
    update(store, "INSERT DATA { <x:a> <x:p> 1, 9 }")
    update(store, "DELETE WHERE { ?s ?p ?o }", using_graph_iris=("x:g1", "x:g2"))

    assert {str(row["o"]) for row in store.select("SELECT ?o { ?s ?p ?o }")} == {str(Literal(0)), str(Literal(9))}
    assert number(store, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }") == 4


def test_every_operation_of_an_update_gets_the_dataset_of_the_request_and_its_own_prologue(store):
    update(
        store,
        """
        INSERT DATA { GRAPH <x:g1> { <x:c> <x:p> 4 } } ;
        PREFIX e: <x:>
        INSERT { GRAPH e:h { ?s ?p ?o } } WHERE { ?s ?p ?o } ;
        DELETE { GRAPH e:h { ?s ?p 1 } } INSERT { GRAPH e:h { e:x e:y e:z } } WHERE { ?s ?p ?o } ;
        """,
        using_graph_iris=("x:g1",),
    )

    assert number(store, "SELECT (COUNT(*) AS ?n) { GRAPH <x:h> { ?s ?p ?o } }") == 3


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("INSERT DATA {} ; PREFIX e: <x:> INSERT DATA { e:1 e:p 1 }", 1),
        ("PREFIX e: <x:> INSERT DATA { e:1 e:p 1 } ; PREFIX e: <x:> PREFIX f: <y:> INSERT DATA { e:2 f:p 1 } ;", 2),
        ("INSERT DATA { <x:1> <x:p> 1 } ; PREFIX e: <x:>", 1),
        ("PREFIX e: <x:> INSERT DATA { e:1 e:p 1 } ; PREFIX e: <y:> INSERT DATA { e:1 e:p 1 }", None),
        ("INSERT DATA {} ; BASE <x:> INSERT DATA { <1> <p> 1 }", None),
        ("INSERT DATA {} ; PREFIX", None),
        ("INSERT DATA {} ; PREFIX e:", None),
    ],
)
def test_declarations_may_stand_before_each_operation(store, text, n):
    """SPARQL 1.1 Query, section 19.8, rules 29 and 30: a prologue belongs to each operation."""
    update(store, "CLEAR DEFAULT")
    if n is None:
        with pytest.raises(BadSyntax):
            update(store, text)
        return
    update(store, text)

    assert number(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == n


def test_blank_nodes_stay_themselves_where_graphs_are_read_as_one(store):
    update(store, "INSERT DATA { GRAPH <x:g1> { _:n <x:q> 1 } GRAPH <x:g2> { _:n <x:q> 2 } }")
    update(
        store,
        "DELETE { GRAPH <x:g1> { ?n ?p ?o } } USING <x:g1> USING <x:g2> WHERE { ?n <x:q> 1 . ?n ?p ?o }",
    )

    assert number(store, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s <x:q> ?o } }") == 1


@pytest.mark.parametrize(
    "text",
    [
        "WITH <x:g1> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "CLEAR ALL; DELETE { ?s ?p ?o } USING <x:g1> WHERE { ?s ?p ?o }",
        "DELETE { ?s ?p ?o } USING NAMED <x:g1> WHERE { ?s ?p ?o }",
    ],
)
@pytest.mark.parametrize("parameter", ["using_graph_iris", "using_named_graph_iris"])
def test_two_datasets_are_refused_and_nothing_changes(store, text, parameter):
    before = set(store.quads())
    with pytest.raises(BadSyntax, match="USING and WITH cannot stand in an update whose request names graphs"):
        update(store, text, **{parameter: ("x:g1",)})

    assert set(store.quads()) == before


def test_a_graph_of_the_request_must_be_an_absolute_iri(store):
    with pytest.raises(BadSyntax, match="<x> is not an absolute IRI"):
        update(store, "DELETE WHERE { ?s ?p ?o }", using_graph_iris=("x",))
    with pytest.raises(BadSyntax, match="is not an absolute IRI"):
        update(store, "DELETE WHERE { ?s ?p ?o }", using_graph_iris=("x:a> WHERE {} ; DROP ALL #",))


def test_relative_iris_are_resolved_against_the_base(store):
    update(store, "INSERT DATA { <rel> <#p> <http://x/abs> }", base_iri="http://example.org/sparql")

    assert store.ask("ASK { <http://example.org/rel> <http://example.org/sparql#p> <http://x/abs> }")


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("CLEAR XYZ", (1, 7), "XYZ is not a word of SPARQL"),
        ("CLEAR ALL ;\n DROP  DEFAULTS", (2, 8), "did you mean DEFAULT?"),
        ("INSERT DATA { ex:a ex:b 1 }", (1, 15), "the prefix ex: is not declared"),
        ("SELECT * {}", (1, 1), "an operation begins with one of"),
        ("PREFIX x: <x:> LOADx:a", (1, 16), "an operation begins with one of"),
        ("INSERTDATA { <x:a> <x:b> 1 }", (1, 1), "an operation begins with one of"),
        ("CLEAR ALL CLEAR ALL", (1, 11), "but found “CLEAR”"),
        ("CLEAR ALL LOAD <x:y>", (1, 11), "a semicolon stands between two operations"),
        ("LOAD SILENT", (1, 1), "LOAD SILENT is followed by an IRI"),
        ("LOAD SILENT e:x", (1, 13), "the prefix e: is not declared"),
        ("INSERT { ?s ?p ?o } WHERE { ?s ?p ;; ?o }", (1, 35), "“;”"),
    ],
)
@pytest.mark.parametrize("graphs", [(), ("x:g1",), ("x:g1", "x:g2")])
def test_a_malformed_update_is_told_with_its_place_in_the_text_as_sent(store, text, place, message, graphs):
    with pytest.raises(BadSyntax) as refused:
        update(store, text, using_graph_iris=graphs)

    assert (refused.value.line, refused.value.column) == place
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ServiceRefused, "INSERT { ?s ?p ?o } WHERE { SERVICE <x:s> { ?s ?p ?o } }"),
        (ServiceRefused, "CLEAR ALL; DELETE { ?s ?p ?o } WHERE { ?s ?p 1SERVICE<x:s>{ } }"),
        (LoadRefused, "LOAD <x:s>"),
        (LoadRefused, "CLEAR ALL; load<x:s>into graph<x:g>"),
        (TooComplex, f"INSERT {{ ?s ?p ?o }} WHERE {{ FILTER({'(' * 5000}1{')' * 5000}) }}"),
        (TooComplex, f"INSERT DATA {{ <x:s> <x:p> {'(' * 5000}{')' * 5000} }}"),
        (TooComplex, "INSERT DATA {} " + " " * 1_000_000),
    ],
)
def test_what_could_do_harm_is_refused_before_it_is_parsed(store, error, text):
    before = set(store.quads())
    with pytest.raises(error):
        update(store, text)

    assert set(store.quads()) == before


def test_an_update_may_insert_many_triples_at_once(store):
    triples = " , ".join(str(n) for n in range(20_000))
    update(store, f"INSERT DATA {{ GRAPH <x:many> {{ <x:s> <x:p> {triples} }} }}")

    assert number(store, "SELECT (COUNT(*) AS ?n) { GRAPH <x:many> { ?s ?p ?o } }") == 20_000


def test_truth_is_written_in_letters_of_any_size(store):
    """SPARQL 1.1 Query, section 19.8: keywords are matched whatever their case; the engine reads small letters only."""
    query = "SELECT (TRUE AS ?x) ('TRUE' AS ?y) (False = FALSE AS ?z) {} # TRUE"
    update(store, "INSERT DATA { <x:t> <x:is> TRUE , 'TRUE' }; DELETE { ?s ?p FALSE } WHERE { ?s ?p TRUE }")

    assert store.answer(QueryRequest(query=query, formats=(CSV,))).body == b"x,y,z\r\ntrue,TRUE,true\r\n"
    assert store.ask("ASK { <x:t> <x:is> true , 'TRUE' }")
    with pytest.raises(BadSyntax, match=r"line 1, column 28: .*found “}”"):
        store.answer(QueryRequest(query="SELECT * { FILTER(TRUE) ?s }"))


def test_load_silent_does_nothing_and_the_rest_of_the_update_is_done(store):
    update(store, "LOAD SILENT <x:s> INTO GRAPH <x:g9> ; INSERT DATA { <x:z> <x:z> <x:z> } ; LOAD SILENT <x:s>")

    assert [graph.iri for graph in store.graphs()] == ["x:g1", "x:g2"]
    assert number(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == 2


@pytest.mark.parametrize(
    "text",
    [
        "LOAD <IRI>",
        "LOAD SILENT <IRI>",
        "LOAD<IRI>",
        "LOADSILENT<IRI>",
        "PREFIX x: <IRI> LOADx:a",
        "PREFIX x: <IRI> LOADSILENTx:a",
        "PREFIX e: <IRI> LOAD SILENT e:a INTO GRAPH e:b",
        "PREFIXx:<IRI>LOADx:a",
        "INSERT { ?s ?p ?o } WHERE { SERVICE SILENT <IRI> { ?s ?p ?o } }",
        "INSERT { ?s ?p ?o } WHERE { <<?s?p?o#>>'''\n~ ?q>> ?p 1 . SERVICE <IRI> { ?s ?p ?o } } #'''",
        "INSERT { ?s ?p ?o } WHERE { FILTER(1<?b#>'''\n) } ; LOAD SILENT <IRI> #'''",
        "INSERT DATA { <<?s?p?o#>>'''\n } ; LOAD <IRI> #'''",
        "LOAD <file:///etc/hostname>",
    ],
)
def test_no_update_opens_a_connection(store, text):
    calls: list[int] = []
    heard = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_count_calls, args=(listening, calls, heard), daemon=True).start()
        iri = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        with contextlib.suppress(CppccError):
            update(store, text.replace("IRI", iri))
        assert not heard.is_set()
        with socket.create_connection(listening.getsockname()):
            assert heard.wait(timeout=10)  # the one call that must be heard

    assert calls == [1]


def _count_calls(listening: socket.socket, calls: list[int], heard: threading.Event) -> None:
    with contextlib.suppress(OSError):
        while True:
            listening.accept()[0].close()
            calls.append(1)
            heard.set()


def test_putting_a_graph_tells_whether_it_is_new_and_replaces_the_old_one(store):
    assert put(store, "x:new", "<x:s> <x:p> 1 .") is True
    assert put(store, "x:new", "<x:s> <x:p> 2 .") is False
    assert set(store.quads("x:new")) == {Quad(NamedNode("x:s"), NamedNode("x:p"), Literal(2), NamedNode("x:new"))}


def test_posting_to_a_graph_keeps_what_stands_there(store):
    assert post(store, "x:g1", "<x:c> <x:p> 5 .", "<x:c> <x:p> 6 .") is False
    assert post(store, "x:new", "<x:c> <x:p> 5 .") is True
    assert number(store, "SELECT (COUNT(*) AS ?n) { GRAPH <x:g1> { ?s ?p ?o } }") == 4


def test_the_default_graph_is_written_like_any_other_and_is_never_new(store):
    assert post(store, None, "<x:c> <x:p> 5 .") is False
    assert number(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == 2
    assert put(store, None, "<x:c> <x:p> 6 .") is False
    assert number(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == 1
    assert number(store, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }") == 4


@pytest.mark.parametrize("write", [put, post])
def test_an_empty_document_makes_an_empty_graph(store, write):
    assert write(store, "x:e", "") is True
    assert GraphSummary(iri="x:e", n_triples=0) in store.graphs()


def test_blank_nodes_of_two_documents_stay_apart(store):
    post(store, "x:n", "_:b <x:p> 1 .", "_:b <x:p> 2 .")
    post(store, "x:n", "_:b <x:p> 3 .")

    assert number(store, "SELECT (COUNT(DISTINCT ?s) AS ?n) { GRAPH <x:n> { ?s ?p ?o } }") == 3


def test_blank_nodes_of_one_document_stay_together_when_it_replaces_a_graph(store):
    put(store, "x:g1", "_:b <x:p> _:c . _:c <x:q> <<( _:b <x:p> 'x'@en--ltr )>> .")

    assert store.ask("ASK { GRAPH <x:g1> { ?b <x:p> ?c . ?c <x:q> <<( ?b <x:p> 'x'@en--ltr )>> } }")


@pytest.mark.parametrize(
    ("content", "rdf_format"),
    [
        ("<x:s> <x:p> 1 .", TURTLE),
        ('<x:s> <x:p> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .', N_TRIPLES),
        ('{"@id": "x:s", "x:p": 1}', JSON_LD),
        (XML, RDF_XML),
    ],
)
@pytest.mark.parametrize("graph_iri", ["x:g1", "x:new", None])
def test_a_graph_is_read_in_each_format(store, content, rdf_format, graph_iri):
    store.write_graph(GraphWrite(graph_iri=graph_iri, documents=(document(content, rdf_format),), is_replacing=True))

    graph = [NamedNode(graph_iri)] if graph_iri else []
    assert Quad(NamedNode("x:s"), NamedNode("x:p"), Literal(1), *graph) in list(store.quads())


@pytest.mark.parametrize(
    ("content", "rdf_format", "message"),
    [
        ("<x:s> <x:p> ", TURTLE, "body: line 1, column 13"),
        ("<s> <x:p> 1 .", TURTLE, "a relative IRI"),
        (b"<x:s> <x:p> '\xff' .", TURTLE, "is not UTF-8"),
        ("<x:s> <x:p> <x:o> <x:g> .", N_QUADS, "the document names the graph <x:g>"),
        ("<x:s> <x:p> " + "<<( <x:s> <x:p> " * 100_000, TURTLE, "more than 128 triples within triples"),
        ("<a>" * 100_000 + "</a>" * 100_000, RDF_XML, "more than 1,000 elements within elements"),
        ('{"x:p":' * 60_000 + "1" + "}" * 60_000, JSON_LD, "more than 128 objects and lists within each other"),
        ('{"@context": "http://127.0.0.1:9/"}', JSON_LD, "a context on the web is not fetched"),
    ],
)
@pytest.mark.parametrize("is_replacing", [True, False])
def test_a_bad_document_leaves_the_old_graph(store, content, rdf_format, message, is_replacing):
    before = set(store.quads())
    documents = (document("<x:ok> <x:ok> <x:ok> ."), document(content, rdf_format))
    with pytest.raises(BadSyntax, match=message):
        store.write_graph(GraphWrite(graph_iri="x:g1", documents=documents, is_replacing=is_replacing))

    assert set(store.quads()) == before


def test_much_text_that_looks_like_nesting_is_none(store):
    lines = ", ".join(f'"cout << {n} << endl; // \\" <<"' for n in range(1000))
    objects = ",".join(f'{{"@id": "x:{n}", "x:p": "{{[ \\"{{"}}' for n in range(1000))

    assert put(store, "x:code", f"<x:s> <x:p> {lines} .") is True
    write = GraphWrite(graph_iri="x:j", documents=(document(f"[{objects}]", JSON_LD),), is_replacing=True)
    assert store.write_graph(write) is True
    assert store.graphs()[-1] == GraphSummary(iri="x:j", n_triples=1000)


def test_replacing_graphs_leaves_the_default_graph(store):
    store.replace_graphs({"x:g1": [], "x:g3": [Triple(NamedNode("x:s"), NamedNode("x:p"), Literal(1))]})

    assert [graph.iri for graph in store.graphs()] == ["x:g2", "x:g3"]
    assert number(store, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == 1


def test_a_store_with_a_union_default_graph_is_only_read():
    store = EmbeddedStore()

    with pytest.raises(ReadOnly, match="this store is only read"):
        update(store, "CLEAR ALL")
    with pytest.raises(ReadOnly):
        put(store, "x:g", "")


def test_an_update_is_no_query(store):
    with pytest.raises(UpdateRefused):
        store.answer(QueryRequest(query="CLEAR ALL"))
