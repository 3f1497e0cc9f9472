"""
SERVICE without letting the engine near a network: what other endpoints are asked, and their answers woven in.

The pattern of a SERVICE is evaluated by the other endpoint on its own, so its solutions can be fetched first and put
into the query as inline data, which is joined in the same place. The engine then sees no SERVICE at all. For a variable
endpoint the query itself, without that SERVICE, tells the endpoints to ask.

Spec: SPARQL 1.1 Federated Query, sections 2 (SERVICE), 2.3 (SILENT) and 3 (variables).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

import pyoxigraph
from pyoxigraph import QueryResultsFormat, QuerySolutions

from cppcc_graph.errors import BadSyntax, ServiceFailed, ServiceRefused
from cppcc_graph.guard import check_text, inspect
from cppcc_graph.guard.outline import Outline, end_of_prologue, resolved
from cppcc_graph.guard.tokens import Token, is_word, place_of, tokens_of
from cppcc_graph.phrases import mark
from cppcc_graph.store.base import Fetched, QueryRequest
from cppcc_graph.terms import BASE, BlankNode, Term

_ABSOLUTE = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*:")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCall:
    """
    One SERVICE of a query that is in no other.

    Attributes:
        endpoint: IRI of the endpoint; empty when a variable names it.
        variable: That variable without ``?``, or empty.
        is_silent: Whether its failure counts as one empty solution.
        query: What the endpoint is asked.
        candidates: A query for this dataset whose one variable is bound to the endpoints to ask; empty without one.
        line: 1-based place in the query.
        column: 1-based, in characters.
        start: Offset of the word SERVICE in the query, 0-based.
        end: Offset behind its closing bracket.
    """

    endpoint: str
    variable: str
    is_silent: bool
    query: str
    candidates: str
    line: int
    column: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Woven:
    """A query in which no SERVICE is left: the text to evaluate, and what the guard says of it without the data."""

    query: str
    outline: Outline


def service_calls(query: str, base_iri: str | None = None) -> list[ServiceCall]:
    """
    What *query* asks of other endpoints, in the order of the text; empty when it asks none.

    Raises:
        BadSyntax: a SERVICE is not followed by an endpoint and a group.
        TooComplex: the text is too long.
    """
    check_text(query)
    tokens = tokens_of(query)
    found, position = [], 0
    while position < len(tokens):
        if is_word(tokens[position], "SERVICE"):
            call, position = _call(query, tokens, position, base_iri)
            found.append(call)
        position += 1
    return [_with_candidates(call, query, tokens, found) for call in found]


def weave(query: str, calls: Sequence[ServiceCall], fetched: Sequence[Fetched]) -> Woven:
    """
    *query* with what was fetched in the place of each of its *calls*.

    Raises:
        ServiceRefused: a SERVICE is left that is written so that it cannot be told apart.
        ServiceFailed: what was fetched cannot be written into a query.
        TooComplex, UpdateRefused, BadSyntax: as `guard.inspect` tells of the rest.
    """
    stub = _spliced(query, calls, ["{}"] * len(calls))
    outline = inspect(stub)
    seen = _seen(tokens_of(stub))
    blocks = [_block(call, found, seen) for call, found in zip(calls, fetched, strict=True)]
    return Woven(query=_spliced(query, calls, blocks), outline=outline)


def weave_without(query: str, base_iri: str | None) -> Woven:
    """
    *query* as it is answered where no other endpoint is asked: each SERVICE SILENT gives one empty solution.

    Raises:
        ServiceRefused: a SERVICE is not SILENT.
    """
    calls = service_calls(query, base_iri)
    for call in calls:
        if not call.is_silent:
            raise ServiceRefused(line=call.line, column=call.column)
    return weave(query, calls, [((call.endpoint, None),) for call in calls])


def alone(request: QueryRequest) -> tuple[QueryRequest, Outline]:
    """
    The query as one engine evaluates it, which asks no other endpoint, and its outline.

    Raises:
        ServiceRefused, ServiceFailed, TooComplex, UpdateRefused, BadSyntax: as :func:`weave` and the guard tell.
    """
    if "service" not in request.query.lower():
        return request, inspect(request.query)
    if request.fetched is None:
        woven = weave_without(request.query, request.base_iri)
    else:
        woven = weave(request.query, service_calls(request.query, request.base_iri), request.fetched)
    return replace(request, query=woven.query), woven.outline


def _call(query: str, tokens: list[Token], position: int, base_iri: str | None) -> tuple[ServiceCall, int]:
    line, column = place_of(query, tokens[position].start)
    following = tokens[position + 1 : position + 3]
    is_silent = bool(following) and is_word(following[0], "SILENT")
    at = position + 1 + is_silent
    name = tokens[at] if at < len(tokens) else None
    end = _end_of_group(tokens, at + 1)
    if name is None or end is None or name.kind not in ("iri", "name", "variable"):
        template = mark("SERVICE is followed by an endpoint and a group: SERVICE <https://…> { … }")
        raise BadSyntax(template, line=line, column=column, source="query")
    group = query[tokens[at + 1].start : tokens[end].start + 1]
    prologue = _prologue(query, tokens, base_iri)
    call = ServiceCall(
        endpoint="" if name.kind == "variable" else resolved(prologue, name.text, base_iri),
        variable=name.text[1:] if name.kind == "variable" else "",
        is_silent=is_silent,
        query=f"{prologue}\nSELECT * WHERE {group}",
        candidates="",
        line=line,
        column=column,
        start=tokens[position].start,
        end=tokens[end].start + 1,
    )
    return call, end


def _prologue(query: str, tokens: list[Token], base_iri: str | None) -> str:
    head = end_of_prologue(tokens)
    written = query[: tokens[head].start] if head < len(tokens) else query
    is_needed = any(token.kind == "iri" and not _ABSOLUTE.match(token.text) for token in tokens)
    return f"BASE <{base_iri}>\n{written}" if base_iri and is_needed else written


def _end_of_group(tokens: list[Token], start: int) -> int | None:
    """Index of the bracket that closes the group whose opening one is at *start*."""
    depth = 0
    for position in range(start, len(tokens)):
        text = tokens[position].text if tokens[position].kind == "sign" else ""
        depth += (text == "{") - (text == "}")
        if depth == 0:
            return position if position > start else None
    return None


def _with_candidates(call: ServiceCall, query: str, tokens: list[Token], calls: Sequence[ServiceCall]) -> ServiceCall:
    """With the query that binds its variable: the WHERE clause of the query, every SERVICE left out."""
    if not call.variable:
        return call
    head = end_of_prologue(tokens)
    opening = next((i for i in range(head, len(tokens)) if tokens[i].text == "{"), None)
    closing = None if opening is None else _end_of_group(tokens, opening)
    if opening is None or closing is None or not tokens[opening].start < call.start < tokens[closing].start:
        return call
    start, end = tokens[opening].start, tokens[closing].start + 1
    stub = _spliced(query, calls, ["{}"] * len(calls), start=start, end=end)
    prologue = query[: tokens[head].start]
    candidates = f"{prologue}\nSELECT DISTINCT ?{call.variable} {_dataset(query, tokens[head:opening])} WHERE {stub}"
    return ServiceCall(**{name: getattr(call, name) for name in call.__slots__} | {"candidates": candidates})


def _dataset(query: str, tokens: Sequence[Token]) -> str:
    """The FROM clauses, as they are written."""
    first = next((token for token in tokens if is_word(token, "FROM")), None)
    if first is None:
        return ""
    last = next((token for token in reversed(tokens) if not is_word(token, "WHERE")), first)
    return query[first.start : last.start + len(last.text)]


def _spliced(
    query: str, calls: Sequence[ServiceCall], blocks: Sequence[str], *, start: int = 0, end: int | None = None
) -> str:
    pieces, behind = [], start
    for call, block in zip(calls, blocks, strict=True):
        if call.start >= start and (end is None or call.end <= end):
            pieces += [query[behind : call.start], " ", block, " "]
            behind = call.end
    return "".join([*pieces, query[behind:end]])


def _seen(tokens: Sequence[Token]) -> frozenset[str] | None:
    """The variables of a query; None when ``SELECT *`` shows all there are."""
    for position, token in enumerate(tokens):
        if is_word(token, "SELECT"):
            behind = tokens[position + 1 : position + 3]
            if any(after.text == "*" for after in (behind[1:] if _is_modifier(behind) else behind[:1])):
                return None
    return frozenset(token.text[1:] for token in tokens if token.kind == "variable")


def _is_modifier(tokens: Sequence[Token]) -> bool:
    return bool(tokens) and (is_word(tokens[0], "DISTINCT") or is_word(tokens[0], "REDUCED"))


def _block(call: ServiceCall, fetched: Fetched, seen: frozenset[str] | None) -> str:
    """A group of inline data; one empty solution where a failure is hidden."""
    if call.is_silent:
        try:
            return _filled(call, fetched, seen)
        except ServiceFailed:
            return _nothing(call)
    return _filled(call, fetched, seen)


def _nothing(call: ServiceCall) -> str:
    """One solution that binds none of the variables, which yet are there. Spec: SPARQL 1.1 Federated Query, 2.3."""
    written = tokens_of(call.query)[end_of_prologue(tokens_of(call.query)) :]
    names = list(dict.fromkeys(token.text[1:] for token in written if token.kind == "variable"))
    if not names:
        return "{}"
    return f"{{ VALUES ({' '.join(f'?{name}' for name in names)}) {{ ({' '.join('UNDEF' for _ in names)}) }} }}"


def _filled(call: ServiceCall, fetched: Fetched, seen: frozenset[str] | None) -> str:
    documents = [(endpoint, document) for endpoint, document in fetched if document is not None]
    if len(documents) < len(fetched):
        return _nothing(call)
    names: list[str] = []
    rows: list[dict[str, str]] = []
    for endpoint, document in documents:
        own = {call.variable: f"<{endpoint}>"} if call.variable else {}
        rows.extend(row | own for row in _rows(document, endpoint, names, seen))
    if call.variable and call.variable not in names:
        names.append(call.variable)
    lines = (f"({' '.join(row.get(name, 'UNDEF') for name in names)})" for row in rows)
    return f"{{ VALUES ({' '.join(f'?{name}' for name in names)}) {{ {' '.join(lines)} }} }}"


def _rows(document: bytes, endpoint: str, names: list[str], seen: frozenset[str] | None) -> Iterator[dict[str, str]]:
    """Each solution in N-Triples terms; *names* grows by the variables that are new."""
    try:
        results = pyoxigraph.parse_query_results(document, format=QueryResultsFormat.JSON)
        if not isinstance(results, QuerySolutions):
            raise ServiceFailed(endpoint=endpoint, reason=mark("it answered with something else than a table"))
        own = [variable.value for variable in results.variables]
        names.extend(name for name in own if name not in names)
        for solution in results:
            terms = {name: solution[name] for name in own}
            yield {
                name: _written(term, endpoint, is_seen=seen is None or name in seen)
                for name, term in terms.items()
                if term is not None
            }
    except (SyntaxError, ValueError) as error:
        raise ServiceFailed(endpoint=endpoint, reason=mark("its answer is not whole SPARQL Results JSON")) from error


def _written(term: Term, endpoint: str, *, is_seen: bool) -> str:
    """A blank node cannot stand in inline data; where the rest of the query never sees it, a name of its own does."""
    if not isinstance(term, BlankNode):
        return str(term)
    if is_seen:
        reason = mark("it answered with blank nodes, which cannot be joined; leave their variable out")
        raise ServiceFailed(endpoint=endpoint, reason=reason)
    return f"<{BASE}.well-known/genid/{quote(term.value, safe='')}>"
