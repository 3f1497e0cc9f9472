"""A report at a glance: the figures that it states outright about the body whose work it reports."""

from dataclasses import dataclass
from decimal import Decimal

from cppcc_graph.queries import query
from cppcc_graph.store.base import Store
from cppcc_graph.terms import Literal, NamedNode, Solution


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFigure:
    """
    A figure with what it takes to read it, in the language asked for.

    Attributes:
        iri: The observation.
        indicator: What is measured.
        value: As the data have it, in the unit.
        sign: How reports print the unit, such as ``件`` or ``%``; may be empty.
        unit: Name of the unit; empty for counts, whose indicator names what is counted.
        bound: How the figure limits the quantity, such as *more than*; empty when it is exact.
        is_rank: Whether the value is a place in an order.
        scope: Where a rank counts; may be empty.
        exact: The characters of the report; may be empty.
        line: 1-based line of the text.
    """

    iri: str
    indicator: str
    value: Decimal
    sign: str
    unit: str
    bound: str
    is_rank: bool
    scope: str
    exact: str
    line: int


def key_figures(store: Store, report_iri: str, *, language: str) -> list[KeyFigure]:
    """
    What the report states outright about its own body and period, as done, in the order of its text; may be empty.

    A figure that names its body only through the context, is planned, or is about somebody else is not among them.
    """
    text = query("catalogue-key-figures")
    found: dict[str, KeyFigure] = {}
    for solution in store.select(text, language=Literal(language), report=NamedNode(report_iri)):
        figure = _figure(solution)
        found.setdefault(figure.iri, figure)
    return list(found.values())


def _figure(solution: Solution) -> KeyFigure:
    iri = solution["figure"]
    return KeyFigure(
        iri=iri.value if isinstance(iri, NamedNode) else "",
        indicator=_text(solution, "indicator"),
        value=Decimal(_text(solution, "value")),
        sign=_text(solution, "sign"),
        unit=_text(solution, "unit"),
        bound=_text(solution, "bound"),
        is_rank=solution["rank"] is not None,
        scope=_text(solution, "scope"),
        exact=_text(solution, "exact"),
        line=int(_text(solution, "line")),
    )


def _text(solution: Solution, name: str) -> str:
    value = solution[name]
    return value.value if isinstance(value, Literal) else ""
