"""What pages about things are made of, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from cppcc_graph.web.parts import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingView:
    """
    How something is said.

    Attributes:
        marks: Status and certainty, where they are not those that go without saying.
        spans: What it rests on, by the quoted characters or by where they stand.
    """

    marks: Sequence[Link]
    spans: Sequence[Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureView:
    """
    A row of the table of figures.

    Attributes:
        indicator: What is counted or measured, leading to the observation.
        bound: How the number is bounded, such as “more than”; None for the number itself.
        value: The number, as people write it.
        unit: In which it is given, or None.
        period: What it is about, or None.
        body: Whose figure it is, or None.
        standing: How it is said, or None.
    """

    indicator: Link
    bound: Link | None
    value: str
    unit: Link | None
    period: Link | None
    body: Link | None
    standing: StandingView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueView:
    """
    One value of a property.

    Attributes:
        value: A thing or a literal.
        datatype: Shortened datatype of a literal where it says more than the text.
        statement: The node that records this link with its evidence, or None.
        standing: How it is said, or None.
    """

    value: Link
    datatype: str | None = None
    statement: Link | None = None
    standing: StandingView | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyView:
    """
    A property and its values.

    Attributes:
        predicate: The property.
        values: As many as are shown.
        n_values: As many as there are.
        everything: A query for all of them, where not all are shown.
    """

    predicate: Link
    values: Sequence[ValueView]
    n_values: int
    everything: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceView:
    """
    A piece of a report's text.

    Attributes:
        span: The span.
        exact: The quoted characters, if they are recorded.
        before: What stands before them in their sentence; None where the text is not at hand.
        marked: The characters, likewise.
        after: What stands behind them, likewise.
        start: 0-based code point in the whole text.
        end: One past the last code point.
        line: 1-based line in the text.
        is_basis: Whether the thing is inferred from it, not stated by it.
        report: The report.
        published: Where the text was published, or None.
        sha256: Of the text.
    """

    span: Link
    exact: str | None
    before: str | None
    marked: str | None
    after: str | None
    start: int
    end: int
    line: int
    is_basis: bool
    report: Link
    published: str | None
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UsesView:
    """
    What is made of a term.

    Attributes:
        n: How often things and reports use it.
        everything: A query for the first of its uses.
        examples: One or two things that use it; may be empty.
        shapes: Rules that say what data with it must be like; may be empty.
    """

    n: int
    everything: str
    examples: Sequence[Link]
    shapes: Sequence[Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermView:
    """
    A term on a vocabulary's page.

    Attributes:
        anchor: Fragment of its IRI.
        term: Its name.
        short_name: Its IRI shortened.
        types: Its classes.
        definition: May be empty.
        details: Examples, notes, and how it stands to other terms.
        diagram: What it links, as a picture; may be empty.
        uses: What is made of it; None in the past, of which that is not known.
    """

    anchor: str
    term: Link
    short_name: str
    types: Sequence[Link]
    definition: str
    details: Sequence[PropertyView]
    diagram: Markup
    uses: UsesView | None
