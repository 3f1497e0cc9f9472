"""What the data say of themselves: the ontology's header of the whole, each report of its part."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cppcc_graph.queries import query
from cppcc_graph.store.base import Store
from cppcc_graph.terms import Literal, NamedNode, Term

Texts = Mapping[str, str]
"""A text by language tag; empty when there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """
    What is said of the whole.

    Attributes:
        makers: Who made it.
        descriptions: What it is about.
        licence: The one that the ontology and all reports state; None when they state different ones, or one states
            none.
    """

    makers: Texts
    descriptions: Texts
    licence: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts:
    """
    What a report says of itself.

    Attributes:
        iri: The report, which is also its named graph.
        titles: Its titles; may be empty.
        descriptions: One sentence about it; may be empty.
        bodies: Names of the body whose work it reports; may be empty.
        issued: Day of publication as it is written, or None.
        begins: First day of the reported period, or None.
        ends: Last day of the reported period, or None.
        sources: Where it was published.
        licences: Under which its graph may be used.
    """

    iri: str
    titles: Texts
    descriptions: Texts
    bodies: Texts
    issued: Literal | None
    begins: Literal | None
    ends: Literal | None
    sources: Sequence[str]
    licences: Sequence[str]


def about(store: Store) -> About:
    """What is said of the whole now; nothing is, where there is no ontology."""
    found: dict[str, list[Term | None]] = {}
    for row in store.select(query("catalogue-about")):
        found.setdefault(_text(row["fact"]), []).append(row["value"])
    licences = set(found.get("licence", ()))
    [licence] = licences if len(licences) == 1 else [None]
    return About(
        makers=_texts(found.get("creator", ())),
        descriptions=_texts(found.get("description", ())),
        licence=licence.value if isinstance(licence, NamedNode) else None,
    )


def report_facts(store: Store) -> list[ReportFacts]:
    """Every report that says anything of itself, by IRI."""
    found: dict[str, dict[str, list[Term]]] = {}
    for row in store.select(query("catalogue-report-facts")):
        report, value = row["report"], row["value"]
        if isinstance(report, NamedNode) and value is not None:
            found.setdefault(report.value, {}).setdefault(_text(row["fact"]), []).append(value)
    return [_facts(iri, said) for iri, said in sorted(found.items())]


def _facts(iri: str, said: Mapping[str, Sequence[Term]]) -> ReportFacts:
    return ReportFacts(
        iri=iri,
        titles=_texts(said.get("title", ())),
        descriptions=_texts(said.get("description", ())),
        bodies=_texts(said.get("body", ())),
        issued=_only(said.get("issued", ())),
        begins=_only(said.get("begins", ())),
        ends=_only(said.get("ends", ())),
        sources=_iris(said.get("source", ())),
        licences=_iris(said.get("licence", ())),
    )


def _texts(values: Iterable[Term | None]) -> dict[str, str]:
    found: dict[str, str] = {}
    for value in values:
        if isinstance(value, Literal) and value.language is not None:
            found.setdefault(value.language, value.value)
    return found


def _iris(values: Iterable[Term]) -> list[str]:
    return [value.value for value in values if isinstance(value, NamedNode)]


def _only(values: Sequence[Term]) -> Literal | None:
    """The value, if there is just one."""
    return values[0] if len(values) == 1 and isinstance(values[0], Literal) else None


def _text(value: Term | None) -> str:
    return value.value if isinstance(value, Literal) else ""
