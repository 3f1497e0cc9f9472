"""The page at ``/``: what this is, the newest report at a glance, what is in the dataset now, how to ask."""

from flask import Blueprint, Response, url_for

from cppcc_graph import catalogue
from cppcc_graph.web import examples
from cppcc_graph.web.catalogue import about_the_dataset
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.i18n import language, mark_plural, ngettext, number
from cppcc_graph.web.links import href_of
from cppcc_graph.web.pages import HomePage, ProblemsPage, render
from cppcc_graph.web.parts import Count, FigureCard, Link, ReportRow
from cppcc_graph.web.problems import kinds
from cppcc_graph.web.served import store

blueprint = Blueprint("home", __name__)

_KINDS = {
    "reports": mark_plural("report", "reports"),
    "organisations": mark_plural("organisation", "organisations"),
    "people": mark_plural("person", "people"),
    "programmes": mark_plural("programme", "programmes"),
    "events": mark_plural("event", "events"),
    "figures": mark_plural("figure", "figures"),
    "recognitions": mark_plural("recognition", "recognitions"),
    "statements": mark_plural("relation", "relations"),
    "spans": mark_plural("piece of evidence", "pieces of evidence"),
    "triples": mark_plural("triple in all", "triples in all"),
}

_MOST_CARDS = 12

_EXAMPLE = """\
PREFIX qb: <http://purl.org/linked-data/cube#>
PREFIX cppcc: <https://w3id.org/cppcc-graph/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

SELECT ?figure ?value WHERE {
  ?observation a qb:Observation ; rdfs:label ?figure ; cppcc:value ?value
  FILTER(LANG(?figure) = "%(language)s")
}"""


@blueprint.route("/")
def show() -> Response:
    """The home page, counted from the store now."""
    numbers = catalogue.counts(store())
    reports = catalogue.reports(store(), language=language())
    page = HomePage(
        glance=_glance(reports[0].iri) if reports else [],
        newest=Link(text=reports[0].title, href=href_of(reports[0].iri)) if reports else None,
        counts=[Count(name=ngettext(*names, numbers[kind]), n=numbers[kind]) for kind, names in _KINDS.items()],
        reports=[_row(report) for report in reports],
        questions=examples.some(),
        n_questions=examples.count(),
        endpoint=url_for("sparql.endpoint", _external=True),
        example=_EXAMPLE % {"language": language()},
        data=about_the_dataset(),
    )
    return render(page)


@blueprint.route("/problems")
def problems() -> Response:
    """Where the types of problem documents lead. Spec: RFC 9457, section 3.1.1 (type)."""
    return render(ProblemsPage(kinds=kinds()))


def _glance(report_iri: str) -> list[FigureCard]:
    return [_card(figure) for figure in catalogue.key_figures(store(), report_iri, language=language())[:_MOST_CARDS]]


def _card(figure: catalogue.KeyFigure) -> FigureCard:
    """A figure as it is read here."""
    value, unit = number(figure.value), _unit(figure)
    if unit and not unit[0].isalpha():
        value, unit = value + unit, ""
    return FigureCard(
        indicator=Link(text=figure.indicator, href=href_of(figure.iri)),
        bound=figure.bound,
        value=_("rank %(value)s", value=value) if figure.is_rank else value,
        unit=unit,
        scope=figure.scope,
        exact=figure.exact,
        line=figure.line,
    )


def _unit(figure: catalogue.KeyFigure) -> str:
    """As reports print it, or in English by its name where English does not print it so."""
    if figure.is_rank:
        return ""
    is_printed_here = figure.sign and (language() == "zh" or figure.sign.isascii())
    return figure.sign if is_printed_here else figure.unit


def _row(report: catalogue.Report) -> ReportRow:
    return ReportRow(
        report=Link(text=report.title, href=href_of(report.iri)),
        body=Link(text=report.body, href=href_of(report.body_iri) if report.body_iri else None),
        period=report.period,
        issued=report.issued,
        n_figures=report.n_figures,
        n_triples=report.n_triples,
    )
