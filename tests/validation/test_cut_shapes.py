"""Shapes of which a part is missing or leads back to itself: refused in words, by whoever would judge by them."""

import pytest
from pyoxigraph import RdfFormat, parse

from cppcc_graph.errors import BadShapes
from cppcc_graph.judging import Judges
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.patch import Patch
from cppcc_graph.terms import BASE, NamedNode, Quad

HEAD = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
<x:S> a sh:NodeShape ; sh:targetClass <x:C> ; """
PATH = "sh:property <x:P> . <x:P> sh:path _:p ; sh:minCount 1 . "


def judged(text):
    """What a judge says to shapes that come into an empty store."""
    graph = NamedNode(f"{BASE}shapes/cut")
    quads = (Quad(*quad.triple, graph) for quad in parse(HEAD + text, format=RdfFormat.TURTLE))
    store, patch = EmbeddedStore(), Patch(added=tuple(quads))
    judges = Judges()
    judges.prepare(store)
    store.apply(patch)
    judges.n_affected(store, patch)
    return judges.judged(store, patch)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "_:p rdf:first <x:a> .",
        "_:p rdf:first <x:a> ; rdf:rest _:q .",
        "_:p rdf:first <x:a> ; rdf:rest _:p .",
        "_:p rdf:first _:p ; rdf:rest (<x:a>) .",
        "_:p sh:zeroOrMorePath _:q .",
        "_:p sh:zeroOrMorePath _:p .",
        "_:p sh:alternativePath (<x:a> _:p) .",
        "_:p sh:alternativePath _:q .",
    ],
)
def test_a_path_that_is_cut_or_leads_back_to_itself_is_told_with_its_shape(path):
    with pytest.raises(BadShapes, match="the shapes are ill-formed: the path of <x:P> is none"):
        judged(PATH + path)


@pytest.mark.parametrize(
    "text",
    [
        "sh:sparql [] .",
        "sh:sparql 3 .",
        "sh:property [ sh:path <x:a> ; sh:in _:l ] . _:l rdf:first <x:a> ; rdf:rest _:l .",
        "sh:closed true ; sh:ignoredProperties _:l . _:l rdf:first <x:a> ; rdf:rest _:l .",
        "sh:or _:l . _:l rdf:first <x:S> .",
    ],
)
def test_other_parts_that_are_missing_are_told_too(text):
    with pytest.raises(BadShapes, match="the shapes are ill-formed"):
        judged(text)
