"""Whether observations and dates say what their evidence prints."""

from decimal import Decimal, InvalidOperation

from rdflib import DCTERMS, RDF, Graph, Literal, URIRef

from cppcc_graph import terms
from cppcc_graph.verify.dates import PrintedDate, parse_date, printed_dates
from cppcc_graph.verify.evidence import CPPCC, Claim, ReportEvidence, slug
from cppcc_graph.verify.figures import ORDINAL, Figure, NotAFigure, parse_figure
from cppcc_graph.verify.problems import Checked, Problem, claim_problem, slice_of

_DATES = tuple(URIRef(f"{terms.SCHEMA.iri}{name}") for name in ("startDate", "endDate", "datePublished"))


def check_figures(report: ReportEvidence, _text: str, graph: Graph) -> Checked:
    """Each observation's value, unit and bound are those of a figure string that its evidence quotes."""
    observations = [claim for claim in report.claims if terms.QB.Observation.value in claim.types]
    problems = []
    for claim in observations:
        faults = [
            _figure_fault(graph, URIRef(claim.iri), span.exact) for span in claim.evidence if span.exact is not None
        ]
        if not faults:
            advice = "quote the figure as printed in oa:exact of one of its spans"
            problems.append(claim_problem("figures", claim, "no figure string in the evidence", advice))
        elif all(faults):
            message = "; ".join(fault for fault in faults if fault)
            problems.append(claim_problem("figures", claim, message, "correct the observation, or point at its figure"))
    return Checked(len(observations), tuple(problems))


def _figure_fault(graph: Graph, observation: URIRef, printed: str) -> str:
    """How the observation differs from what is *printed*; empty if it does not."""
    try:
        figure = parse_figure(printed)
        value = Decimal(str(graph.value(observation, CPPCC.value)))
    except NotAFigure as error:
        return str(error)
    except InvalidOperation:
        return "the observation has no single number as its value"
    unit = graph.value(observation, CPPCC.unit)
    bound = slug(graph.value(observation, CPPCC.bound) or Literal("nothing"))
    forms = {str(form) for form in graph.objects(unit, CPPCC.printedForm)} if unit else set()
    faults = []
    if value != figure.value:
        faults.append(f"value {value}, printed {figure.value:f}")
    if bound != figure.bound:
        faults.append(f"bound {bound}, printed {figure.bound}")
    if not _unit_fits(figure, forms):
        faults.append(f"unit printed as {' or '.join(sorted(forms)) or 'nothing'}, here {_unit_string(figure)}")
    return f"“{printed}”: {', '.join(faults)}" if faults else ""


def _unit_fits(figure: Figure, forms: set[str]) -> bool:
    """A unit fits by one of its printed forms; a rank's unit is printed 第, alone or with what follows the number."""
    if figure.is_rank:
        return bool(forms & {ORDINAL, ORDINAL + figure.unit})
    return figure.unit in forms


def _unit_string(figure: Figure) -> str:
    return (ORDINAL if figure.is_rank else "") + figure.unit or "nothing"


def check_dates(report: ReportEvidence, text: str, graph: Graph) -> Checked:
    """Each stated date is printed in its evidence; its year is printed there too, or marked as inferred."""
    problems = _issue_problems(report, text, graph)
    total = len(list(graph.objects(URIRef(report.iri), DCTERMS.issued)))
    for claim in report.claims:
        for literal in _stated_dates(graph, URIRef(claim.iri)):
            total += 1
            fault = _date_fault(claim, literal, text)
            if fault:
                problems.append(claim_problem("dates", claim, *fault))
    return Checked(total, tuple(problems))


def _issue_problems(report: ReportEvidence, text: str, graph: Graph) -> list[Problem]:
    """A date of issue that no dateline of the text prints."""
    printed = {
        date
        for paragraph in report.paragraphs
        if paragraph.kind == "dateline"
        for date in printed_dates(slice_of(paragraph, text))
    }
    shown = ", ".join(sorted(map(_shown, printed))) or "no date"
    return [
        Problem(
            check="dates",
            iri=report.iri,
            start=-1,
            end=-1,
            message=f"issued {literal}, the dateline prints {shown}",
            advice="correct dcterms:issued",
        )
        for literal in graph.objects(URIRef(report.iri), DCTERMS.issued)
        if parse_date(str(literal)) not in printed
    ]


def _stated_dates(graph: Graph, node: URIRef) -> list[Literal]:
    """Dates that a statement has as its object, or a node has itself where no statement qualifies them."""
    values = list(graph.objects(node, RDF.object))
    for predicate in _DATES:
        qualified = {
            value
            for statement in graph.subjects(RDF.subject, node)
            if (statement, RDF.predicate, predicate) in graph
            for value in graph.objects(statement, RDF.object)
        }
        values += [value for value in graph.objects(node, predicate) if value not in qualified]
    return sorted(value for value in values if isinstance(value, Literal))


def _date_fault(claim: Claim, literal: Literal, text: str) -> tuple[str, str] | None:
    date = parse_date(str(literal))
    if date is None:
        return f"“{literal}” is no date", "write it as YYYY-MM-DD"
    printed = [
        found for span in (*claim.evidence, *claim.inferred_from) for found in printed_dates(slice_of(span, text))
    ]
    agreeing = [found for found in printed if date.agrees(found)]
    if not agreeing:
        seen = ", ".join(_shown(found) for found in printed) or "no date"
        return f"{literal} is stated, the evidence prints {seen}", "correct the date, or add the span that prints it"
    if any(found.year for found in agreeing) or not date.year:
        return None
    if not claim.is_inferred:
        return f"the year {date.year} is not printed with the date", "mark the statement as inferred (publication-year)"
    if not any(str(date.year) in slice_of(span, text) for span in claim.inferred_from):
        return f"no span that it is inferred from prints {date.year}", "add cppcc:inferredFrom to the span that does"
    return None


def _shown(date: PrintedDate) -> str:
    return f"{date.year or '????'}-{date.month:02}-{date.day or 0:02}"
