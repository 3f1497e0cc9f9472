"""The gate's judge: pySHACL and the shapes that stand in the store, which come in when the first change does."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from cppcc_graph.gate import Judgement
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.patch import Patch

if TYPE_CHECKING:
    from cppcc_graph.validation import Affected, Judge

_VIOLATION = "Violation"


class Judges:
    """A `gate.Judging` by the shapes of the store as it is now."""

    def __init__(self) -> None:
        self._judge: Judge | None = None
        self._affected: tuple[Patch, Affected] | None = None

    def prepare(self, store: EmbeddedStore) -> None:
        """Reads and analyses the shapes, unless that was done."""
        # pySHACL and rdflib take half a second to import, which reading does not need.
        from cppcc_graph.validation import Judge

        if self._judge is None:
            self._judge = Judge(store)

    def committed(self, patch: Patch) -> None:
        """The shapes may be others now."""
        self._affected = None
        if self._judge is not None and self._judge.is_outdated_by(patch):
            self._judge = None

    def n_affected(self, store: EmbeddedStore, patch: Patch) -> int:
        """
        How many focus nodes a change that was carried out on *store* can affect.

        Raises:
            BadShapes: the shapes cannot judge.
        """
        judge = self._ready(store)
        affected = judge.affected(store, patch)
        self._affected = (patch, affected)
        return judge.n_focus_nodes(store) if affected.why_full else affected.n_focus_nodes

    def judged(self, store: EmbeddedStore, patch: Patch) -> Judgement:
        """
        What the shapes say about it.

        Raises:
            BadShapes: the shapes cannot judge.
        """
        known = self._affected[1] if self._affected and self._affected[0] is patch else None
        report = self._ready(store).judged(store, patch, known)
        findings = [asdict(finding) for finding in report.findings]
        return Judgement(
            conforms=all(found["severity"] != _VIOLATION for found in findings),
            findings=tuple(findings),
            report=report.results.serialize(format="nt"),
        )

    def _ready(self, store: EmbeddedStore) -> Judge:
        self.prepare(store)
        if self._judge is None:
            raise RuntimeError("a judge without shapes")
        return self._judge
