"""What a check found wrong, and where."""

from dataclasses import dataclass

from cppcc_graph.verify.evidence import Claim, Extent


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """
    One thing that disagrees with the text.

    Attributes:
        check: ``text``, ``paragraphs``, ``spans``, ``edges``, ``figures``, ``dates`` or ``names``.
        iri: The node to correct.
        start: First code point concerned; -1 if none.
        end: Code point after the last; -1 if none.
        message: What is wrong.
        advice: What to do.
    """

    check: str
    iri: str
    start: int
    end: int
    message: str
    advice: str


@dataclass(frozen=True, slots=True)
class Checked:
    """How many things a check looked at, and the problems it found: at most one for each."""

    total: int
    problems: tuple[Problem, ...]

    @property
    def n_sound(self) -> int:
        """Things without a problem."""
        return self.total - len(self.problems)


def extent_problem(check: str, extent: Extent, message: str, advice: str) -> Problem:
    """A problem of a span or paragraph."""
    return Problem(check=check, iri=extent.iri, start=extent.start, end=extent.end, message=message, advice=advice)


def claim_problem(check: str, claim: Claim, message: str, advice: str) -> Problem:
    """A problem of a node that rests on spans, placed at the first that quotes a string, or else at the first."""
    nowhere = Extent(iri=claim.iri, start=-1, end=-1)
    quoting = [span for span in claim.evidence if span.exact is not None]
    at = next(iter([*quoting, *claim.evidence]), nowhere)
    return Problem(check=check, iri=claim.iri, start=at.start, end=at.end, message=message, advice=advice)


def slice_of(span: Extent, text: str) -> str:
    """What *text* has at *span*; empty if the offsets are no stretch of it."""
    return text[span.start : span.end] if 0 <= span.start < span.end <= len(text) else ""
