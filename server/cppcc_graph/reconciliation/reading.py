"""
What a client asks, read without trust: JSON of bounded size, every field of its kind.

Spec: Reconciliation Service API 0.2, sections 4.2 (reconciliation queries) and 5 (data extension).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from cppcc_graph.errors import BadSyntax
from cppcc_graph.lexicon.wanted import MAX_CHARACTERS, MAX_LIMIT
from cppcc_graph.phrases import mark
from cppcc_graph.store.base import named

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"

MAX_QUERIES = 200
"""In one batch."""
MAX_BYTES = 1_000_000
_MAX_PROPERTIES = 20
_MAX_TYPES = 20
_MAX_VALUES = 50
_MAX_IDS = 1_000
_MAX_CELLS = 5_000
_LIMIT = 10
_STRICT = ("any", "should", "all")


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyValue:
    """
    A property that the wanted thing has.

    Attributes:
        property_iri: The property.
        texts: One of these is its value: a text, a number as text, or the name of a thing.
        iris: Or one of these things.
    """

    property_iri: str
    texts: tuple[str, ...]
    iris: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """
    One thing that is looked for.

    Attributes:
        name: As somebody has written it; empty when only properties are given.
        types: IRIs of classes.
        strictness: Of *types*: ``any`` of them, ``all``, or ``should``, which only weighs.
        limit: How many candidates are wanted.
        properties: That it has.
    """

    name: str
    types: tuple[str, ...]
    strictness: str
    limit: int
    properties: tuple[PropertyValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionQuery:
    """For which things (IRIs) which properties are wanted, each with the most values of it."""

    ids: tuple[str, ...]
    properties: tuple[tuple[str, int], ...]


def read_queries(text: str) -> dict[str, Query]:
    """
    The batch, by its own keys.

    Raises:
        BadSyntax: it cannot be read, or is too large.
    """
    read = _object(text)
    if len(read) > MAX_QUERIES:
        raise BadSyntax(mark("at most %(limit)s queries are answered at once; send fewer"), values=(str(MAX_QUERIES),))
    return {key: _query(key, value) for key, value in read.items()}


def read_extension(text: str) -> ExtensionQuery:
    """
    What is wanted of things.

    Raises:
        BadSyntax: it cannot be read, or is too large.
    """
    read = _object(text)
    ids = tuple(dict.fromkeys(_iri(known, "ids") for known in _list(read.get("ids"), "ids", most=_MAX_IDS)))
    wanted = [_wanted(known) for known in _list(read.get("properties"), "properties", most=_MAX_PROPERTIES)]
    if len(ids) * len(wanted) > _MAX_CELLS:
        raise BadSyntax(mark("at most %(limit)s values are given at once; ask for fewer things"), values=("5,000",))
    return ExtensionQuery(ids=ids, properties=tuple(dict(wanted).items()))


def _object(text: str) -> Mapping[str, Json]:
    if len(text) > MAX_BYTES:
        raise BadSyntax(mark("at most %(limit)s characters are read; send fewer queries"), values=(f"{MAX_BYTES:,}",))
    try:
        read: Json = json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, ValueError) else "nested too deeply"
        raise BadSyntax(mark("this is no JSON: %(reason)s"), values=(reason,)) from error
    if not isinstance(read, dict):
        raise BadSyntax(mark("a JSON object is expected"))
    return read


def _query(key: str, value: Json) -> Query:
    if not isinstance(value, dict):
        raise _wrong(key, "an object")
    name = value.get("query", "")
    if not isinstance(name, str):
        raise _wrong("query", "a text")
    listed = _list(value.get("properties", ()), "properties", most=_MAX_PROPERTIES)
    properties = tuple(_property(known) for known in listed)
    if not (name.strip() or properties):
        raise BadSyntax(mark("the query “%(key)s” names nothing: give “query” or “properties”"), values=(key[:80],))
    strictness = value.get("type_strict", "any")
    if strictness not in _STRICT:
        raise _wrong("type_strict", "any, should or all")
    return Query(
        name=name[:MAX_CHARACTERS],
        types=_types(value.get("type")),
        strictness=str(strictness),
        limit=_limit(value.get("limit", _LIMIT), most=MAX_LIMIT),
        properties=properties,
    )


def _types(value: Json) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    listed = [value] if isinstance(value, str) else _list(value, "type", most=_MAX_TYPES)
    return tuple(dict.fromkeys(_iri(known, "type") for known in listed))


def _property(value: Json) -> PropertyValue:
    if not isinstance(value, dict):
        raise _wrong("properties", "objects")
    given = value.get("v")
    values = _list(given, "v", most=_MAX_VALUES) if isinstance(given, list) else [given]
    texts, iris = [], []
    for known in values:
        if isinstance(known, dict):
            iris.append(_iri(known.get("id"), "v"))
        elif isinstance(known, str | int | float):
            texts.append(str(known)[:MAX_CHARACTERS])
        else:
            raise _wrong("v", "a text, a number, a yes or no, or an object with an id")
    return PropertyValue(property_iri=_iri(value.get("pid"), "pid"), texts=tuple(texts), iris=tuple(iris))


def _wanted(value: Json) -> tuple[str, int]:
    if not isinstance(value, dict):
        raise _wrong("properties", "objects")
    settings = value.get("settings") or {}
    if not isinstance(settings, dict):
        raise _wrong("settings", "an object")
    return _iri(value.get("id"), "id"), _limit(settings.get("limit") or MAX_LIMIT, most=MAX_LIMIT)


def _limit(value: Json, *, most: int) -> int:
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < _LIMIT:
        value = int(value)  # forms send settings as texts
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 1:
        raise _wrong("limit", "a number from 1 on")
    return int(min(value, most))


def _list(value: Json, name: str, *, most: int) -> Sequence[Json]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise _wrong(name, "a list")
    if len(value) > most:
        raise BadSyntax(mark("“%(name)s” has more than %(limit)s entries"), values=(name, str(most)))
    return value


def _iri(value: Json, name: str) -> str:
    if not isinstance(value, str):
        raise _wrong(name, "an IRI")
    return named(value).value


def _wrong(name: str, expected: str) -> BadSyntax:
    template = mark("“%(name)s” is not as it should be; expected: %(expected)s")
    return BadSyntax(template, values=(name[:80], expected))
