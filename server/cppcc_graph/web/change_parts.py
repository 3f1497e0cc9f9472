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
