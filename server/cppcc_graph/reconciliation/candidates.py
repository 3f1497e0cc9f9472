"""
Things that may be meant by a name, how likely each is, and whether one is certain.

A name that is a label or an alias, whatever its script and punctuation, weighs 100; one that sounds like it 90; others
weigh what they share with the nearest name, less the more they differ. A candidate is certain when its name is exact
and no other comes near: equals are never told apart by anything but what was asked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cppcc_graph.lexicon.normal import normal
from cppcc_graph.lexicon.pinyin import sounds
from cppcc_graph.lexicon.wanted import MAX_LIMIT, Hit, Wanted
from cppcc_graph.queries import query as query_text
from cppcc_graph.reconciliation.reading import PropertyValue, Query
from cppcc_graph.reconciliation.values import Said, said
from cppcc_graph.store.base import Store
from cppcc_graph.terms import Literal, NamedNode, Term

_CERTAIN = 95.0
_APART = 5.0
_EXACT, _HEARD, _NEAR = 100.0, 90.0, 85.0
_OF_PROPERTIES = 0.4
_OF_TYPES = 15.0
_LEAST = 20.0
_MOST_WITH_VALUE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """
    A thing that may be meant.

    Attributes:
        iri: Its IRI.
        name: In the language asked for, where it has one.
        description: May be empty.
        types: IRIs of its classes.
        score: From 0 to 100.
        is_certain: Whether it is the one.
        features: What the score is made of, by name: ``name``, and ``properties`` where any were asked for.
    """

    iri: str
    name: str
    description: str
    types: tuple[str, ...]
    score: float
    is_certain: bool
    features: Mapping[str, float]


def candidates(store: Store, query: Query, *, language: str) -> list[Candidate]:
    """
    The things that may be meant by *query*, the likeliest first, as many as it wants.

    Raises:
        BadSyntax: an IRI in the query is none.
    """
    families = [_family(store, kind) for kind in query.types]
    allowed = set().union(*families) if query.strictness != "should" else set()
    hits = _found(store, query, sorted(allowed), language) if not query.types or families else []
    hits = [hit for hit in hits if _has_types(hit, query, families)]
    known = _known(store, query, hits)
    scored = sorted(
        ((_score(hit, query, families, known), hit) for hit in hits), key=lambda pair: (-pair[0][0], pair[1].iri)
    )
    kept = [(told, hit) for told, hit in scored if told[0] >= _LEAST]
    return [
        Candidate(
            iri=hit.iri,
            name=hit.label,
            description=hit.description,
            types=hit.types,
            score=score,
            is_certain=number == 0 and _is_certain([told[0] for told, _hit in kept], features),
            features=features,
        )
        for number, ((score, features), hit) in enumerate(kept[: query.limit])
    ]


def _is_certain(scores: Sequence[float], features: Mapping[str, float]) -> bool:
    """Whether the first of these is; with a name that is exact, and far from the next."""
    is_alone = len(scores) < 2 or scores[0] - scores[1] >= _APART
    return scores[0] >= _CERTAIN and is_alone and features.get("name", 0.0) >= _EXACT


def _found(store: Store, query: Query, types: Sequence[str], language: str) -> Sequence[Hit]:
    """Things with a name like the one wanted, or else with the properties."""
    if query.name.strip():
        wanted = Wanted(
            words=query.name,
            language=language,
            types=tuple(types),
            limit=MAX_LIMIT,
            only_names=True,
            is_loose=True,
        )
        return store.find(wanted).hits
    return _with_properties(store, query.properties, language)


def _with_properties(store: Store, wanted: Sequence[PropertyValue], language: str) -> list[Hit]:
    """Things that have the first of the properties with the value asked for."""
    first = wanted[0]
    rows = store.select(query_text("things-with-property"), property=NamedNode(first.property_iri))
    things = list(dict.fromkeys(row["thing"].value for row in rows if isinstance(row["thing"], NamedNode)))
    known = said(store, things[:_MOST_WITH_VALUE], [first.property_iri])
    fitting = [iri for iri in things[:_MOST_WITH_VALUE] if _agrees(known, iri, first)]
    return _named(store, fitting[:MAX_LIMIT], language)


def _named(store: Store, iris: Sequence[str], language: str) -> list[Hit]:
    kinds = said(store, iris, [_TYPE], also=iris)
    return [
        Hit(
            iri=iri,
            label=kinds.name(iri, language),
            types=tuple(kind.value for kind in kinds.of(iri, _TYPE) if isinstance(kind, NamedNode)),
            description="",
            matched="",
            ranges=(),
            score=0.0,
            names=tuple(label.value for label in kinds.names.get(iri, ())),
        )
        for iri in iris
    ]


_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def _family(store: Store, kind: str) -> frozenset[str]:
    """A class and all that are kinds of it."""
    rows = store.select(query_text("subclasses"), kind=NamedNode(kind))
    return frozenset({kind, *(row["sub"].value for row in rows if isinstance(row["sub"], NamedNode))})


def _has_types(hit: Hit, query: Query, families: Sequence[frozenset[str]]) -> bool:
    if query.strictness == "should" or not families:
        return True
    own = [bool(family & set(hit.types)) for family in families]
    return all(own) if query.strictness == "all" else any(own)


def _known(store: Store, query: Query, hits: Sequence[Hit]) -> Said:
    properties = [wanted.property_iri for wanted in query.properties]
    return said(store, [hit.iri for hit in hits], properties) if properties else Said({}, {})


def _score(hit: Hit, query: Query, families: Sequence[frozenset[str]], known: Said) -> tuple[float, dict[str, float]]:
    features: dict[str, float] = {}
    score = _EXACT
    if query.name.strip():
        score = features["name"] = name_score(query.name, hit.names)
    if query.properties:
        agreeing = sum(_agrees(known, hit.iri, wanted) for wanted in query.properties) / len(query.properties)
        features["properties"] = round(100 * agreeing, 2)
        score *= 1 - _OF_PROPERTIES * (1 - agreeing)
    if query.strictness == "should" and not all(family & set(hit.types) for family in families):
        score -= _OF_TYPES
    return round(max(0.0, score), 2), features


def name_score(written: str, names: Iterable[str]) -> float:
    """How near what is written comes to the nearest of *names*, from 0 to 100, which is for the same name."""
    from rapidfuzz.distance import Levenshtein  # not every process reconciles

    wanted = normal(written)
    key, heard = wanted.key, _heard(written)
    best = 0.0
    for name in names:
        own = normal(name).key
        if own == key:
            return _EXACT
        if key and heard == _heard(name):
            best = max(best, _HEARD)
        likeness = Levenshtein.normalized_similarity(key, own)
        sound = Levenshtein.normalized_similarity(heard, _heard(name)) if wanted.is_chinese else 0.0
        best = max(best, _NEAR * likeness, _NEAR * sound * 0.97)
    return round(best, 2)


def _heard(text: str) -> str:
    return "".join(unit for unit, _place in sounds(normal(text)))


def _agrees(known: Said, iri: str, wanted: PropertyValue) -> bool:
    """Whether a thing has one of the values."""
    keys = {normal(text).key for text in wanted.texts}
    return any(_is_one_of(value, known, keys, wanted) for value in known.of(iri, wanted.property_iri))


def _is_one_of(value: Term, known: Said, keys: set[str], wanted: PropertyValue) -> bool:
    if isinstance(value, Literal):
        return normal(value.value).key in keys or any(_is_same_number(value.value, text) for text in wanted.texts)
    if isinstance(value, NamedNode):
        own = {normal(label.value).key for label in known.names.get(value.value, ())}
        return value.value in wanted.iris or value.value in wanted.texts or bool(own & keys)
    return False


def _is_same_number(value: str, text: str) -> bool:
    try:
        return float(value) == float(text)
    except ValueError:
        return False
