"""
A validation report as RDF, in bytes that may go to another process.

The standard's own results, each with what to do in both languages, the rule's number and the places in the text; and
of the node to correct its labels. A finding of ours that no shape made (`blank_nodes`) is a result like the others.

Spec: SHACL, section 3.6 (validation report).
"""

from collections.abc import Iterable, Iterator

from rdflib import DCTERMS, RDF, RDFS, SH, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from cppcc_graph.terms import OA
from cppcc_graph.validation.report import Finding, ValidationReport

_COPIED = (SH.focusNode, SH.resultPath, SH.value, SH.sourceShape, SH.sourceConstraint)
_OA = OA.iri


def report_as_ntriples(report: ValidationReport, more: Iterable[Finding] = ()) -> bytes:
    """
    The report as N-Triples.

    Args:
        report: What pySHACL found.
        more: Findings that no shape made.
    """
    told, name = Graph(bind_namespaces="none"), BNode()
    others = tuple(more)
    told.add((name, RDF.type, SH.ValidationReport))
    told.add((name, SH.conforms, Literal(report.conforms and not others)))
    for node, finding in zip(report.nodes, report.findings, strict=True):
        result = BNode()
        told.add((name, SH.result, result))
        for triple in (*_standard(report.results, node, result), *_ours(finding, result)):
            told.add(triple)
        _add_labels(told, _offender(report.results, node, finding), finding)
    for finding in others:
        result = BNode()
        node = BNode(finding.focus.removeprefix("_:")) if finding.focus.startswith("_:") else URIRef(finding.focus)
        told.add((name, SH.result, result))
        told.add((result, SH.focusNode, node))
        for triple in _ours(finding, result):
            told.add(triple)
        _add_labels(told, node, finding)
    return told.serialize(format="nt", encoding="utf-8")


def _standard(results: Graph, node: Node, result: Node) -> Iterator[tuple[Node, Node, Node]]:
    for predicate in _COPIED:
        for value in results.objects(node, predicate):
            yield result, predicate, value
            if predicate == SH.resultPath:
                yield from _all_about(results, value)


def _all_about(results: Graph, node: Node) -> Iterator[tuple[Node, Node, Node]]:
    """What a path says of itself, its steps included."""
    if isinstance(node, BNode):
        for predicate, value in results.predicate_objects(node):
            yield node, predicate, value
            yield from _all_about(results, value)


def _ours(finding: Finding, result: Node) -> Iterator[tuple[Node, Node, Node]]:
    yield result, RDF.type, SH.ValidationResult
    yield result, SH.resultSeverity, SH[finding.severity]
    yield result, SH.sourceConstraintComponent, SH[finding.component]
    for text, language in ((finding.message_zh, "zh"), (finding.message_en, "en")):
        if text:
            yield result, SH.resultMessage, Literal(text, lang=language)
    if finding.rule:
        yield result, DCTERMS.identifier, Literal(finding.rule)
    for span in finding.evidence:
        place, (start, _, end) = BNode(), span.partition("–")
        yield result, URIRef(f"{_OA}hasSelector"), place
        yield place, RDF.type, URIRef(f"{_OA}TextPositionSelector")
        yield place, URIRef(f"{_OA}start"), Literal(start, datatype=XSD.nonNegativeInteger)
        yield place, URIRef(f"{_OA}end"), Literal(end, datatype=XSD.nonNegativeInteger)


def _offender(results: Graph, node: Node, finding: Finding) -> Node | None:
    """The node of which the finding's labels are told."""
    nodes = (*results.objects(node, SH.value), *results.objects(node, SH.focusNode))
    return next((other for other in nodes if not isinstance(other, Literal) and str(other) == finding.focus), None)


def _add_labels(told: Graph, node: Node | None, finding: Finding) -> None:
    for text, language in ((finding.label_zh, "zh"), (finding.label_en, "en")):
        if text and node is not None:
            told.add((node, RDFS.label, Literal(text, lang=language)))
