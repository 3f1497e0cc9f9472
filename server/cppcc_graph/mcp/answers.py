"""What the tools answer: plain values, each with the IRIs it is about and the places in the report it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Place:
    """
    A place in a report's text.

    Attributes:
        iri: Of the place.
        report: IRI of the report.
        line: 1-based line of the text.
        start: First character, in code points of the whole text, counted from 0.
        end: One past the last.
        words: The short words that stand there, where they are recorded; the text itself is not part of the data.
        is_basis: Whether the thing was inferred from this place, and is not stated there.
    """

    iri: str
    report: str
    line: int
    start: int
    end: int
    words: str | None
    is_basis: bool


@dataclass(frozen=True, kw_only=True)
class FoundThing:
    """Something that was looked for: *matched* is the text in which the words were found, *score* goes up to 100."""

    iri: str
    label: str
    types: Sequence[str]
    description: str
    matched: str
    score: float


@dataclass(frozen=True, kw_only=True)
class FoundThings:
    """The best things first, of *n_found* in all; *advice* says what to do when there is none."""

    things: Sequence[FoundThing]
    n_found: int
    advice: str


@dataclass(frozen=True, kw_only=True)
class Statement:
    """
    One thing that is said.

    Attributes:
        property: IRI.
        property_label: Its name.
        value: IRI or text at the other end.
        value_label: Its name where it is a thing that has one.
        status: Whether it is done, planned or claimed, where that is told.
        evidence: IRIs of the places in the text on which it rests; get_evidence shows them.
    """

    property: str
    property_label: str
    value: str
    value_label: str
    status: str
    evidence: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class FigureOf:
    """A figure: *value* in *unit*, where *bound* says whether it is exact or a limit; *evidence* as in Statement."""

    iri: str
    indicator: str
    value: str
    unit: str
    bound: str
    period: str
    body: str
    evidence: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Described:
    """
    One thing with all that is said of it.

    Attributes:
        iri: Its IRI.
        label: Its name.
        description: A sentence about it; may be empty.
        aliases: Other names.
        types: IRIs of its classes.
        figures: That it is or that concern it.
        statements: What is said of it.
        mentions: What refers to it: the value is the subject.
        evidence: What it rests on itself.
        left_out: What was too long to be shown; empty when nothing was.
    """

    iri: str
    label: str
    description: str
    aliases: Sequence[str]
    types: Sequence[str]
    figures: Sequence[FigureOf]
    statements: Sequence[Statement]
    mentions: Sequence[Statement]
    evidence: Sequence[Place]
    left_out: str


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The places on which the thing called *iri* rests; *advice* says where to look when there is none."""

    iri: str
    places: Sequence[Place]
    advice: str


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A class or an indicator: how many things or figures have it, and one of them."""

    iri: str
    label: str
    definition: str
    n: int
    example: str
    example_label: str


@dataclass(frozen=True, kw_only=True)
class Kinds:
    """Classes or indicators, the most used first."""

    kinds: Sequence[Kind]


@dataclass(frozen=True, kw_only=True)
class Example:
    """A question in words and the query that answers it."""

    name: str
    question: str
    query: str


@dataclass(frozen=True, kw_only=True)
class Examples:
    """Some of *n* questions that the data answer."""

    examples: Sequence[Example]
    n: int


@dataclass(frozen=True, kw_only=True)
class Suspicion:
    """A term of a query that the data do not have, and the nearest one that they have, if there is one."""

    written: str
    suggested: str
    line: int
    column: int


@dataclass(frozen=True, kw_only=True)
class Validated:
    """
    Whether a query can be asked.

    Attributes:
        is_valid: Whether it parses and is let through.
        form: What it answers with: solutions, boolean or graph; empty when it is not valid.
        problem: What is wrong and what to do; empty when nothing is.
        unknown: Terms that the data do not have; a pattern with one finds nothing.
    """

    is_valid: bool
    form: str
    problem: str
    unknown: Sequence[Suspicion]


@dataclass(frozen=True, kw_only=True)
class Answered:
    """
    The answer to a query.

    Attributes:
        form: solutions, boolean or graph.
        columns: Names of the variables, for solutions.
        rows: One list for each solution, in the order of the columns: IRIs as <…>, texts as they are, nothing as null.
        boolean: For a yes-or-no question, else null.
        triples: For a graph, in N-Triples; else empty.
        n: How many solutions or triples there are in all.
        is_cut: Whether only the first of them are shown.
        advice: What to do, when there is something; may be empty.
    """

    form: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | None]]
    boolean: bool | None
    triples: Sequence[str]
    n: int
    is_cut: bool
    advice: str
