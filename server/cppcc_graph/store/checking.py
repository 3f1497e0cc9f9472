"""Whether a folder holds what was written into it: the journal record by record, and the state at its end."""

import gc
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pyoxigraph

from cppcc_graph.errors import StoreUnavailable
from cppcc_graph.store.commits import Entry, GraphState
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.folder import opened_to_read, translated
from cppcc_graph.store.journal import Journal
from cppcc_graph.store.lock import lock_files
from cppcc_graph.terms import NamedNode, shorten


def journal_findings(journal: Journal, *, on_version: Callable[[int], None] = lambda _: None) -> list[str]:
    """
    Where the records of *journal*, which has been read, do not say what their patches do; one sentence each.

    Args:
        journal: Whose chain of hashes was checked when it was read; each record is read once more.
        on_version: Called after each, for a progress bar.
    """
    findings = [
        f"version {later.version} was written at {later.at.isoformat()}, which is not later than the version before"
        for before, later in pairwise(journal.entries)
        if later.at <= before.at
    ]
    for entry in journal.entries:
        findings += _entry_findings(journal, entry)
        on_version(entry.version)
    return findings


def state_findings(store: EmbeddedStore, entries: list[Entry]) -> list[str]:
    """Where *store* is not what the last of *entries* says that it is; one sentence each."""
    if not entries:
        return []
    last: dict[str, GraphState | None] = {}
    for entry in entries:
        last.update(entry.commit.graphs)
    hashes = store.versions()
    counts = {graph.iri: graph.n_triples for graph in store.graphs()}
    now = {iri: GraphState(n_triples=counts[iri], content_hash=hashes[iri]) for iri in counts}
    findings = [
        f"the graph {shorten(iri)} holds {_told(now.get(iri))}, and the journal says {_told(expected)}"
        for iri, expected in sorted(last.items())
        if now.get(iri) != expected
    ]
    if store.version() != entries[-1].commit.data_version and not findings:
        findings.append(
            f"the data are not those of version {entries[-1].version}: their content hash is {store.version()}, and "
            f"the journal says {entries[-1].commit.data_version}"
        )
        findings += [
            f"the graph {shorten(iri)} holds {_told(state)}, and no commit speaks of it"
            for iri, state in sorted(now.items())
            if iri not in last
        ]
    return findings


def index_findings(folder: Path) -> list[str]:
    """
    Where the engine's files in *folder*, of which reading the data needs only one index, cannot be read by another.

    The engine checks what it reads by checksums. This process gets threads.

    Raises:
        StoreUnavailable: they are damaged, or cannot be read.
    """
    with lock_files(folder, is_writing=False):
        engine = opened_to_read(folder)
        with translated(folder):
            findings = _differing_indexes(engine)
        del engine
        gc.collect()
    return findings


def _differing_indexes(engine: pyoxigraph.Store) -> list[str]:
    n_graphs, quads = len(list(engine.named_graphs())), list(engine)
    terms = {
        "subject": lambda quad: (quad.subject, None, None, None),
        "predicate": lambda quad: (None, quad.predicate, None, None),
        "object": lambda quad: (None, None, quad.object, None),
        "graph": lambda quad: (None, None, None, quad.graph_name),
        "predicate and graph": lambda quad: (None, quad.predicate, None, quad.graph_name),
        "object and graph": lambda quad: (None, None, quad.object, quad.graph_name),
        "subject and graph": lambda quad: (quad.subject, None, None, quad.graph_name),
    }
    n_used = len({quad.graph_name for quad in quads if isinstance(quad.graph_name, NamedNode)})
    findings = (
        [] if n_graphs >= n_used else [f"the engine's files hold {n_used:,} graphs, and {n_graphs:,} of their names"]
    )
    for name, pattern_of in terms.items():
        n_found = sum(1 for pattern in set(map(pattern_of, quads)) for _ in engine.quads_for_pattern(*pattern))
        if n_found < len(quads):  # more are found where the engine holds two terms as one
            findings.append(f"the engine's files hold {len(quads):,} quads, and {n_found:,} when asked by {name}")
    return findings


def _entry_findings(journal: Journal, entry: Entry) -> list[str]:
    try:
        patch = journal.patch(entry.version)
    except StoreUnavailable as error:
        return [error.reason]
    findings = []
    if (entry.n_added, entry.n_removed) != (len(patch.added), len(patch.removed)):
        findings.append(
            f"version {entry.version} says {entry.n_added:,} added and {entry.n_removed:,} removed, and holds "
            f"{len(patch.added):,} and {len(patch.removed):,}"
        )
    if patch.graphs != sorted(entry.commit.graphs):
        findings.append(f"version {entry.version} names other graphs than it changes")
    return findings


def _told(state: GraphState | None) -> str:
    return f"{state.n_triples:,} triples of content hash {state.content_hash}" if state else "nothing"
