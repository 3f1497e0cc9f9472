"""A validation's outcome: findings in order, and the three forms in which they are shown."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from io import StringIO
from types import MappingProxyType

from rdflib import Graph
from rdflib.term import Node
from rich.console import Console
from rich.table import Table

SEVERITIES = ("Violation", "Warning", "Info")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """
    One validation result.

    Attributes:
        severity: ``Violation``, ``Warning`` or ``Info``.
        rule: Number of the rule in the curator's guide (R12); empty if the shape has none.
        focus: IRI of the node to correct: the focus node, or the value when a rule looks at a whole report at once.
        label_zh: Its Chinese label, or empty.
        label_en: Its English label, or empty.
        path: The property concerned, shortened; empty for the node as a whole.
        value: The value concerned, shortened; empty if there is none.
        message_zh: What to do, in Chinese; the English one if there is no other.
        message_en: What to do, in English; likewise.
        evidence: ``start–end`` of each span that the node rests on, in the order of the text.
        shape: IRI of the shape that found it, or empty.
        component: Local name of the constraint component: ``MinCountConstraintComponent``.
    """

    severity: str
    rule: str
    focus: str
    label_zh: str
    label_en: str
    path: str
    value: str
    message_zh: str
    message_en: str
    evidence: tuple[str, ...]
    shape: str
    component: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationReport:
    """
    What the shapes say about a graph.

    Attributes:
        conforms: There is no finding of any severity (SHACL, section 3.6.1.1).
        findings: By severity, rule, focus node, path and value.
        n_rules: Numbered rules that were looked at.
        n_focus_nodes: Nodes that some shape looked at.
        results: pySHACL's results graph.
        nodes: Of each finding its result in that graph.
        why_full: After a change, why all data were looked at and not only what it can affect; else empty.
    """

    conforms: bool
    findings: tuple[Finding, ...]
    n_rules: int
    n_focus_nodes: int
    results: Graph
    nodes: tuple[Node, ...]
    why_full: str = ""

    @property
    def counts(self) -> Mapping[str, int]:
        """Findings of each severity, most severe first, zeros included."""
        return MappingProxyType({each: sum(found.severity == each for found in self.findings) for each in SEVERITIES})

    def as_table(self, *, width: int = 100, language: str = "en") -> str:
        """Plain text, no line wider than *width* columns; messages in *language* (``zh`` or ``en``)."""
        console = Console(file=StringIO(), width=width, color_system=None, highlight=False, markup=False, emoji=False)
        with console.capture() as captured:
            if self.findings:
                console.print(_table(self.findings, language))
            console.print(self.summary())
        return "\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n"

    def summary(self) -> str:
        """One line: conforms or not, findings by severity, what was looked at."""
        verdict = "conforms" if self.conforms else "does not conform"
        counted = ", ".join(f"{count} {severity.lower()}s" for severity, count in self.counts.items())
        return f"{verdict}: {counted}; {self.n_focus_nodes} nodes looked at under {self.n_rules} rules"

    def as_turtle(self) -> str:
        """
        The report as RDF.

        Spec: SHACL, section 3.6 (validation report).
        """
        return self.results.serialize(format="turtle")

    def as_json(self) -> str:
        """``{"conforms": …, "counts": {…}, "rules": n, "focusNodes": n, "findings": [{…}]}``."""
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=2) + "\n"

    def as_dict(self) -> dict[str, object]:
        """What :meth:`as_json` writes; nothing of rdflib's, so that it may go to another process."""
        return {
            "conforms": self.conforms,
            "counts": dict(self.counts),
            "rules": self.n_rules,
            "focusNodes": self.n_focus_nodes,
            "findings": [asdict(finding) for finding in self.findings],
        }


def _table(findings: tuple[Finding, ...], language: str) -> Table:
    table = Table(show_edge=False, pad_edge=False, show_lines=True)
    table.add_column("severity", no_wrap=True)
    table.add_column("rule", no_wrap=True)
    table.add_column("node", ratio=4, overflow="fold")
    table.add_column("property", ratio=2, overflow="fold")
    table.add_column("what to do", ratio=5, overflow="fold")
    for finding in findings:
        label = finding.label_zh if language == "zh" else finding.label_en
        message = finding.message_zh if language == "zh" else finding.message_en
        value = f"\n({finding.value})" if finding.value and finding.value != f"<{finding.focus}>" else ""
        spans = f"\n[{', '.join(finding.evidence)}]" if finding.evidence else ""
        node = f"{label}\n{finding.focus}" if label else finding.focus
        table.add_row(finding.severity, finding.rule, node + spans, finding.path, message + value)
    return table
