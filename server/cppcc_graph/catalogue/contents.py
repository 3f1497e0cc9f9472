"""What is in the dataset: kinds of things, and the reports one by one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from cppcc_graph.queries import query
from cppcc_graph.store.base import Store
from cppcc_graph.terms import Literal, NamedNode, Solution

KINDS = (
    "reports",
    "organisations",
    "people",
    "programmes",
    "events",
    "figures",
    "recognitions",
    "statements",
    "spans",
    "triples",
)
"""What :func:`counts` counts, in reading order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """
    A report in the dataset.

    Attributes:
        iri: The report, which is also its named graph.
        title: In the language asked for; the last part of the IRI when it has none.
        body_iri: Whose work it reports, or None when that is not said.
        body: Name of that body; empty when it has none.
        period: The reported period in words; empty when that is not said.
        issued: Day of publication, or None.
        n_figures: Observations stated in it.
        n_triples: Triples in its graph.
    """

    iri: str
    title: str
    body_iri: str | None
    body: str
    period: str
    issued: date | None
    n_figures: int
    n_triples: int


def counts(store: Store) -> Mapping[str, int]:
    """How many there are of each of `KINDS`; triples are those of the default graph."""
    [solution] = store.select(query("catalogue-counts"))
    return {kind: int(_text(solution, kind)) for kind in KINDS}


def reports(store: Store, *, language: str) -> list[Report]:
    """Every report, the newest period first; empty for a dataset without reports."""
    found: dict[str, Report] = {}
    for solution in store.select(query("catalogue-reports"), language=Literal(language)):
        report = _report(solution)
        found.setdefault(report.iri, report)
    return list(found.values())


def _report(solution: Solution) -> Report:
    iri = _iri(solution, "report") or ""
    issued = _text(solution, "issued")
    return Report(
        iri=iri,
        title=_text(solution, "title") or iri.rpartition("/")[2],
        body_iri=_iri(solution, "body"),
        body=_text(solution, "bodyLabel"),
        period=_text(solution, "periodLabel"),
        issued=date.fromisoformat(issued) if issued else None,
        n_figures=int(_text(solution, "figures") or 0),
        n_triples=int(_text(solution, "triples") or 0),
    )


def _text(solution: Solution, name: str) -> str:
    value = solution[name]
    return value.value if isinstance(value, Literal) else ""


def _iri(solution: Solution, name: str) -> str | None:
    value = solution[name]
    return value.value if isinstance(value, NamedNode) else None
