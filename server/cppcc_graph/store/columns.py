"""Which tables there are, and what stands in their columns."""

from collections.abc import Sequence
from dataclasses import dataclass

from cppcc_graph.terms import PREFIXES


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """
    A column.

    Attributes:
        name: At its head; stable.
        prop: IRI of the property whose values stand in it.
        language: Of the texts that belong into it; empty for values of any kind.
        is_list: Whether a thing often has several values.
    """

    name: str
    prop: str
    language: str = ""
    is_list: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with one row for each thing of the class *of*; its file is called after *name*."""

    name: str
    of: str
    columns: Sequence[Column]


def _iri(short: str) -> str:
    prefix, _, local = short.partition(":")
    return PREFIXES[prefix] + local


def _both(name: str, short: str, *, is_list: bool = False) -> tuple[Column, Column]:
    """A text in Chinese and one in English."""
    zh, en = (Column(name=f"{name}_{tag}", prop=_iri(short), language=tag, is_list=is_list) for tag in ("zh", "en"))
    return zh, en


def _one(name: str, short: str) -> Column:
    return Column(name=name, prop=_iri(short))


def _several(name: str, short: str) -> Column:
    return Column(name=name, prop=_iri(short), is_list=True)


_CLASS = _one("class", "rdf:type")
_NAMES = _both("label", "rdfs:label")
_ALIASES = _both("alias", "skos:altLabel", is_list=True)
_DESCRIPTIONS = _both("description", "dcterms:description")
_STATED = (
    _one("report", "cppcc:statedIn"),
    _one("status", "cppcc:status"),
    _one("certainty", "cppcc:certainty"),
    _several("evidence", "cppcc:evidence"),
    _one("inference_basis", "cppcc:inferenceBasis"),
    _several("inferred_from", "cppcc:inferredFrom"),
)

TABLES: tuple[Table, ...] = (
    Table(
        name="reports",
        of=_iri("cppcc:Report"),
        columns=(
            *_both("title", "dcterms:title"),
            *_DESCRIPTIONS,
            _one("body", "cppcc:reportOf"),
            _one("period", "cppcc:reportedPeriod"),
            _one("issued", "dcterms:issued"),
            _one("text", "cppcc:sourceText"),
            _several("source", "dcterms:source"),
            _one("licence", "dcterms:license"),
        ),
    ),
    Table(
        name="figures",
        of=_iri("qb:Observation"),
        columns=(
            *_NAMES,
            _one("indicator", "cppcc:indicator"),
            _one("body", "cppcc:reportedBody"),
            _one("period", "cppcc:period"),
            _one("value", "cppcc:value"),
            _one("unit", "cppcc:unit"),
            _one("bound", "cppcc:bound"),
            _several("counterpart", "cppcc:counterpart"),
            _several("concerns", "cppcc:concerns"),
            _one("rank_scope", "cppcc:rankScope"),
            _one("ranks", "cppcc:ranks"),
            _one("rate_base", "cppcc:rateBase"),
            *_STATED,
        ),
    ),
    Table(
        name="organisations",
        of=_iri("cppcc:Organisation"),
        columns=(
            _CLASS,
            *_NAMES,
            *_ALIASES,
            *_DESCRIPTIONS,
            _several("level", "cppcc:level"),
            _one("jurisdiction", "cppcc:jurisdiction"),
            _one("unit_of", "org:unitOf"),
            _one("unit_kind", "cppcc:unitKind"),
            _several("member", "org:hasMember"),
        ),
    ),
    Table(name="people", of=_iri("foaf:Person"), columns=(*_NAMES, *_ALIASES, *_DESCRIPTIONS)),
    Table(
        name="programmes",
        of=_iri("cppcc:Programme"),
        columns=(
            *_NAMES,
            *_ALIASES,
            *_DESCRIPTIONS,
            _one("kind", "cppcc:programmeKind"),
            _several("theme", "cppcc:theme"),
            _several("part_of", "dcterms:isPartOf"),
        ),
    ),
    Table(
        name="events",
        of=_iri("cppcc:Event"),
        columns=(
            *_NAMES,
            *_ALIASES,
            *_DESCRIPTIONS,
            _one("kind", "cppcc:eventKind"),
            _several("theme", "cppcc:theme"),
            _one("start_date", "schema:startDate"),
            _one("end_date", "schema:endDate"),
            _several("place", "schema:location"),
            _several("part_of", "dcterms:isPartOf"),
            *_STATED,
        ),
    ),
    Table(
        name="recognitions",
        of=_iri("cppcc:Recognition"),
        columns=(
            *_NAMES,
            _one("kind", "cppcc:recognitionKind"),
            *_both("title", "cppcc:conferredTitle"),
            _several("recipient", "cppcc:recipient"),
            _several("given_by", "cppcc:givenBy"),
            _several("recognised_for", "cppcc:recognisedFor"),
            _several("recognised_at", "cppcc:recognisedAt"),
            _one("scope", "cppcc:scope"),
            *_STATED,
        ),
    ),
    Table(
        name="relations",
        of=_iri("cppcc:Statement"),
        columns=(
            *_NAMES,
            _one("subject", "rdf:subject"),
            _one("predicate", "rdf:predicate"),
            _one("object", "rdf:object"),
            *_STATED,
        ),
    ),
    Table(
        name="evidence",
        of=_iri("cppcc:TextSpan"),
        columns=(
            _one("paragraph", "cppcc:inParagraph"),
            _one("start", "oa:start"),
            _one("end", "oa:end"),
            _one("words", "oa:exact"),
        ),
    ),
    Table(
        name="paragraphs",
        of=_iri("cppcc:Paragraph"),
        columns=(
            _one("text", "cppcc:inText"),
            _one("number", "cppcc:paragraphNumber"),
            _one("kind", "cppcc:paragraphKind"),
            _one("start", "oa:start"),
            _one("end", "oa:end"),
        ),
    ),
    Table(
        name="places",
        of=_iri("cppcc:Place"),
        columns=(
            *_NAMES,
            *_ALIASES,
            *_DESCRIPTIONS,
            _one("level", "cppcc:level"),
            _one("in", "schema:containedInPlace"),
        ),
    ),
    Table(
        name="periods",
        of=_iri("time:ProperInterval"),
        columns=(*_NAMES, *_DESCRIPTIONS, _one("begins", "time:hasBeginning"), _one("ends", "time:hasEnd")),
    ),
    Table(name="instants", of=_iri("time:Instant"), columns=(*_NAMES, _one("date", "time:inXSDDate"))),
    Table(
        name="concepts",
        of=_iri("skos:Concept"),
        columns=(
            _CLASS,
            *_both("label", "skos:prefLabel"),
            *_both("definition", "skos:definition"),
            _several("scheme", "skos:inScheme"),
            _several("broader", "skos:broader"),
        ),
    ),
)
"""What is said of the commonest things. Columns have the values of one property each; the graph says more."""
