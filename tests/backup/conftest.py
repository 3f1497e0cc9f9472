"""Data with everything in them that a backup could lose, and ways to compare what came back."""

import gzip
from pathlib import Path

import pyoxigraph
import pytest
import zstandard
from pyoxigraph import RdfFormat

from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import NamedNode

SECOND = Path(__file__).parents[1] / "second_report" / "data"
BASE = "https://w3id.org/cppcc-graph/"
HARD = """
@prefix x: <https://example.org/> .
@prefix in: <https://w3id.org/cppcc-graph/ontology/> .
in:one {
  x:a x:says "政协"@zh, "CPPCC"@en, "CPPCC"@en-GB, "CPPCC", "", "a \\"quote\\", a \\\\, a \\n line and a \\t tab" .
  x:a x:counts 1, 1.5, 1e0, true, "2024"^^<http://www.w3.org/2001/XMLSchema#gYear> .
  _:shared x:knows _:other . _:other x:knows [ x:says "nested" ] .
}
in:two { _:shared x:says "the same node in another graph" . x:a x:says "政协"@zh . }
<https://example.org/名/图> {
  x:a x:says "> <http://www.w3.org/ns/oa#start> \\"1\\"^^<http://www.w3.org/2001/XMLSchema#integer> <" .
  x:a x:says " <http://www.w3.org/ns/oa#start> "^^<http://www.w3.org/2001/XMLSchema#integer> .
}
"""
"""Blank nodes where they may be, one in two graphs; language tags; all kinds of literals; text like syntax."""


@pytest.fixture
def hard(tmp_path):
    path = tmp_path / "hard.trig"
    path.write_text(HARD, encoding="utf-8")
    return path


def unpacked(path):
    content = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(content)
    return zstandard.ZstdDecompressor().decompressobj().decompress(content) if path.suffix == ".zst" else content


def quads_of(content):
    return list(pyoxigraph.parse(content, format=RdfFormat.N_QUADS))


def store_of(content):
    """A store of what a dump says, made without any of our reading."""
    graphs = {}
    for quad in quads_of(content):
        assert isinstance(quad.graph_name, NamedNode)
        graphs.setdefault(quad.graph_name.value, []).append(quad.triple)
    store = EmbeddedStore()
    store.replace_graphs(graphs)
    return store


def versions_of(content):
    """The content hash of each graph."""
    return dict(store_of(content).versions())
