"""What requests do to a store whose default graph is a union, told as patches and compared with the engine's own."""

import random

import pyoxigraph
import pytest
from pyoxigraph import Literal, NamedNode, Quad

from cppcc_graph.errors import BadSyntax, LoadRefused, Unkeepable, UnknownGraph, UpdateFailed
from cppcc_graph.formats import TRIG, TURTLE
from cppcc_graph.store.base import Document, GraphWrite, QueryRequest, UpdateRequest
from cppcc_graph.store.effects import carried_out
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.patch import patch_text
from cppcc_graph.store.proposal import DatasetWrite, GraphRemoval, GraphUpdate

BASE = "http://example.org/"
PREFIX = f"PREFIX ex: <{BASE}> "


def node(name):
    return NamedNode(BASE + name)


def quad(subject, predicate, value, graph):
    return Quad(node(subject), node(predicate), value if isinstance(value, Literal) else node(value), node(graph))


BEGINNING = [
    quad("anna", "knows", "ben", "one"),
    quad("ben", "knows", "cleo", "one"),
    quad("anna", "age", Literal(40), "two"),
    quad("cleo", "age", Literal(7), "two"),
]


@pytest.fixture
def store():
    return filled(BEGINNING)


def filled(quads):
    store = EmbeddedStore()
    graphs = {}
    for each in quads:
        graphs.setdefault(each.graph_name.value, []).append(each.triple)
    store.replace_graphs(graphs)
    return store


def updated(store, text, **more):
    return carried_out(store, UpdateRequest(update=PREFIX + text, base_iri=BASE, **more))


def lines(patch):
    return sorted(patch_text(patch).decode().replace(BASE, "ex:").splitlines())


def test_where_reads_the_union_of_all_graphs_and_the_template_names_one(store):
    patch = updated(
        store,
        "DELETE { GRAPH ex:one { ?a ex:knows ?b } } INSERT { GRAPH ex:one { ?b ex:knownBy ?a } } "
        "WHERE { ?a ex:knows ?b ; ex:age ?age FILTER (?age > 18) }",
    )

    assert lines(patch) == [
        "A <ex:ben> <ex:knownBy> <ex:anna> <ex:one> .",
        "D <ex:anna> <ex:knows> <ex:ben> <ex:one> .",
    ]


def test_each_operation_sees_what_the_one_before_did(store):
    patch = updated(
        store,
        "INSERT DATA { GRAPH ex:three { ex:dora ex:age 9 } } ; "
        "INSERT { GRAPH ex:four { ?who a ex:Child } } WHERE { ?who ex:age ?age FILTER (?age < 10) } ; "
        "DROP GRAPH ex:three",
    )

    a = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    assert lines(patch) == [f"A <ex:cleo> {a} <ex:Child> <ex:four> .", f"A <ex:dora> {a} <ex:Child> <ex:four> ."]


def test_what_comes_is_not_taken_away_by_the_same_operation(store):
    patch = updated(store, "WITH ex:one DELETE { ?a ex:knows ?b } INSERT { ?a ex:knows ?b } WHERE { ?a ex:knows ?b }")

    assert lines(patch) == []


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { ex:a ex:b ex:c }",
        "DELETE DATA { ex:anna ex:knows ex:ben }",
        "DELETE WHERE { ?s ?p ?o }",
        "CLEAR DEFAULT",
        "DROP DEFAULT",
        "COPY DEFAULT TO ex:one",
        "ADD ex:one TO DEFAULT",
        "INSERT DATA { GRAPH ex:one { ex:x ex:y ex:z } } ; INSERT { ?s ex:p ?o } WHERE { ?s ex:knows ?o }",
    ],
)
def test_the_union_is_not_written_and_nothing_is_left_of_the_attempt(store, text):
    before = store.version()

    with pytest.raises(BadSyntax, match="name a graph"):
        updated(store, text)
    assert store.version() == before


def test_a_failure_undoes_the_operations_before_it(store):
    before = store.version()

    with pytest.raises(UpdateFailed, match="does not exist"):
        updated(store, "DROP GRAPH ex:one ; INSERT DATA { GRAPH ex:two { ex:a ex:b 1 } } ; DROP GRAPH ex:nowhere")
    assert store.version() == before


def test_a_syntax_error_is_placed_in_the_update_as_it_was_sent(store):
    with pytest.raises(BadSyntax) as caught:
        updated(store, "INSERT DATA { GRAPH ex:one { ex:a ex:b ex:c } } ;\nDELETE { ?s ?p } WHERE { ?s ?p ?o }")

    assert (caught.value.line, caught.value.source) == (2, "update")


def test_load_is_refused_and_its_silent_form_does_nothing(store):
    assert lines(updated(store, "LOAD SILENT <http://example.org/x> INTO GRAPH ex:one")) == []
    with pytest.raises(LoadRefused):
        updated(store, "LOAD <http://example.org/x> INTO GRAPH ex:one")


def test_an_update_of_one_graph_takes_it_for_its_default_graph(store):
    request = UpdateRequest(update=PREFIX + "DELETE WHERE { ?a ex:knows ex:ben }", base_iri=BASE)

    patch = carried_out(store, GraphUpdate(graph_iri=BASE + "one", request=request))

    assert lines(patch) == ["D <ex:anna> <ex:knows> <ex:ben> <ex:one> ."]


def test_a_graph_that_is_put_again_in_other_spelling_changes_nothing(store):
    document = Document(
        content=b"@prefix ex: <http://example.org/> . ex:anna ex:age 040 . ex:cleo ex:age 7 .", format=TURTLE
    )

    patch = carried_out(store, GraphWrite(graph_iri=BASE + "two", documents=(document,), is_replacing=True))

    assert lines(patch) == []


def test_a_posted_graph_keeps_what_was_there(store):
    document = Document(content=b"@prefix ex: <http://example.org/> . ex:cleo ex:age 7, 8 .", format=TURTLE)

    patch = carried_out(store, GraphWrite(graph_iri=BASE + "two", documents=(document,), is_replacing=False))

    assert lines(patch) == ['A <ex:cleo> <ex:age> "8"^^<http://www.w3.org/2001/XMLSchema#integer> <ex:two> .']


def test_a_dataset_replaces_its_graphs_and_on_demand_all(store):
    trig = b"@prefix ex: <http://example.org/> . ex:one { ex:anna ex:knows ex:ben } ex:new { ex:a ex:b ex:c }"
    document = Document(content=trig, format=TRIG)

    first = carried_out(store, DatasetWrite(document=document))
    second = carried_out(store, DatasetWrite(document=document, is_replacing_all=True))

    assert lines(first) == ["A <ex:a> <ex:b> <ex:c> <ex:new> .", "D <ex:ben> <ex:knows> <ex:cleo> <ex:one> ."]
    assert [graph.iri for graph in store.graphs()] == [BASE + "new", BASE + "one"]
    assert len(second.removed) == 2


def test_a_graph_that_differs_in_nothing_but_the_labels_of_blank_nodes_is_the_same(store):
    def put(turtle):
        document = Document(content=b"@prefix ex: <http://example.org/> . " + turtle, format=TURTLE)
        return carried_out(store, GraphWrite(graph_iri=BASE + "b", documents=(document,), is_replacing=True))

    put(b"_:x ex:p _:y . _:y ex:q 1 .")

    assert lines(put(b"_:one ex:q 1 . _:two ex:p _:one .")) == []
    assert len(put(b"_:one ex:q 2 . _:two ex:p _:one .")) == 4


@pytest.mark.parametrize(
    ("term", "words"),
    [
        ("'x'@en--ltr", 'the base direction of the text "x"@en--ltr is not kept here'),
        (f"'{'ab' * 200}'@zh--rtl", "…"),
        ("<<( ex:a ex:b 1 )>>", "a triple within a triple is not kept here"),
    ],
)
@pytest.mark.parametrize("way", ["update", "graph", "dataset"])
def test_a_term_that_shapes_cannot_tell_from_another_is_refused(store, term, words, way):
    turtle = f"PREFIX ex: <{BASE}> ex:anna ex:note {term} ."
    before = store.version()
    document = Document(content=turtle.encode(), format=TURTLE)
    inside = Document(content=f"PREFIX ex: <{BASE}> GRAPH ex:g {{ ex:anna ex:note {term} }}".encode(), format=TRIG)
    asked = {
        "update": UpdateRequest(update=f"{PREFIX} INSERT DATA {{ GRAPH ex:g {{ ex:anna ex:note {term} }} }}"),
        "graph": GraphWrite(graph_iri=f"{BASE}g", documents=(document,), is_replacing=True),
        "dataset": DatasetWrite(document=inside),
    }

    with pytest.raises(Unkeepable) as caught:
        carried_out(store, asked[way])
    assert words in str(caught.value)
    assert "SILENT" not in str(caught.value)
    assert len(str(caught.value)) < 250
    assert store.version() == before


def test_a_graph_that_became_empty_is_not_there_any_more(store):
    updated(store, "DELETE WHERE { GRAPH ex:one { ?s ?p ?o } }")

    with pytest.raises(UnknownGraph):
        carried_out(store, GraphRemoval(graph_iri=BASE + "one"))
    with pytest.raises(UnknownGraph):
        store.quads(BASE + "one")


def test_a_graph_that_is_not_there_cannot_be_removed(store):
    with pytest.raises(UnknownGraph):
        carried_out(store, GraphRemoval(graph_iri=BASE + "three"))


def test_protocol_graphs_are_the_dataset_of_every_operation(store):
    patch = updated(
        store,
        "INSERT { GRAPH ex:new { ?s ex:seen ?o } } WHERE { ?s ex:knows ?o }",
        using_graph_iris=(BASE + "two",),
    )

    assert lines(patch) == []


# The engine as judge: updates that name their graphs mean the same to it.

_GRAPHS, _SUBJECTS, _PREDICATES = ("one", "two", "three"), ("a", "b", "c"), ("p", "q")


def random_quads(dice, n):
    return [
        quad(dice.choice(_SUBJECTS), dice.choice(_PREDICATES), dice.choice((*_SUBJECTS,)), dice.choice(_GRAPHS))
        for _ in range(n)
    ]


def random_operation(dice):
    one, other = (f"ex:{dice.choice(_GRAPHS)}" for _ in range(2))
    p, q = (f"ex:{dice.choice(_PREDICATES)}" for _ in range(2))
    a, b = (f"ex:{dice.choice(_SUBJECTS)}" for _ in range(2))
    silent = dice.choice(("", "SILENT "))
    return dice.choice(
        [
            f"INSERT DATA {{ GRAPH {one} {{ {a} {p} {b} , {a} }} GRAPH {other} {{ {b} {q} {a} }} }}",
            f"DELETE DATA {{ GRAPH {one} {{ {a} {p} {b} }} }}",
            f"DELETE WHERE {{ GRAPH {one} {{ ?s {p} ?o }} }}",
            f"WITH {one} DELETE {{ ?s {p} ?o }} INSERT {{ ?o {q} ?s }} WHERE {{ ?s {p} ?o }}",
            (
                f"WITH {one} INSERT {{ ?s {q} ?x GRAPH {other} {{ ?s {p} {a} }} }} "
                f"WHERE {{ ?s {p} ?o OPTIONAL {{ ?o {q} ?x }} }}"
            ),
            f"DELETE {{ GRAPH ?g {{ ?s ?p ?o }} }} WHERE {{ GRAPH ?g {{ ?s ?p ?o FILTER (?s = {a}) }} }}",
            f"INSERT {{ GRAPH {one} {{ ?s {p} ?o }} }} USING {other} WHERE {{ ?s {q} ?o }}",
            f"INSERT {{ GRAPH {one} {{ ?s {p} {b} }} }} USING NAMED {other} WHERE {{ GRAPH ?g {{ ?s {q} ?o }} }}",
            f"CLEAR {silent}GRAPH {one}",
            f"DROP SILENT GRAPH {one}",
            f"COPY {silent}GRAPH {one} TO {other}",
            f"MOVE {silent}{one} TO GRAPH {other}",
            f"ADD {silent}{one} TO {other}",
            "CLEAR NAMED",
        ]
    )


@pytest.mark.parametrize("seed", range(150))
def test_updates_that_name_their_graphs_mean_what_they_mean_to_the_engine(seed):
    dice = random.Random(seed)
    quads = random_quads(dice, 12)
    text = PREFIX + " ;\n".join(random_operation(dice) for _ in range(dice.randint(1, 4)))
    engine = pyoxigraph.Store()
    engine.extend(quads)
    store = filled(quads)
    try:
        engine.update(text, base_iri=BASE)
    except RuntimeError:  # of a graph that is not there
        return
    try:
        patch = carried_out(store, UpdateRequest(update=text, base_iri=BASE))
    except UpdateFailed:  # the engine lets a graph without triples exist, this store does not
        return

    assert set(store.quads()) == set(engine)
    assert set(patch.added) == set(engine) - set(quads)
    assert set(patch.removed) == set(quads) - set(engine)


@pytest.mark.parametrize("seed", range(40))
def test_the_union_counts_each_triple_once_whatever_is_written(seed):
    dice = random.Random(seed)
    store = filled(random_quads(dice, 10))
    for _ in range(6):
        try:
            carried_out(store, UpdateRequest(update=PREFIX + random_operation(dice), base_iri=BASE))
        except UpdateFailed:
            continue
        triples = {each.triple for each in store.quads()}
        answer = store.answer(QueryRequest(query="SELECT * { ?s ?p ?o }"))

        assert answer.n_rows == len(triples)
        assert sorted(store.versions()) == sorted({each.graph_name.value for each in store.quads()})
        assert store.versions() == filled(store.quads()).versions()
