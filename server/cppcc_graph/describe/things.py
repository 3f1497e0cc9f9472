"""What a description is made of: plain, frozen values."""

from collections.abc import Sequence
from dataclasses import dataclass

from cppcc_graph.terms import Literal, Term


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Something with an IRI, and its name if it has one in the language asked for."""

    iri: str
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """
    How something is said.

    Attributes:
        marks: Its status and its certainty, as far as they are told.
        spans: What it rests on; each has the quoted characters as its name, if they are recorded.
    """

    marks: Sequence[Named]
    spans: Sequence[Named]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """
    A figure that a report states, an observation of its data set.

    Attributes:
        figure: The observation.
        indicator: What is counted or measured.
        value: Lexical form of the number, in the unit.
        unit: In which the value is given, or None.
        bound: Whether it is the number itself, or more or less than it; None where that is not told.
        period: The time that it is about, or None.
        body: Whose figure it is, or None.
        standing: How it is said, or None where nothing is told of that.
    """

    figure: Named
    indicator: Named
    value: str
    unit: Named | None
    bound: Named | None
    period: Named | None
    body: Named | None
    standing: Standing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """
    One end of a statement.

    Attributes:
        term: Object of an outgoing, subject of an incoming statement.
        label: Its name, if it has one in the language asked for.
        statement_iri: The node that records this statement with its evidence, if there is one.
        standing: Of that node, else of the term; None where neither tells it.
    """

    term: Term
    label: str | None
    statement_iri: str | None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """A predicate and its values, ordered by name; *n_values* counts those that were left out, too."""

    predicate: Named
    values: Sequence[Value]
    n_values: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """
    The text that offsets count in.

    Attributes:
        iri: Of the text.
        file_name: Under which it is looked for.
        sha256: 64 hexadecimal digits.
        length: In code points.
        published: Where it was published, or None.
    """

    iri: str
    file_name: str
    sha256: str
    length: int
    published: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """
    A piece of a report's text.

    Attributes:
        iri: Of the span.
        start: 0-based code point in the whole text.
        end: One past the last code point.
        exact: The quoted characters, if they are recorded.
        line: 1-based line in the text.
        report: Whose text it is.
        is_basis: Whether the described thing is inferred from it, not stated by it.
        source: The text.
    """

    iri: str
    start: int
    end: int
    exact: str | None
    line: int
    report: Named
    is_basis: bool
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """
    One thing.

    Attributes:
        iri: Its IRI.
        label: Its name; None when it has none in any language.
        description: A sentence about it; empty when there is none.
        aliases: Other names, in every language, ordered.
        types: Its classes, ordered by name.
        standing: How it is said, where it is something that a report says; else None.
        figures: That it is, or that concern it, ordered by indicator.
        outgoing: What is said of it, ordered by predicate name, without what stands in the fields above.
        incoming: What else refers to it, ordered likewise.
        evidence: Spans it rests on, in the order of the text.
    """

    iri: str
    label: str | None
    description: str
    aliases: Sequence[Literal]
    types: Sequence[Named]
    standing: Standing | None
    figures: Sequence[Figure]
    outgoing: Sequence[Property]
    incoming: Sequence[Property]
    evidence: Sequence[Span]


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinedTerm:
    """
    A term of a vocabulary.

    Attributes:
        term: Its name.
        definition: Empty when it has none.
        types: Its classes.
        details: Examples, notes, and how it stands to other terms.
        n_uses: How often things and reports use it.
        used_by: One or two things that do; empty where nothing does.
        shapes: Those that say what data with it must be like.
    """

    term: Named
    definition: str
    types: Sequence[Named]
    details: Sequence[Property]
    n_uses: int
    used_by: Sequence[Named]
    shapes: Sequence[Named]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """
    A document and the terms with hash IRIs that it defines.

    Attributes:
        document: The document.
        terms: Ordered by IRI.
        is_used: Whether uses and shapes were looked for.
    """

    document: Entity
    terms: Sequence[DefinedTerm]
    is_used: bool
