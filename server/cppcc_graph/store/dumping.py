"""
The whole dataset as N-Quads: graph after graph by IRI, each with its lines sorted, so that equal data give equal bytes;
and the same in other forms, made of these lines.

Blank nodes get their canonical labels in the whole dataset (RDFC-1.0), and integers the type that the ontology gives
their property; the engine calls each of them xsd:integer.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, cast

from pyoxigraph import CanonicalizationAlgorithm, Dataset, RdfFormat, parse, serialize

from cppcc_graph.formats import (
    DATASET_FORMATS,
    JSON_LD,
    N_QUADS,
    TRIG,
    TURTLE,
    Format,
    ResultForm,
    format_named,
    rdf_syntax,
    unsuitable_for_graph,
    write_graph,
)
from cppcc_graph.packing import packed
from cppcc_graph.queries import query
from cppcc_graph.sinks import Sink
from cppcc_graph.store.base import Answer, Store
from cppcc_graph.store.tables import TABLES, write_tables
from cppcc_graph.terms import PREFIXES, XSD, BlankNode, DefaultGraph, NamedNode, Quad, Term, Triple

WRITTEN = frozenset({TURTLE.name, TRIG.name, JSON_LD.name})
"""Formats other than lines in which everything is written; Turtle has a triple once for each graph that states it."""

_HAS_BLANK_NODE = re.compile(rb"_:|[^ ]+ <[^>]*> (?:_:|<<)")
_ANY_INTEGER = XSD.integer.value.encode()


def integer_types(store: Store) -> dict[Term, NamedNode]:
    """For each property whose values are integers of a type derived from xsd:integer, that type."""
    found = ((row["property"], row["type"]) for row in store.select(query("integer-types")))
    return {prop: kind for prop, kind in found if prop is not None and isinstance(kind, NamedNode)}


def lines_of(store: Store) -> Iterator[list[bytes]]:
    """
    The lines of each graph, sorted, every line with its line feed; a default graph of its own comes first.

    Raises:
        StoreUnavailable: the store cannot be read.

    Spec: RDF 1.1 N-Quads, section 4.1 (canonical form: one line for each quad).
    """
    typed = _Typed(integer_types(store))
    own, unlabelled = [], []
    for quad in store.quads():
        if isinstance(quad.graph_name, DefaultGraph):
            own.append(quad)
        if _may_have_blank_node(quad):
            unlabelled.append(quad)
    labelled = _with_canonical_labels(unlabelled)
    if own:
        yield _sorted(own, labelled.get("", []), typed)
    for graph in store.graphs():
        yield _sorted(store.quads(graph.iri), labelled.get(graph.iri, []), typed)


def dumped(store: Store, kind: str, into: Sink | None) -> Answer:
    """
    The document, or what is written *into* a sink as it comes.

    Args:
        store: Nobody changes it meanwhile.
        kind: The name of one of `WRITTEN`, `TABLES` for tables, or how lines are packed, as `packing.packed` takes it.
        into: As for `Store.answer`.

    Raises:
        StoreUnavailable: the store cannot be read.
    """
    held = _Held()
    taking = into or held
    if kind in WRITTEN:
        n_rows = _write_format(store, format_named(kind), taking)
    elif kind == TABLES:
        n_rows = write_tables(store, taking)
    else:
        n_rows = _write_lines(store, kind, taking)
    return Answer(form=ResultForm.GRAPH, format=N_QUADS, body=bytes(held.body), n_rows=n_rows, number=store.number)


class _Held(Sink):
    """A `Sink` that keeps everything in memory."""

    def __init__(self) -> None:
        self.body = bytearray()

    def write(self, piece: bytes, /) -> int:
        """Takes the next piece."""
        self.body += piece
        return len(piece)

    def flush(self) -> None:
        """Nothing is held back."""


def _write_lines(store: Store, packing: str, into: Sink) -> int:
    """How many quads there are, which are written in N-Quads."""
    n_rows = 0

    def counted() -> Iterator[bytes]:
        nonlocal n_rows
        for lines in lines_of(store):
            n_rows += len(lines)
            yield b"".join(lines)

    for piece in packed(counted(), packing):
        if piece:
            into.write(piece)
    return n_rows


def _write_format(store: Store, rdf_format: Format, into: Sink) -> int:
    """
    How many quads there are, which are written in a format; one that has no graphs gets the triples of all.

    Raises:
        UnsuitableFormat: JSON-LD cannot hold a triple term; pieces may have been written.
    """
    n_rows = 0

    def quads() -> Iterator[Quad]:
        nonlocal n_rows
        for lines in lines_of(store):
            n_rows += len(lines)
            for quad in parse(b"".join(lines), format=RdfFormat.N_QUADS):
                if rdf_format is JSON_LD and isinstance(quad.object, Triple):
                    raise unsuitable_for_graph(rdf_format)
                yield quad

    statements = quads() if rdf_format in DATASET_FORMATS else (quad.triple for quad in quads())
    serialize(statements, cast("IO[bytes]", into), format=rdf_syntax(rdf_format), prefixes=dict(PREFIXES))
    return n_rows


class _Typed:
    """Gives integers their types back, in lines of N-Quads."""

    def __init__(self, types: Mapping[Term, NamedNode]) -> None:
        self._types = {
            prop.value.encode(): kind.value.encode() for prop, kind in types.items() if isinstance(prop, NamedNode)
        }
        names = b"|".join(re.escape(name) for name in self._types)
        # A quote within a text stands behind a backslash, so ` <…> "` is never part of one.
        self._integer = re.compile(rb"( <(" + names + rb')> "[^"\n]*"\^\^<)' + re.escape(_ANY_INTEGER) + rb"(?=> [<.])")

    def __call__(self, document: bytes) -> bytes:
        return self._integer.sub(self._typed, document) if self._types else document

    def _typed(self, found: re.Match[bytes]) -> bytes:
        return found[1] + self._types[found[2]]


def _sorted(quads: Iterable[Quad], labelled: list[Quad], typed: _Typed) -> list[bytes]:
    """Lines of *quads*, where those with blank nodes are told as in *labelled*."""
    lines = typed(write_graph(quads, N_QUADS)).splitlines(keepends=True)
    if labelled:
        lines = [line for line in lines if not _HAS_BLANK_NODE.match(line)]
        lines += typed(write_graph(labelled, N_QUADS)).splitlines(keepends=True)
    return sorted(lines)


def _with_canonical_labels(quads: Iterable[Quad]) -> dict[str, list[Quad]]:
    """
    By graph, *quads*, all that have blank nodes, under the labels that these have in the canonical dataset.

    Spec: RDFC-1.0, section 4.4.3: quads without blank nodes have no part in the labels.
    """
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    found: dict[str, list[Quad]] = {}
    for quad in dataset:
        found.setdefault(quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else "", []).append(quad)
    return found


def _may_have_blank_node(quad: Quad) -> bool:
    return isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode | Triple)
