"""The pages about changes of the data: one dataclass per template, as in `pages`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from cppcc_graph.web.change_parts import FindingView
from cppcc_graph.web.parts import Count, Link


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictPage:
    """
    What the gate says of a change.

    Attributes:
        title: Whether it conforms, or was committed.
        detail: What to do; may be empty.
        is_refused: Whether violations stop it.
        version: What the change has become, or None where nothing was committed.
        n_added: Quads that come, or would.
        n_removed: Quads that go, or would.
        graphs: That change, or would.
        counts: Findings of each severity that occurs.
        findings: As many as are shown, the violations first.
        n_findings: How many there are.
        skolemised: The beginning of the quads that come, with IRIs in the place of blank nodes; empty without any.
    """

    TEMPLATE: ClassVar[str] = "verdict.html"

    title: str
    detail: str
    is_refused: bool
    version: Link | None
    n_added: int
    n_removed: int
    graphs: Sequence[Link]
    counts: Sequence[Count]
    findings: Sequence[FindingView]
    n_findings: int
    skolemised: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPage:
    """
    The page at ``/jobs/…`` while a change is judged; it asks for itself again.

    Attributes:
        operation: What was asked for, in words.
        agent: Who asked.
        n_focus_nodes: How many nodes are judged.
        again_s: Seconds until the page is asked for again.
    """

    TEMPLATE: ClassVar[str] = "job.html"

    operation: str
    agent: str
    n_focus_nodes: int
    again_s: int
