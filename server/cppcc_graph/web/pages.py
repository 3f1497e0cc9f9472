"""
What each page shows: one dataclass per template, and nothing else reaches a template but this and the frame.

``tests/web/test_pages.py`` compares the fields with what the templates use.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from flask import Response, render_template
from markupsafe import Markup

from cppcc_graph.web.form_parts import Field
from cppcc_graph.web.parts import (
    Count,
    Editor,
    FailureView,
    FigureCard,
    Link,
    PastView,
    ProblemKind,
    ReportRow,
    ResultView,
)
from cppcc_graph.web.thing_parts import EvidenceView, FigureView, PropertyView, StandingView, TermView


class Page(Protocol):
    """A frozen dataclass that knows its template."""

    TEMPLATE: ClassVar[str]


def render(page: Page) -> Response:
    """*page* as HTML in the language of this answer."""
    return Response(render_template(page.TEMPLATE, page=page), mimetype="text/html")


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
class ProblemsPage:
    """The page at ``/problems``, to which the types of problem documents lead; *kinds* are ordered by status."""

    TEMPLATE: ClassVar[str] = "problems.html"

    kinds: Sequence[ProblemKind]


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    """
    The page at ``/``.

    Attributes:
        glance: What the newest report states outright about its body; may be empty.
        newest: That report, or None.
        counts: What is in the dataset now, in reading order.
        reports: Every report, newest period first; may be empty.
        questions: Some questions that open their answers; may be empty.
        n_questions: How many there are in all.
        endpoint: Absolute address of the SPARQL endpoint.
        example: A short query to copy.
        data: The dataset in the words of schema.org, as an element; empty when there is nothing to say.
    """

    TEMPLATE: ClassVar[str] = "home.html"

    glance: Sequence[FigureCard]
    newest: Link | None
    counts: Sequence[Count]
    reports: Sequence[ReportRow]
    questions: Sequence[Link]
    n_questions: int
    endpoint: str
    example: str
    data: Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionsPage:
    """The page at ``/questions/``: *questions* are links to their answers, in the order of their names."""

    TEMPLATE: ClassVar[str] = "questions.html"

    questions: Sequence[Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryPage:
    """
    The page at ``/sparql`` for people.

    Attributes:
        editor: The query.
        result: The answer, or None.
        failure: Why there is none, or None when nothing was asked.
        permalink: Where this answer is found for ever; None without an answer, or when no link can say it.
        is_kept: Whether a short link can be made.
        questions: Example questions; may be empty.
    """

    TEMPLATE: ClassVar[str] = "query.html"

    editor: Editor
    result: ResultView | None
    failure: FailureView | None
    permalink: str | None
    is_kept: bool
    questions: Sequence[Link]


@dataclass(frozen=True, slots=True, kw_only=True)
class PermalinkPage:
    """
    The page at ``/q/…``.

    Attributes:
        version: Of the data when the link was made.
        now: Of the data that have answered.
        is_same: Whether these are the same data.
        editor: The query.
        result: The answer, or None.
        failure: Why there is none, or None.
    """

    TEMPLATE: ClassVar[str] = "permalink.html"

    version: str
    now: str
    is_same: bool
    editor: Editor
    result: ResultView | None
    failure: FailureView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionPage:
    """
    The page at ``/questions/<slug>``.

    Attributes:
        title: The question.
        fields: What it can be narrowed down to; may be empty.
        editor: Its query.
        result: The answer, or None.
        failure: Why there is none, or None.
    """

    TEMPLATE: ClassVar[str] = "question.html"

    title: str
    fields: Sequence[Field]
    editor: Editor
    result: ResultView | None
    failure: FailureView | None


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
        standing: How it is said, where it is something that a report says; else None.
        figures: That concern it, or that it is; may be empty.
        evidence: What it rests on; empty for things that state nothing themselves.
        outgoing: What is said of it.
        incoming: What refers to it.
        graph: The triples of the graph that has its name, or None.
        data: The same in the words of schema.org, for programs that read pages; may be empty.
        formats: The same description for machines.
        past: Of an earlier state, or None.
    """

    TEMPLATE: ClassVar[str] = "entity.html"

    iri: str
    label: str
    description: str
    aliases: Sequence[Link]
    types: Sequence[Link]
    standing: StandingView | None
    figures: Sequence[FigureView]
    evidence: Sequence[EvidenceView]
    outgoing: Sequence[PropertyView]
    incoming: Sequence[PropertyView]
    graph: Link | None
    data: Markup
    formats: Sequence[Link]
    past: PastView | None


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
        past: Of an earlier state, or None.
    """

    TEMPLATE: ClassVar[str] = "vocabulary.html"

    iri: str
    label: str
    description: str
    terms: Sequence[TermView]
    formats: Sequence[Link]
    past: PastView | None
