"""Content hashes of graphs."""

import hashlib
from collections.abc import Iterable, Mapping

from pyoxigraph import CanonicalizationAlgorithm, Dataset

from cppcc_graph.formats import N_QUADS, write_graph
from cppcc_graph.terms import BlankNode, Quad


def content_hash(quads: Iterable[Quad]) -> str:
    """SHA-256 over the sorted N-Quads of one graph, blank nodes in canonical order (RDFC-1.0)."""
    dataset = Dataset(quads)
    if any(isinstance(term, BlankNode) for quad in dataset for term in quad):
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    lines = sorted(write_graph(dataset, N_QUADS).splitlines())
    return hashlib.sha256(b"\n".join(lines)).hexdigest()


def hash_of_all(hashes: Mapping[str, str]) -> str:
    """Of the content hashes of named graphs, by IRI and in that order."""
    return hashlib.sha256("".join(f"{iri} {known}\n" for iri, known in hashes.items()).encode()).hexdigest()
