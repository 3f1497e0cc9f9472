"""What pages are made of: the pieces that templates show, as plain values, one documented dataclass each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cppcc_graph.web.excerpt import Excerpt


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
        theme: ``light``, ``dark``, or ``auto`` for that of the system.
        themes: The page in each theme; the present one has no `href`.
        navigation: The main pages; the present one has no `href`.
        base: What the IRIs begin with that have pages here.
        script: What scripts add to the page, or None where they were not built.
        version: Of the server.
        feed: The last changes of the data, or None where no history is kept.
    """

    language: str
    languages: Sequence[Link]
    theme: str
    themes: Sequence[Link]
    navigation: Sequence[Link]
    base: str
    script: str | None
    version: str
    feed: Link | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemKind:
    """
    A kind of failure.

    Attributes:
        kind: Fragment of its type IRI.
        status: HTTP status code.
        title: In a few words.
    """

    kind: str
    status: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many there are of something: its name in the page's language, and the number."""

    name: str
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureCard:
    """
    A figure at a glance.

    Attributes:
        indicator: What is measured; leads to the figure with its evidence.
        bound: Said before the value, such as *more than*; empty when it is exact.
        value: The number as people write it.
        unit: Said behind it; may be empty.
        scope: Where a rank counts; may be empty.
        exact: The characters of the report; may be empty.
        line: 1-based line of the text where they stand.
    """

    indicator: Link
    bound: str
    value: str
    unit: str
    scope: str
    exact: str
    line: int


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
        document: A graph as Turtle, else None; a long one is cut.
        n_cut_lines: How many lines of the document are left out.
        n_rows: Solutions or triples in the whole answer.
        took_ms: How long the store needed.
        downloads: The same answer in other formats.
        hints: Why it may be empty, one sentence each.
    """

    columns: Sequence[Column] = ()
    rows: Sequence[Sequence[Cell | None]] = ()
    boolean: bool | None = None
    document: str | None = None
    n_cut_lines: int = 0
    n_rows: int
    took_ms: int
    downloads: Sequence[Link]
    hints: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureView:
    """
    Why a query has no answer, beside the query.

    Attributes:
        title: What kind of failure.
        detail: What is wrong and what to do.
        excerpt: The wrong line, or None.
        suggestion: Text that would mend it, to be copied; may be empty.
    """

    title: str
    detail: str
    excerpt: Excerpt | None = None
    suggestion: str = ""


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
class PastView:
    """
    That a page shows an earlier state.

    Attributes:
        version: Of the data.
        at: When it began.
        now: The same page about the present.
    """

    version: Link
    at: str
    now: Link
