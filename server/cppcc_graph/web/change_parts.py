"""What pages about changes are made of: one documented dataclass for each piece, as in `parts`."""

from collections.abc import Sequence
from dataclasses import dataclass

from cppcc_graph.web.parts import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """
    What a shape says of one node.

    Attributes:
        severity: In the page's language.
        is_violation: Whether it stops the change.
        rule: Its number, or the name of its shape, and where the shape is described.
        focus: The node to correct.
        path: The property concerned, shortened; may be empty.
        value: The value concerned, shortened; may be empty.
        message: What to do.
        evidence: ``start–end`` of each span of text that the node rests on; may be empty.
    """

    severity: str
    is_violation: bool
    rule: Link
    focus: Link
    path: str
    value: str
    message: str
    evidence: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """
    A commit in the list of them.

    Attributes:
        version: Its number.
        at: When, to the second.
        machine_time: The same in ISO 8601.
        agent: Who.
        operation: What was asked for, in words.
        message: Why; may be empty.
        n_added: Quads that came.
        n_removed: Quads that went.
        graphs: Some of those that changed.
        n_graphs: How many changed.
    """

    version: Link
    at: str
    machine_time: str
    agent: str
    operation: str
    message: str
    n_added: int
    n_removed: int
    graphs: Sequence[Link]
    n_graphs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedGraph:
    """
    A graph that a commit changed.

    Attributes:
        graph: The graph.
        n_triples: What it holds afterwards; 0 when it is gone.
        then: The graph as it was afterwards; None when it is gone.
    """

    graph: Link
    n_triples: int
    then: Link | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedTriple:
    """
    A triple that came or went.

    Attributes:
        is_added: Whether it came.
        subject: By its name, if it has one.
        predicate: Likewise.
        value: Likewise, or a literal.
        datatype: Shortened datatype of a literal that says more than its text.
    """

    is_added: bool
    subject: Link
    predicate: Link
    value: Link
    datatype: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphDifference:
    """
    How a graph differs between two versions.

    Attributes:
        anchor: Of its section on the page.
        graph: The graph.
        n_added: Triples that came.
        n_removed: Triples that went.
        triples: As many as are shown, ordered by subject.
    """

    anchor: str
    graph: Link
    n_added: int
    n_removed: int
    triples: Sequence[ChangedTriple]
