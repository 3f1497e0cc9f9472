"""Figures and the way in which things are said, turned into what pages show of them."""

from decimal import Decimal, InvalidOperation

from babel.numbers import format_decimal

from cppcc_graph.describe import Figure, Named, Standing
from cppcc_graph.formats import GRAPH_FORMATS
from cppcc_graph.terms import BASE
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.i18n import language
from cppcc_graph.web.links import href_of, short_name
from cppcc_graph.web.parts import Link
from cppcc_graph.web.thing_parts import FigureView, StandingView

_UNSAID = frozenset(
    {f"{BASE}vocabulary/statuses#done", f"{BASE}vocabulary/certainties#stated", f"{BASE}vocabulary/bounds#exact"}
)
"""What goes without saying: a thing that was done, a report that states it, a number that is the quantity."""
_MOST_SPANS = 3


def link_to(thing: Named) -> Link:
    """A thing by its name, and where it leads."""
    return Link(text=thing.label or short_name(thing.iri), href=href_of(thing.iri), title=thing.iri)


def format_links(path: str) -> list[Link]:
    """The document at *path* in each RDF format that has a suffix here."""
    return [
        Link(text=candidate.label, href=f"{path}.{candidate.extension}", title=candidate.media_type)
        for candidate in GRAPH_FORMATS
    ]


def standing_view(standing: Standing | None) -> StandingView | None:
    """How something is said, without what goes without saying."""
    if standing is None:
        return None
    return StandingView(
        marks=[link_to(mark) for mark in standing.marks if mark.iri not in _UNSAID],
        spans=[_span(span) for span in standing.spans[:_MOST_SPANS]],
    )


def figure_view(figure: Figure) -> FigureView:
    """A figure in a table."""
    is_bounded = figure.bound is not None and figure.bound.iri not in _UNSAID
    return FigureView(
        indicator=Link(
            text=figure.indicator.label or short_name(figure.indicator.iri),
            href=href_of(figure.figure.iri),
            title=figure.figure.label or figure.figure.iri,
        ),
        bound=_maybe(figure.bound) if is_bounded else None,
        value=amount(figure.value),
        unit=_maybe(figure.unit),
        period=_maybe(figure.period),
        body=_maybe(figure.body),
        standing=standing_view(figure.standing),
    )


def amount(lexical: str) -> str:
    """A number as people write it, with as many digits as it has; what is no number stays as it is."""
    try:
        value = Decimal(lexical)
    except InvalidOperation:
        return lexical
    if not value.is_finite():
        return lexical
    return str(format_decimal(value, locale=language(), decimal_quantization=False))


def _maybe(thing: Named | None) -> Link | None:
    return None if thing is None else link_to(thing)


def _span(span: Named) -> Link:
    text, tag = (f"“{span.label}”", "zh") if span.label else (_("evidence"), None)
    return Link(text=text, href=href_of(span.iri), language=tag)
