"""Things found by words where another engine holds the data."""

import pytest
from tests.contract.conftest import ON_ENGINES

from cppcc_graph.errors import UnknownFunction
from cppcc_graph.search import Wanted, search, suggest
from cppcc_graph.store.base import QueryRequest
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import BASE, RDFS, SKOS, Literal, NamedNode, Triple

GRAPH = f"{BASE}graph/invented"
FUNCTION = f"PREFIX fn: <{BASE}function#> "


def graph(*names):
    return [
        Triple(NamedNode(f"{BASE}id/organisation/{slug}"), predicate, Literal(name, language=language))
        for slug, predicate, name, language in names
    ]


NAMES = graph(
    ("a", RDFS.label, "衡阳市政协", "zh"),
    ("a", RDFS.label, "CPPCC Hengyang", "en"),
    ("b", RDFS.label, "衡阳市政协机关", "zh"),
    ("c", RDFS.label, "湘江", "zh"),
    ("c", SKOS.altLabel, "衡阳的河", "zh"),
)


@pytest.mark.parametrize("name", ON_ENGINES)
def test_words_find_what_they_find_here_and_what_was_loaded_since(remote_store, name):
    remote, here = remote_store(name), EmbeddedStore()
    for store in (remote, here):
        store.replace_graph(GRAPH, NAMES)
    for words in ("政协", "hyszx", "衡陽", "cppcc", "没有"):
        assert search(remote, Wanted(words=words)) == search(here, Wanted(words=words))

    remote.replace_graph(GRAPH, graph(("d", RDFS.label, "耒阳市政协", "zh")))
    assert [hit.iri for hit in suggest(remote, Wanted(words="政协"))] == [f"{BASE}id/organisation/d"]


@pytest.mark.parametrize("name", ON_ENGINES)
def test_functions_that_look_for_words_are_refused_with_what_to_do(remote_store, name):
    store = remote_store(name)
    store.replace_graph(GRAPH, NAMES)

    with pytest.raises(UnknownFunction, match="/search"):
        store.answer(QueryRequest(query=FUNCTION + 'ASK { ?s ?p ?o FILTER(fn:matches(?o, "x")) }'))
