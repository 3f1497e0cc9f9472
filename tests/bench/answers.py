"""One answer from each engine to the same question, and whether they are the same answer."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from urllib.parse import quote

import pyoxigraph
from tests.engines.engine import Engine, request

XSD = "http://www.w3.org/2001/XMLSchema#"
NUMBERS = {XSD + name for name in ("integer", "decimal", "double", "float", "int", "long", "nonNegativeInteger")}
NO_ANSWER = "no answer"
VIRTUOSO_ASK = "__ASK_RETVAL"
"""Virtuoso 7 answers ASK in JSON with one row of this variable, or none."""
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Rows in the order in which they came, each term written as value and type; or why there are none."""

    rows: tuple[Row, ...] = ()
    failure: str = ""
    remark: str = ""
    """What is odd about the form of an answer that can be understood."""


def ask(engine: Engine, query: str, accept: str, *, patience_s: float = 600) -> Answer:
    """The answer of *engine*, made comparable; a failure is told in it, as is none within *patience_s*."""
    url = f"{engine.query_url}?query={quote(query, safe='')}"
    try:
        status, body = request("GET", url, headers={"Accept": accept}, timeout_s=patience_s)
    except TimeoutError:
        return Answer(failure=f"{NO_ANSWER} in {patience_s:g} s")
    if status != 200:
        return Answer(failure=f"{status}: {body[:300]!r}")
    try:
        return Answer(rows=_triples(body)) if accept == "application/n-triples" else _solutions(body)
    except (ValueError, KeyError, SyntaxError) as error:
        return Answer(failure=f"unreadable: {error}: {body[:300]!r}")


def _triples(body: bytes) -> tuple[Row, ...]:
    return tuple(
        tuple(map(_term, (quad.subject, quad.predicate, quad.object)))
        for quad in pyoxigraph.parse(body, format=pyoxigraph.RdfFormat.N_TRIPLES)
    )


def _term(term: object) -> str:
    if isinstance(term, pyoxigraph.Literal):
        return _literal(term.value, term.datatype.value, term.language)
    return str(term)


def _solutions(body: bytes) -> Answer:
    document = json.loads(body)
    if "boolean" in document:
        return Answer(rows=((str(document["boolean"]),),))
    names, found = document["head"]["vars"], document["results"]["bindings"]
    if names == [VIRTUOSO_ASK]:
        return Answer(rows=((str(bool(found)),),), remark=f"yes or no told as rows of ?{VIRTUOSO_ASK}")
    return Answer(rows=tuple(tuple(_json_term(row.get(name)) for name in names) for row in found))


def _json_term(term: Mapping[str, str] | None) -> str:
    if term is None:
        return ""
    if term["type"] == "uri":
        return f"<{term['value']}>"
    return _literal(term["value"], term.get("datatype") or XSD + "string", term.get("xml:lang"))


def _literal(value: str, datatype: str, language: str | None) -> str:
    if language:
        return f'"{value}"@{language.lower()}'
    if datatype in NUMBERS:
        try:
            value = format(Decimal(value).normalize(), "f")
        except InvalidOperation:
            return f'"{value}"^^{datatype}'
    return f'"{value}"^^{datatype.removeprefix(XSD)}'


def compared(first: Answer, other: Answer, *, in_order: bool) -> str:
    """
    "equal", or what differs, in words.

    Numbers are equal when their values are. Rows are compared as a bag, and in their order too where the query asks
    for one. Where only datatypes differ (one engine says integer, another decimal) that is said.
    """
    if first.failure or other.failure:
        return f"failed: {first.failure or other.failure}"
    if first.rows == other.rows or (not in_order and Counter(first.rows) == Counter(other.rows)):
        return f"equal, but {other.remark}" if other.remark else "equal"
    plain_first, plain_other = ([_untyped(row) for row in answer.rows] for answer in (first, other))
    if plain_first == plain_other or (not in_order and Counter(plain_first) == Counter(plain_other)):
        return f"equal values, other datatypes: {_example(first, other)}"
    if Counter(first.rows) == Counter(other.rows):
        return "equal rows in another order"
    return f"differs: {len(first.rows)} and {len(other.rows)} rows, {_example(first, other)}"


def _untyped(row: Row) -> Row:
    return tuple(term.rpartition("^^")[0] if "^^" in term else term for term in row)


def _example(first: Answer, other: Answer) -> str:
    ours, theirs = Counter(first.rows), Counter(other.rows)
    return f"such as {next(iter(ours - theirs), '-')} and {next(iter(theirs - ours), '-')}"
