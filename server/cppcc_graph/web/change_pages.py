"""The pages about changes of the data: one dataclass per template, as in `pages`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from cppcc_graph.web.change_parts import ChangedGraph, FindingView, GraphDifference, VersionRow
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


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionsPage:
    """
    The page at ``/versions``.

    Attributes:
        n_versions: How many there are in all.
        rows: The newest first.
        newer: The page with later ones, or None.
        older: The page with earlier ones, or None.
        formats: The same for machines.
    """

    TEMPLATE: ClassVar[str] = "versions.html"

    n_versions: int
    rows: Sequence[VersionRow]
    newer: Link | None
    older: Link | None
    formats: Sequence[Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionPage:
    """
    The page at ``/versions/…`` about one commit.

    Attributes:
        row: Who, when, how and why.
        record_hash: SHA-256 of its record in the journal, which depends on all before it.
        data_hash: Of the data afterwards.
        graphs: That changed, ordered by IRI.
        earlier: The version before, or None.
        later: The version after, or None.
        difference: What came and went.
        formats: The same for machines.
    """

    TEMPLATE: ClassVar[str] = "version.html"

    row: VersionRow
    record_hash: str
    data_hash: str
    graphs: Sequence[ChangedGraph]
    earlier: Link | None
    later: Link | None
    difference: Link
    formats: Sequence[Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferencePage:
    """
    The page at ``/versions/…..…`` about what lies between two versions.

    Attributes:
        before: The version that is started from.
        after: The version that is arrived at.
        backwards: The same the other way round.
        n_added: Quads that came.
        n_removed: Quads that went.
        graphs: That differ, ordered by IRI.
        n_shown: Triples on this page.
        patch: All of them.
        formats: The commits between the two for machines.
    """

    TEMPLATE: ClassVar[str] = "difference.html"

    before: Link
    after: Link
    backwards: Link
    n_added: int
    n_removed: int
    graphs: Sequence[GraphDifference]
    n_shown: int
    patch: Link
    formats: Sequence[Link]
