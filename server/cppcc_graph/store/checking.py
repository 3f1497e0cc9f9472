"""Whether a folder holds what was written into it: the journal record by record, and the state at its end."""

from collections.abc import Callable
from itertools import pairwise

from cppcc_graph.errors import StoreUnavailable
from cppcc_graph.store.commits import Entry, GraphState
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.journal import Journal
from cppcc_graph.terms import shorten


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
