"""The gate's judge: pySHACL and the shapes that stand in the store, which come in when the first change does."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from cppcc_graph.formats import N_QUADS, write_graph
from cppcc_graph.gate import Judgement
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.patch import Patch
from cppcc_graph.terms import BASE, NamedNode, Quad

if TYPE_CHECKING:
    from cppcc_graph.validation import Affected, Judge

_VIOLATION = "Violation"
_ONTOLOGY = tuple(f"{BASE}{name}" for name in ("ontology", "vocabulary/", "shapes/"))


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
        from cppcc_graph.validation import blank_node_findings, report_as_ntriples, skolemised

        known = self._affected[1] if self._affected and self._affected[0] is patch else None
        report = self._ready(store).judged(store, patch, known)
        written = _in_data(patch)
        nameless = blank_node_findings(written)
        findings = [asdict(finding) for finding in (*nameless, *report.findings)]
        return Judgement(
            conforms=all(found["severity"] != _VIOLATION for found in findings),
            findings=tuple(findings),
            report=report_as_ntriples(report, nameless).decode(),
            skolemised=write_graph(skolemised(written).added, N_QUADS).decode() if nameless else "",
        )

    def _ready(self, store: EmbeddedStore) -> Judge:
        self.prepare(store)
        if self._judge is None:
            raise RuntimeError("a judge without shapes")
        return self._judge


def _in_data(patch: Patch) -> Patch:
    """What of *patch* comes into graphs where nothing may be nameless: all but those of the ontology and its shapes."""
    return Patch(added=tuple(quad for quad in patch.added if not _is_ontology(quad)))


def _is_ontology(quad: Quad) -> bool:
    return isinstance(quad.graph_name, NamedNode) and quad.graph_name.value.startswith(_ONTOLOGY)
