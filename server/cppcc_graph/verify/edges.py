"""Whether spans begin and end between words: not inside the name of somebody or some place, nor inside a number."""

from rdflib import Graph

from cppcc_graph.verify.evidence import Extent, ReportEvidence
from cppcc_graph.verify.names import Mention, find_mentions
from cppcc_graph.verify.naming import entity_names
from cppcc_graph.verify.problems import Checked, extent_problem, slice_of

# Names that are copied whole. Those of programmes, events … may be put together from parts that stand apart.
_PROPER = frozenset({"organisation", "person", "place"})
_SEPARATORS = frozenset(",，、;；。:：!！?？ \u00a0\u3000\n")


def check_edges(report: ReportEvidence, text: str, graph: Graph) -> Checked:
    """No span cuts a proper name or a number in two, or begins or ends with a mark that separates clauses."""
    mentions = find_mentions(text, (name for name in entity_names(graph) if name.kind in _PROPER))
    borders = {place for mention in mentions for place in (mention.start, mention.end)}
    inside = {at: mention for mention in mentions for at in range(mention.start + 1, mention.end) if at not in borders}
    problems = []
    for span in report.spans:
        fault = _fault(span, text, inside)
        if fault:
            problems.append(extent_problem("edges", span, fault, "move the offset to the edge of the word"))
    return Checked(len(report.spans), tuple(problems))


def _fault(span: Extent, text: str, inside: dict[int, Mention]) -> str:
    """What is wrong with an edge of *span*; empty if nothing is, or if it lies outside the text."""
    found = slice_of(span, text)
    for at in (span.start, span.end) if found else ():
        if at in inside:
            return f"{at} lies inside the name {text[inside[at].start : inside[at].end]}"
        if text[at - 1 : at].isdecimal() and text[at : at + 1].isdecimal():
            return f"{at} lies inside a number"
    if found and found[0] in _SEPARATORS:
        return f"{span.start} is a separating mark"
    if found and found[-1] in _SEPARATORS:
        return f"{span.end - 1} is a separating mark"
    return ""
