"""What the data were at an earlier version, found by going back from what they are through the journal."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime

import pyoxigraph

from cppcc_graph.errors import UnknownGraph
from cppcc_graph.store.base import Store, named
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.journal import Journal
from cppcc_graph.store.merging import fill
from cppcc_graph.store.patch import Patch
from cppcc_graph.terms import NamedNode, Quad, Triple


def diff(journal: Journal, before: int, after: int, *, graph_iri: str | None = None) -> Patch:
    """
    What makes the state at the version *after* of the one at *before*, which may be the later of the two.

    Args:
        journal: Of the store.
        before: A version, 0 for the state before the first commit.
        after: Another one, or the same.
        graph_iri: A named graph, if only its quads are wanted; commits that do not change it are not read.

    Raises:
        ValueError: there is no such version.
        StoreUnavailable: the journal cannot be read or is damaged.
    """
    for version in (before, after):
        if not 0 <= version <= journal.version:
            raise ValueError(f"there is no version {version}; the last one is {journal.version}")
    if before > after:
        return diff(journal, after, before, graph_iri=graph_iri).inverse
    entries = journal.entries[before:after]
    versions = [e.version for e in entries if graph_iri is None or graph_iri in e.commit.graphs]
    whole = _composed(journal.patch(version) for version in versions)
    return whole if graph_iri is None else _within(whole, named(graph_iri))


def graph_at(store: Store, journal: Journal, graph_iri: str, version: int) -> list[Triple]:
    """
    The triples of one named graph at *version*, in no order; empty when there was no such graph.

    Args:
        store: With the state at the journal's end.
        journal: Of the store.
        graph_iri: The graph, which need not exist any more.
        version: 0 for the state before the first commit.

    Raises:
        ValueError: there is no such version.
        BadSyntax: *graph_iri* is no absolute IRI.
        StoreUnavailable: the journal cannot be read or is damaged.
    """
    back = diff(journal, journal.version, version, graph_iri=graph_iri)
    try:
        now = store.quads(graph_iri)
    except UnknownGraph:
        now = iter(())
    return [quad.triple for quad in _with(back, now)]


def dataset_at(store: Store, journal: Journal, version: int) -> EmbeddedStore:
    """
    All named graphs at *version*, in memory, as a store of their own; arguments and failures as for :func:`graph_at`.

    It takes as long as reading everything into memory: some seconds for a million quads.
    """
    past = held(_with(diff(journal, journal.version, version), store.quads()))
    past.number = version
    return past


def held(quads: Iterable[Quad]) -> EmbeddedStore:
    """Quads of named graphs, each once, in a store of their own in memory."""
    engine = pyoxigraph.Store()
    fill(engine, quads)
    return EmbeddedStore.over(engine)


def version_at(journal: Journal, moment: datetime) -> int | None:
    """
    The version that was the last one at *moment*, which knows its offset from UTC.

    None before the first commit: version 0 was the state then, since a time that nobody has written down.
    """
    return bisect_right([entry.at for entry in journal.entries], moment) or None


def _composed(patches: Iterable[Patch]) -> Patch:
    """One after the other, as one."""
    added: dict[Quad, None] = {}
    removed: dict[Quad, None] = {}
    for patch in patches:
        for quad in patch.removed:
            _cancel_or_note(quad, added, removed)
        for quad in patch.added:
            _cancel_or_note(quad, removed, added)
    return Patch(added=tuple(added), removed=tuple(removed))


def _cancel_or_note(quad: Quad, opposite: dict[Quad, None], noted: dict[Quad, None]) -> None:
    if quad in opposite:
        del opposite[quad]
    else:
        noted[quad] = None


def _within(patch: Patch, graph: NamedNode) -> Patch:
    return Patch(
        added=tuple(quad for quad in patch.added if quad.graph_name == graph),
        removed=tuple(quad for quad in patch.removed if quad.graph_name == graph),
    )


def _with(patch: Patch, quads: Iterable[Quad]) -> Iterator[Quad]:
    """*quads* after *patch*, each once."""
    removed = frozenset(patch.removed)
    yield from (quad for quad in quads if quad not in removed)
    yield from patch.added
