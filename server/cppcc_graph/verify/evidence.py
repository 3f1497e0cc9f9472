"""What a graph says about its reports' texts: spans, paragraphs and the nodes that rest on them, read once."""

from collections.abc import Iterable
from dataclasses import dataclass

from rdflib import RDF, RDFS, SKOS, Graph, Literal, URIRef
from rdflib.namespace import ClosedNamespace
from rdflib.term import Node

from cppcc_graph import terms

CPPCC = ClosedNamespace(
    terms.CPPCC.iri,
    [
        "Report", "TextSpan", "Paragraph", "Statement", "Event", "Recognition", "sourceText", "fileName", "sha256",
        "length", "inText", "inParagraph", "paragraphNumber", "paragraphKind", "evidence", "inferredFrom",
        "inferenceBasis", "certainty", "statedIn", "value", "unit", "bound", "printedForm", "reportedBody",
        "counterpart", "concerns", "recipient", "givenBy",
    ],
)  # fmt: skip
ORG = ClosedNamespace(terms.ORG.iri, ["member", "organization"])
_NAMES = (RDFS.label, SKOS.altLabel, SKOS.hiddenLabel)
OA = ClosedNamespace(terms.OA.iri, ["start", "end", "exact"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """
    A span or paragraph as the graph records it.

    Attributes:
        iri: Of the span or paragraph.
        start: First code point, 0-based; -1 if there is not exactly one whole number.
        end: Code point after the last; -1 likewise.
        exact: The quoted string of a span, if it has one.
        parent: Paragraph of a span, text of a paragraph; None if there is not exactly one.
        number: Line number of a paragraph; -1 likewise.
        kind: Slug of the paragraph's kind, empty for spans.
    """

    iri: str
    start: int
    end: int
    exact: str | None = None
    parent: str | None = None
    number: int = -1
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """The file that a report's offsets count in, as the graph records it; empty or -1 where it says nothing."""

    iri: str
    file_name: str
    sha256: str
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """
    A node that rests on spans: statement, observation, event, recognition, membership.

    Attributes:
        iri: Of the node.
        label: zh, or en, or the IRI.
        types: IRIs.
        evidence: Spans, in the order of the text.
        inferred_from: Spans, likewise.
        is_inferred: Its certainty is inferred.
        bases: Slugs of what it is inferred by.
    """

    iri: str
    label: str
    types: frozenset[str]
    evidence: tuple[Extent, ...]
    inferred_from: tuple[Extent, ...]
    is_inferred: bool
    bases: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportEvidence:
    """One report with all that rests on its text; spans and paragraphs in the order of the text."""

    iri: str
    label: str
    text: Text | None
    paragraphs: tuple[Extent, ...]
    spans: tuple[Extent, ...]
    claims: tuple[Claim, ...]


def read_reports(graph: Graph) -> list[ReportEvidence]:
    """Every report of *graph*, by IRI. Spans and paragraphs are a report's if their IRI is under its IRI."""
    reports = set(graph.subjects(RDF.type, CPPCC.Report)) | set(graph.subjects(CPPCC.sourceText, None))
    return [_read_report(graph, report) for report in sorted(reports, key=str) if isinstance(report, URIRef)]


def label(graph: Graph, node: Node, *, language: str = "zh") -> str:
    """The node's rdfs:label in *language*, else any, else its IRI."""
    labels = [value for value in graph.objects(node, RDFS.label) if isinstance(value, Literal)]
    labels.sort(key=lambda value: (value.language != language, value.language or "", str(value)))
    return str(labels[0]) if labels else str(node)


def slug(node: Node) -> str:
    """The readable end of an IRI: after the last # or /."""
    return str(node).replace("#", "/").rsplit("/", 1)[-1]


def printed_names(graph: Graph, node: Node) -> list[str]:
    """Chinese labels and aliases of *node*, hidden ones too: a report may print a word too common to show as a name."""
    values = [value for name in (RDFS.label, SKOS.altLabel, SKOS.hiddenLabel) for value in graph.objects(node, name)]
    return [str(value) for value in values if isinstance(value, Literal) and (value.language or "").startswith("zh")]


def _read_report(graph: Graph, report: URIRef) -> ReportEvidence:
    return ReportEvidence(
        iri=str(report),
        label=label(graph, report),
        text=_text(graph, graph.value(report, CPPCC.sourceText)),
        paragraphs=_extents(graph, graph.subjects(RDF.type, CPPCC.Paragraph), report),
        spans=_extents(graph, graph.subjects(RDF.type, CPPCC.TextSpan), report),
        claims=tuple(_claim(graph, node, report) for node in sorted(_bearers(graph, report), key=str)),
    )


def _bearers(graph: Graph, report: URIRef) -> set[Node]:
    """Nodes stated in *report* or resting on one of its spans."""
    bearers = set(graph.subjects(CPPCC.statedIn, report))
    for predicate in (CPPCC.evidence, CPPCC.inferredFrom):
        bearers |= {node for node, span in graph.subject_objects(predicate) if str(span).startswith(f"{report}/")}
    return bearers


def _claim(graph: Graph, node: Node, report: URIRef) -> Claim:
    return Claim(
        iri=str(node),
        label=label(graph, node),
        types=frozenset(str(kind) for kind in graph.objects(node, RDF.type)),
        evidence=_extents(graph, graph.objects(node, CPPCC.evidence), report),
        inferred_from=_extents(graph, graph.objects(node, CPPCC.inferredFrom), report),
        is_inferred="inferred" in {slug(value) for value in graph.objects(node, CPPCC.certainty)},
        bases=frozenset(slug(basis) for basis in graph.objects(node, CPPCC.inferenceBasis)),
    )


def _extents(graph: Graph, nodes: Iterable[Node], report: URIRef) -> tuple[Extent, ...]:
    """The extents under *report* among *nodes*, in the order of the text."""
    extents = (_extent(graph, node) for node in nodes if str(node).startswith(f"{report}/"))
    return tuple(sorted(extents, key=lambda extent: (extent.start, extent.end, extent.iri)))


def _extent(graph: Graph, node: Node) -> Extent:
    exact = _only(graph, node, OA.exact)
    return Extent(
        iri=str(node),
        start=_whole_number(graph, node, OA.start),
        end=_whole_number(graph, node, OA.end),
        exact=None if exact is None else str(exact),
        parent=_string(graph, node, CPPCC.inParagraph) or _string(graph, node, CPPCC.inText) or None,
        number=_whole_number(graph, node, CPPCC.paragraphNumber),
        kind=_string(graph, node, CPPCC.paragraphKind).rsplit("#", 1)[-1],
    )


def _text(graph: Graph, node: Node | None) -> Text | None:
    if node is None:
        return None
    return Text(
        iri=str(node),
        file_name=_string(graph, node, CPPCC.fileName),
        sha256=_string(graph, node, CPPCC.sha256).lower(),
        length=_whole_number(graph, node, CPPCC.length),
    )


def _only(graph: Graph, node: Node, predicate: URIRef) -> Node | None:
    """The one value; None if there is none or more than one."""
    values = list(graph.objects(node, predicate))
    return values[0] if len(values) == 1 else None


def _whole_number(graph: Graph, node: Node, predicate: URIRef) -> int:
    value = _string(graph, node, predicate)
    return int(value) if value.isdecimal() else -1


def _string(graph: Graph, node: Node, predicate: URIRef) -> str:
    """The one value as a string, empty if there is not exactly one; a literal 0 is false in rdflib, so no `or` here."""
    value = _only(graph, node, predicate)
    return "" if value is None else str(value)
