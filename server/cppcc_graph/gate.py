"""
The one way in which versioned data change: carried out, judged, committed; or nothing.

A proposal is carried out on a store that nobody else reads: a forked copy in a server, the process's own in a command.
What it changed is judged by the shapes, as far as the change can affect anything, and stands in the journal, safe on
the disk, before anybody is told.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Protocol

from cppcc_graph.errors import Outdated, UnknownVersion
from cppcc_graph.store.commits import Commit, Entry, GraphState
from cppcc_graph.store.effects import Effective, carried_out
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.forked import forked
from cppcc_graph.store.journal import Journal
from cppcc_graph.store.lock import Lock
from cppcc_graph.store.patch import Patch
from cppcc_graph.store.proposal import Proposal, Reversal, Verdict

MANY_FOCUS_NODES = 2_000
"""Judging more of them takes so long that a client is told to come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """
    What the shapes say about a change, in plain data.

    Attributes:
        conforms: There is no violation; warnings do not stop a change.
        findings: JSON of each finding, the violations first.
        report: The ``sh:ValidationReport`` in N-Triples.
        skolemised: The quads that come, with IRIs in the place of blank nodes, in N-Quads; empty when there are none.
    """

    conforms: bool
    findings: tuple[dict[str, object], ...]
    report: str
    skolemised: str = ""


class Judging(Protocol):
    """Who judges a change; `judging.Judges` does it by the shapes that stand in the store."""

    def prepare(self, store: EmbeddedStore) -> None:
        """Does what need not be done for each change, unless it was done."""

    def committed(self, patch: Patch) -> None:
        """It may have changed what was prepared."""

    def n_affected(self, store: EmbeddedStore, patch: Patch) -> int:
        """How many focus nodes a change that was carried out on *store* can affect."""

    def judged(self, store: EmbeddedStore, patch: Patch) -> Judgement:
        """What the shapes say about it."""


class Progress(Protocol):
    """Who is told how far a proposal is."""

    def takes_long(self, n_focus_nodes: int) -> None:
        """Judging will take long."""

    def commits(self) -> None:
        """It is accepted and must not be interrupted from here on."""


class Unwatched:
    """Nobody is told."""

    def takes_long(self, n_focus_nodes: int) -> None:
        """Nothing."""

    def commits(self) -> None:
        """Nothing."""


@dataclass(slots=True)
class Gate:
    """
    The data of a folder in memory, their journal, and who judges changes.

    Attributes:
        store: The data at the version `version`.
        journal: Of the folder, whose lock is held.
        judge: By the shapes.
        on_commit: Told of each commit, before anybody else.
        lock: Of the folder, held until `close`; None where nothing is committed.
        is_apart: Whether to judge in a process of its own, so that nothing of it stays in the memory of this one.
    """

    store: EmbeddedStore
    journal: Journal
    judge: Judging
    on_commit: Callable[[Entry, Patch], None]
    lock: Lock | None
    is_apart: bool = False

    @property
    def version(self) -> int:
        """Of the data; 0 before the first commit."""
        return self.journal.version

    def close(self) -> None:
        """The folder is free for others."""
        if self.lock is not None:
            self.lock.release()

    def prepare(self) -> None:
        """Makes the first judgement and the first commit faster."""
        self.judge.prepare(self.store)
        self.store.version()

    def catch_up(self) -> None:
        """Carries out what others, forked from this process, have committed to the journal since."""
        journal = Journal.open(self.journal.folder)
        for entry in journal.entries[self.version :]:
            patch = journal.patch(entry.version)
            self.store.apply(patch)
            self.on_commit(entry, patch)
            self.judge.committed(patch)
        self.journal = journal
        self.store.number = self.version

    def propose(self, proposal: Proposal, progress: Progress | None = None) -> Verdict:
        """
        Carries out a proposal, or tells why not; without a commit nothing has changed.

        Raises:
            Outdated: the data are not of an expected version, or a graph is there or not against expectation.
            NotGranted: a graph would change that the grant does not reach.
            UnknownVersion: it goes back to a version that never was.
            NotKept: the journal cannot be written.
            CppccError: as `store.effects.carried_out` tells.
        """
        progress = progress or Unwatched()
        existing = {graph.iri for graph in self.store.graphs()}
        is_unexpected = bool(proposal.expected) and self.version not in proposal.expected
        is_missing = bool(proposal.only_if_there) and proposal.only_if_there not in existing
        if is_unexpected or is_missing or proposal.only_if_new in existing:
            raise Outdated(version=self.version)
        patch = carried_out(self.store, self._effective(proposal))
        try:
            verdict = self._verdict(proposal, patch, existing, progress)
        except BaseException:
            self.store.apply(patch.inverse)
            raise
        if not verdict.is_committed:
            self.store.apply(patch.inverse)
        return verdict

    def _effective(self, proposal: Proposal) -> Effective:
        asked = proposal.asked
        if not isinstance(asked, Reversal):
            return asked
        if not 0 < asked.version <= self.version:
            raise UnknownVersion(str(asked.version), last=self.version)
        undone = Patch()
        for version in range(self.version, asked.version, -1):
            undone = undone.then(self.journal.patch(version).inverse)
        return undone

    def _verdict(self, proposal: Proposal, patch: Patch, existing: set[str], progress: Progress) -> Verdict:
        if proposal.grant is not None:
            for graph in patch.graphs:
                proposal.grant.check_graph(graph)
        n_focus_nodes = self.judge.n_affected(self.store, patch) if patch else 0
        if proposal.may_wait and n_focus_nodes > MANY_FOCUS_NODES:
            progress.takes_long(n_focus_nodes)
        judgement = self._judged(patch)
        is_committed = judgement.conforms and bool(patch) and not proposal.is_dry_run
        if is_committed:
            progress.commits()
            self._commit(proposal, patch)
        return Verdict(
            version=self.version,
            is_committed=is_committed,
            n_added=len(patch.added),
            n_removed=len(patch.removed),
            graphs=tuple(patch.graphs),
            new_graphs=tuple(graph for graph in patch.graphs if graph not in existing),
            counts=patch.counts,
            conforms=judgement.conforms,
            findings=judgement.findings,
            report=judgement.report,
            n_focus_nodes=n_focus_nodes,
            skolemised=judgement.skolemised,
        )

    def _judged(self, patch: Patch) -> Judgement:
        if not self.is_apart:
            return self.judge.judged(self.store, patch)
        return Judgement(
            **json.loads(forked(lambda: json.dumps(asdict(self.judge.judged(self.store, patch))).encode()))
        )

    def _commit(self, proposal: Proposal, patch: Patch) -> None:
        counts = {graph.iri: graph.n_triples for graph in self.store.graphs()}
        hashes = self.store.versions()
        states = {
            iri: GraphState(n_triples=counts[iri], content_hash=hashes[iri]) if iri in counts else None
            for iri in patch.graphs
        }
        commit = Commit(
            agent=proposal.agent,
            operation=proposal.operation,
            message=proposal.message,
            graphs=states,
            data_version=self.store.version(),
        )
        entry = self.journal.append(commit, patch)
        self.store.number = self.version
        self.on_commit(entry, patch)
        self.judge.committed(patch)
