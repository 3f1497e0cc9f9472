"""Whether paragraphs and spans are what the text has at their offsets."""

from rdflib import Graph, URIRef

from cppcc_graph.verify.evidence import Extent, ReportEvidence, slug
from cppcc_graph.verify.problems import Checked, extent_problem
from cppcc_graph.verify.texts import lines


def place(extent: Extent) -> str:
    """``120–126``: start and end, end exclusive."""
    return f"{extent.start}–{extent.end}"


def check_paragraphs(report: ReportEvidence, text: str, _graph: Graph) -> Checked:
    """Each paragraph covers exactly its line of the file; no line with text is without a paragraph."""
    by_number = {line.number: line for line in lines(text)}
    problems = []
    for paragraph in report.paragraphs:
        line = by_number.get(paragraph.number)
        if line is None:
            advice = f"give cppcc:paragraphNumber a line of the file, 1 to {len(by_number)}"
            problems.append(extent_problem("paragraphs", paragraph, f"there is no line {paragraph.number}", advice))
        elif (paragraph.start, paragraph.end) != (line.start, line.end):
            message = f"{place(paragraph)} is not line {line.number}"
            problems.append(extent_problem("paragraphs", paragraph, message, f"the line is {line.start}–{line.end}"))
        elif slug(URIRef(paragraph.iri)) != str(paragraph.number):
            message = f"the IRI does not end in the line number {paragraph.number}"
            problems.append(extent_problem("paragraphs", paragraph, message, "rename it after its line"))
    covered = {paragraph.number for paragraph in report.paragraphs}
    printed = [line for line in by_number.values() if text[line.start : line.end].strip()]
    bare = [line for line in printed if line.number not in covered]
    for line in bare:
        iri = f"{report.iri}/paragraph/{line.number}"
        missing = Extent(iri=iri, start=line.start, end=line.end)
        problems.append(
            extent_problem("paragraphs", missing, f"line {line.number} has no paragraph", "add it, with its kind")
        )
    return Checked(len(report.paragraphs) + len(bare), tuple(problems))


def check_spans(report: ReportEvidence, text: str, _graph: Graph) -> Checked:
    """Each span lies inside the text and its paragraph, is what it quotes, and its IRI says its offsets."""
    paragraphs = {paragraph.iri: paragraph for paragraph in report.paragraphs}
    problems = []
    for span in report.spans:
        fault = _span_fault(span, text, paragraphs.get(span.parent or ""))
        if fault:
            problems.append(extent_problem("spans", span, *fault))
    return Checked(len(report.spans), tuple(problems))


def _span_fault(span: Extent, text: str, paragraph: Extent | None) -> tuple[str, str] | None:
    """(message, advice) for the first thing wrong with *span*; None if nothing is."""
    if not 0 <= span.start < span.end <= len(text):
        return (
            f"{place(span)} is no stretch of a text of {len(text)} code points",
            "count the offsets anew, end exclusive",
        )
    found = text[span.start : span.end]
    if span.exact is not None and found != span.exact:
        return f"quotes “{span.exact}”, the text has “{found[:16]}”", _where_it_is(span, text)
    if paragraph is None:
        return "names no paragraph of its report", "give it one cppcc:inParagraph"
    if not paragraph.start <= span.start < span.end <= paragraph.end:
        return (
            f"{place(span)} is outside its paragraph {place(paragraph)}",
            "name the paragraph that the offsets lie in",
        )
    if slug(URIRef(span.iri)) != f"{span.start}-{span.end}":
        return f"the IRI does not end in {span.start}-{span.end}", "rename it after its offsets, or correct these"
    return None


def _where_it_is(span: Extent, text: str) -> str:
    exact = span.exact or ""
    places = [at for at in range(len(text)) if exact and text.startswith(exact, at)]
    if not places:
        return "the text does not hold this string at all: copy it from the file"
    nearest = min(places, key=lambda at: abs(at - span.start))
    return f"the string stands at {nearest}–{nearest + len(exact)}" + (
        f" and {len(places) - 1} more" * (len(places) > 1)
    )
