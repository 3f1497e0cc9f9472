"""The default graph holds each triple once, whether the engine's union shows it or a merge is held."""

from pathlib import Path

import pytest

from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.merging import holds_merge
from cppcc_graph.terms import Literal, NamedNode, Triple

ONE, OTHER, THIRD = "https://example.org/one", "https://example.org/other", "https://example.org/third"


def triple(name: str, value: str = "1") -> Triple:
    return Triple(
        NamedNode(f"x:{name}"),
        NamedNode("x:p"),
        Literal(value, datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer")),
    )


@pytest.fixture(params=["memory", "disk"])
def folder(request, tmp_path) -> Path | None:
    return None if request.param == "memory" else tmp_path / "store"


def counted(store: EmbeddedStore) -> tuple[int, bool]:
    """Triples in the default graph, and whether a merge is held for them."""
    [row] = store.select("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    n = row["n"]
    assert isinstance(n, Literal)
    return int(n.value), holds_merge(store._engine)


def test_graphs_without_a_common_triple_need_no_merge(folder):
    store = EmbeddedStore(folder)
    store.replace_graphs({ONE: [triple("a"), triple("b")], OTHER: [triple("c")]})

    assert counted(store) == (3, False)

    store.replace_graph(ONE, [triple("d")])

    assert counted(store) == (2, False)
    assert store.ask("ASK { <x:d> ?p ?o }")


def test_graphs_with_a_common_triple_are_merged(folder):
    store = EmbeddedStore(folder)
    store.replace_graphs({ONE: [triple("a"), triple("b")], OTHER: [triple("a"), triple("c")]})

    assert counted(store) == (3, True)


@pytest.mark.parametrize("common", [triple("a"), triple("a", "01")], ids=["the same", "the same value"])
def test_a_graph_that_repeats_a_triple_of_another_brings_the_merge(folder, common):
    store = EmbeddedStore(folder)
    store.replace_graphs({ONE: [triple("a"), triple("b")], OTHER: [triple("c")]})
    store.replace_graph(THIRD, [common, triple("d")])

    assert counted(store) == (4, True)

    store.replace_graph(THIRD, [triple("e")])

    assert counted(store) == (4, True)
    assert not store.ask("ASK { <x:d> ?p ?o }")


def test_a_graph_may_repeat_what_it_said_before(folder):
    store = EmbeddedStore(folder)
    store.replace_graphs({ONE: [triple("a")], OTHER: [triple("c")]})
    store.replace_graph(ONE, [triple("a"), triple("b")])

    assert counted(store) == (3, False)


def test_a_triple_may_move_from_one_graph_to_another(folder):
    store = EmbeddedStore(folder)
    store.replace_graphs({ONE: [triple("a")], OTHER: [triple("c")]})
    store.replace_graphs({ONE: [triple("c")], OTHER: [triple("a")]})

    assert counted(store) == (2, False)


def test_a_folder_is_read_as_it_was_written(tmp_path):
    for name, graphs in {
        "apart": {ONE: [triple("a")], OTHER: [triple("b")]},
        "common": {ONE: [triple("a"), triple("b")], OTHER: [triple("a")]},
    }.items():
        store = EmbeddedStore(tmp_path / name)
        store.replace_graphs(graphs)
        store.close()

        again = EmbeddedStore(tmp_path / name)
        assert counted(again) == (2, name == "common")
        again.take_snapshot(tmp_path / f"{name}-copy")
        assert counted(EmbeddedStore.of_snapshot(tmp_path / f"{name}-copy")) == (2, name == "common")
