"""
What stands for each line of a report, and which characters nothing stands for.

Offsets and labels only: none of the report's sentences is shown, so that the result may be published.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rdflib import SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from cppcc_graph import terms
from cppcc_graph.errors import CppccError, UnknownEntity
from cppcc_graph.verify.evidence import CPPCC, Claim, Extent, ReportEvidence, label, read_reports
from cppcc_graph.verify.texts import read_text

KINDS = ("observation", "statement", "event", "recognition", "membership")
_TYPES = {
    terms.QB.Observation.value: "observation",
    str(CPPCC.Statement): "statement",
    str(CPPCC.Event): "event",
    str(CPPCC.Recognition): "recognition",
    f"{terms.ORG.iri}Membership": "membership",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """
    A node that stands for a stretch of a line.

    Attributes:
        start: First code point of the text.
        end: Code point after the last.
        kind: One of :data:`KINDS`.
        iri: Of the node.
        label: Of the node, zh.
    """

    start: int
    end: int
    kind: str
    iri: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCoverage:
    """
    One line that has text.

    Attributes:
        number: 1-based.
        start: First code point of the text.
        end: Code point after the last, without the line feed.
        kind: Label of the paragraph's kind, zh; empty if it has none.
        reason: What such a paragraph is, zh: why nothing need stand for it, or why something must.
        standing: What stands for it, in the order of the text.
        n_covered: Letters and digits under evidence.
        n_total: Letters and digits.
        gaps: Stretches with letters or digits that nothing stands for, (start, end), in the order of the text.
    """

    number: int
    start: int
    end: int
    kind: str
    reason: str
    standing: tuple[Standing, ...]
    n_covered: int
    n_total: int
    gaps: tuple[tuple[int, int], ...]

    def count(self, kind: str) -> int:
        """How many different nodes of *kind* stand for the line."""
        return len({node.iri for node in self.standing if node.kind == kind})

    @property
    def percent(self) -> int:
        """Share of letters and digits under evidence, rounded down so that 100 means all."""
        return 100 * self.n_covered // self.n_total if self.n_total else 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """One report: its IRI, label (zh) and lines with text, in order."""

    iri: str
    label: str
    lines: tuple[LineCoverage, ...]


def coverage(graph: Graph, folder: Path, *, report_iri: str | None = None) -> tuple[Coverage, ...]:
    """
    The coverage of every report of *graph*, by IRI, or of one alone.

    Raises:
        UnknownEntity: *report_iri* is no report of *graph*.
        BadSource: *folder* is no readable folder.
        WrongText: a report's text is not there, or is another one.
    """
    reports = [report for report in read_reports(graph) if report_iri in {None, report.iri}]
    if report_iri is not None and not reports:
        raise UnknownEntity(report_iri)
    return tuple(report_coverage(graph, report, _text(report, folder)) for report in reports)


def report_coverage(graph: Graph, report: ReportEvidence, text: str) -> Coverage:
    """The coverage of one report, whose *text* is taken to be the right one."""
    standing = sorted(
        (node for claim in report.claims for node in _standing(claim)),
        key=lambda node: (node.start, node.end, KINDS.index(node.kind), node.iri),
    )
    paragraphs = sorted(report.paragraphs, key=lambda paragraph: paragraph.number)
    lines = tuple(_line(graph, paragraph, text, standing) for paragraph in paragraphs)
    return Coverage(iri=report.iri, label=report.label, lines=lines)


def _text(report: ReportEvidence, folder: Path) -> str:
    if report.text is None:
        raise CppccError(f"<{report.iri}> names no source text; give it cppcc:sourceText")
    return read_text(report.text, folder)


def _standing(claim: Claim) -> Iterable[Standing]:
    kind = next((kind for iri, kind in _TYPES.items() if iri in claim.types), None)
    if kind is None:
        return
    for span in claim.evidence:
        yield Standing(start=span.start, end=span.end, kind=kind, iri=claim.iri, label=claim.label)


def _line(graph: Graph, paragraph: Extent, text: str, standing: list[Standing]) -> LineCoverage:
    kind = graph.value(URIRef(paragraph.iri), CPPCC.paragraphKind)
    here = tuple(node for node in standing if paragraph.start <= node.start and node.end <= paragraph.end)
    covered = {at for node in here for at in range(node.start, node.end)}
    letters = [at for at in range(paragraph.start, paragraph.end) if _counts(text[at])]
    return LineCoverage(
        number=paragraph.number,
        start=paragraph.start,
        end=paragraph.end,
        kind="" if kind is None else label(graph, kind),
        reason="" if kind is None else next((str(text) for text in _definitions(graph, kind)), ""),
        standing=here,
        n_covered=sum(at in covered for at in letters),
        n_total=len(letters),
        gaps=tuple(_gaps(letters, covered)),
    )


def _definitions(graph: Graph, kind: Node) -> list[Literal]:
    """The kind's definitions, Chinese first."""
    texts = [text for text in graph.objects(kind, SKOS.definition) if isinstance(text, Literal)]
    return sorted(texts, key=lambda text: (text.language != "zh", text))


def _gaps(letters: list[int], covered: set[int]) -> Iterable[tuple[int, int]]:
    """Runs of uncovered letters; punctuation between two of them does not end a run, a covered letter does."""
    start = last = None
    for at in letters:
        if at in covered:
            if start is not None and last is not None:
                yield start, last + 1
            start = last = None
        else:
            start, last = at if start is None else start, at
    if start is not None and last is not None:
        yield start, last + 1


def _counts(char: str) -> bool:
    """Letters, digits and signs such as %; not punctuation and spaces."""
    return unicodedata.category(char)[0] in "LNS" or char == "%"
