"""pySHACL's results told as findings: the node to correct, the rule, and what to do in both languages."""

import re
from collections.abc import Iterable, Iterator

from rdflib import RDFS, SH, Graph, Literal, URIRef
from rdflib.term import Node

from cppcc_graph import terms
from cppcc_graph.validation.paths import path_text
from cppcc_graph.validation.report import SEVERITIES, Finding
from cppcc_graph.validation.shapes import rule_of

_EVIDENCE = URIRef(f"{terms.CPPCC.iri}evidence")
_START, _END = URIRef(terms.OA.start.value), URIRef(terms.OA.end.value)
_PLACE = re.compile(r"\{[?$](this|value)\}")
_ANY_PLACE = re.compile(r"\{[?$]\w+\}")


def findings_of(results: Graph, graph: Graph, shapes: Graph) -> list[tuple[Finding, Node]]:
    """
    Findings by severity, rule, focus node, path and value, each with its result.

    Args:
        results: pySHACL's results graph. Not every sh:ValidationResult in it is a result of the report: sh:node and
            sh:or leave those that they were decided by.
        graph: What was judged.
        shapes: All shapes.
    """
    found = ((_finding(results, result, graph, shapes), result) for result in results.objects(None, SH.result))
    return sorted(found, key=lambda pair: _order(pair[0]))


def _order(finding: Finding) -> tuple[int, str, str, str, str, str]:
    rank = SEVERITIES.index(finding.severity)
    return rank, finding.rule, finding.focus, finding.path, finding.value, finding.message_en


def _finding(results: Graph, result: Node, graph: Graph, shapes: Graph) -> Finding:
    focus, value = results.value(result, SH.focusNode), results.value(result, SH.value)
    source, constraint = results.value(result, SH.sourceShape), results.value(result, SH.sourceConstraint)
    node = _offender(focus, value, constraint, graph)
    path = results.value(result, SH.resultPath)
    written = [text for holder in (constraint, source) if holder for text in shapes.objects(holder, SH.message)]
    messages: list[Node] = list(_filled_in(written, focus, value)) or list(results.objects(result, SH.resultMessage))
    return Finding(
        severity=str(results.value(result, SH.resultSeverity)).rsplit("#", 1)[-1],
        rule=rule_of(shapes, constraint, source),
        focus=str(node),
        label_zh=_in_language(graph.objects(node, RDFS.label), "zh", exactly=True),
        label_en=_in_language(graph.objects(node, RDFS.label), "en", exactly=True),
        path="" if path is None else path_text(results, path),
        value="" if value is None else _value_text(value),
        message_zh=_in_language(messages, "zh"),
        message_en=_in_language(messages, "en"),
        evidence=_spans(graph, node),
        shape=str(source) if isinstance(source, URIRef) else "",
        component=str(results.value(result, SH.sourceConstraintComponent)).rsplit("#", 1)[-1],
    )


def _offender(focus: Node | None, value: Node | None, constraint: Node | None, graph: Graph) -> Node:
    """The node to correct: a SPARQL rule that looks at a whole report hands each offender over as the value."""
    is_described = isinstance(value, URIRef) and (value, None, None) in graph
    if constraint is not None and is_described and value is not None:
        return value
    return focus if focus is not None else URIRef("")


def _filled_in(messages: Iterable[Node], focus: Node | None, value: Node | None) -> Iterator[Literal]:
    """
    *messages* with node and value in their places, those with other variables left out.

    pySHACL hands over only one language of a SPARQL constraint's messages.
    """
    values = {"this": focus, "value": value}
    for message in messages:
        text = _PLACE.sub(lambda found: _value_text(node) if (node := values[found[1]]) else found[0], str(message))
        if isinstance(message, Literal) and not _ANY_PLACE.search(text):
            yield Literal(text, lang=message.language)


def _in_language(texts: Iterable[Node], language: str, *, exactly: bool = False) -> str:
    """The text in *language*; unless *exactly*, else the one without, else any; empty if there is none."""
    literals = sorted((text for text in texts if isinstance(text, Literal)), key=str)
    wanted = [text for text in literals if text.language == language]
    spare = [] if exactly else [*(text for text in literals if not text.language), *literals]
    return str(next(iter([*wanted, *spare]), ""))


def _value_text(value: Node) -> str:
    if isinstance(value, URIRef):
        return terms.shorten(str(value))
    if isinstance(value, Literal) and value.ill_typed:  # n3() warns of an ill-typed number
        return f'"{value}"^^<{value.datatype}>'
    return value.n3()


def _spans(graph: Graph, node: Node) -> tuple[str, ...]:
    """``start–end`` of each span in the node's evidence, in the order of the text."""
    spans = [(graph.value(span, _START), graph.value(span, _END)) for span in graph.objects(node, _EVIDENCE)]
    numbers = [(int(str(start)), int(str(end))) for start, end in spans if _is_number(start) and _is_number(end)]
    return tuple(f"{start}–{end}" for start, end in sorted(numbers))


def _is_number(node: Node | None) -> bool:
    return node is not None and str(node).isdecimal()
