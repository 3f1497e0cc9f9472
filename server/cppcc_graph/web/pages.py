"""
What each page shows: one dataclass per template, and nothing else reaches a template but this and the frame.

``tests/web/test_pages.py`` compares the fields with what the templates use.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Protocol

from flask import Response, render_template


class Page(Protocol):
    """A frozen dataclass that knows its template."""

    TEMPLATE: ClassVar[str]


def render(page: Page) -> Response:
    """*page* as HTML in the language of this answer."""
    return Response(render_template(page.TEMPLATE, page=page), mimetype="text/html")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """
    Words that lead somewhere.

    Attributes:
        text: What is shown.
        href: Local path or absolute address; None shows the text alone.
        language: Language tag of the text where it is not the page's.
        title: Shown on hovering, such as the full IRI.
    """

    text: str
    href: str | None = None
    language: str | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """
    What surrounds every page (``base.html``).

    Attributes:
        language: Language of the page.
        languages: The page in each language we speak; the present one has no `href`.
        navigation: The main pages; the present one has no `href`.
        version: Of the server.
    """

    language: str
    languages: Sequence[Link]
    navigation: Sequence[Link]
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemPage:
    """
    A failure, for a person.

    Attributes:
        title: What kind of failure.
        detail: What happened and what to do.
        status: HTTP status code.
    """

    TEMPLATE: ClassVar[str] = "problem.html"

    title: str
    detail: str
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many there are of something: its name in the page's language, and the number."""

    name: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """
    A report in the list on the home page.

    Attributes:
        report: Its title.
        body: Whose work it reports.
        period: The reported year.
        issued: When it was published, or None.
        n_figures: Observations it states.
        n_triples: Triples in its graph.
    """

    report: Link
    body: Link
    period: str
    issued: date | None
    n_figures: int
    n_triples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    """
    The page at ``/``.

    Attributes:
        counts: What is in the dataset now, in reading order.
        reports: Every report, newest period first; may be empty.
        questions: Some questions that open their answers; may be empty.
        n_questions: How many there are in all.
        endpoint: Absolute address of the SPARQL endpoint.
        example: A short query to copy.
    """

    TEMPLATE: ClassVar[str] = "home.html"

    counts: Sequence[Count]
    reports: Sequence[ReportRow]
    questions: Sequence[Link]
    n_questions: int
    endpoint: str
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionsPage:
    """The page at ``/questions/``: *questions* are links to their answers, in the order of their names."""

    TEMPLATE: ClassVar[str] = "questions.html"

    questions: Sequence[Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """
    One value in a result table.

    Attributes:
        text: The lexical form, or an IRI shortened.
        href: Where an IRI leads.
        language: Language tag of a literal that is not in the page's language.
        datatype: Shortened datatype of a literal that is neither a plain nor a language-tagged string.
        title: The full IRI.
        is_number: Whether it is set like a figure.
    """

    text: str
    href: str | None = None
    language: str | None = None
    datatype: str | None = None
    title: str | None = None
    is_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column's head, and whether the column holds numbers alone."""

    heading: str
    is_number: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultView:
    """
    An answer to look at.

    Attributes:
        columns: Of a table; empty for other answers.
        rows: As many as are shown; None is an unbound variable.
        boolean: The answer of an ASK, else None.
        document: A graph as Turtle, else None.
        n_rows: Solutions or triples in the whole answer.
        took_ms: How long the store needed.
        downloads: The same answer in other formats.
    """

    columns: Sequence[Column] = ()
    rows: Sequence[Sequence[Cell | None]] = ()
    boolean: bool | None = None
    document: str | None = None
    n_rows: int
    took_ms: int
    downloads: Sequence[Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureView:
    """
    Why a query has no answer, beside the query.

    Attributes:
        title: What kind of failure.
        detail: What is wrong and what to do.
        line: 1-based number of the wrong line, or None.
        before: The wrong line up to the wrong column.
        wrong: From there on; empty at the end of a line.
    """

    title: str
    detail: str
    line: int | None = None
    before: str = ""
    wrong: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Editor:
    """
    The form that asks a query.

    Attributes:
        query: The text in it.
        n_lines: Its height.
        formats: Names for ``?format=`` and what to call them, our preference first.
        hidden: Further parameters that the form keeps, such as ``default-graph-uri``.
    """

    query: str
    n_lines: int
    formats: Mapping[str, str]
    hidden: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryPage:
    """
    The page at ``/sparql`` for people.

    Attributes:
        editor: The query.
        result: The answer, or None.
        failure: Why there is none, or None when nothing was asked.
        questions: Example questions; may be empty.
    """

    TEMPLATE: ClassVar[str] = "query.html"

    editor: Editor
    result: ResultView | None
    failure: FailureView | None
    questions: Sequence[Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionPage:
    """
    The page at ``/questions/<slug>``.

    Attributes:
        title: The question.
        editor: Its query.
        result: The answer, or None.
        failure: Why there is none, or None.
    """

    TEMPLATE: ClassVar[str] = "question.html"

    title: str
    editor: Editor
    result: ResultView | None
    failure: FailureView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueView:
    """
    One value of a property.

    Attributes:
        value: A thing or a literal.
        datatype: Shortened datatype of a literal where it says more than the text.
        statement: The node that records this link with its evidence, or None.
    """

    value: Link
    datatype: str | None = None
    statement: Link | None = None


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
class EntityPage:
    """
    The page at ``/doc/…`` about one thing.

    Attributes:
        iri: Its IRI.
        label: Its name, or the end of its IRI.
        description: A sentence about it; may be empty.
        aliases: Other names.
        types: Its classes.
        evidence: What it rests on; empty for things that state nothing themselves.
        outgoing: What is said of it.
        incoming: What refers to it.
        formats: The same description for machines.
    """

    TEMPLATE: ClassVar[str] = "entity.html"

    iri: str
    label: str
    description: str
    aliases: Sequence[Link]
    types: Sequence[Link]
    evidence: Sequence[EvidenceView]
    outgoing: Sequence[PropertyView]
    incoming: Sequence[PropertyView]
    formats: Sequence[Link]


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
    """

    anchor: str
    term: Link
    short_name: str
    types: Sequence[Link]
    definition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VocabularyPage:
    """
    The page at ``/doc/ontology`` and ``/doc/vocabulary/…``: a document and the terms it defines.

    Attributes:
        iri: Of the document.
        label: Its name, or the end of its IRI.
        description: A sentence about it; may be empty.
        terms: Ordered by IRI; may be empty.
        formats: The same for machines.
    """

    TEMPLATE: ClassVar[str] = "vocabulary.html"

    iri: str
    label: str
    description: str
    terms: Sequence[TermView]
    formats: Sequence[Link]
