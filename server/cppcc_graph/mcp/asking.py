"""Queries: examples, validated, and asked."""

import json
import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from cppcc_graph.catalogue import partitions
from cppcc_graph.errors import AnswerTooLarge, BadSyntax, CppccError
from cppcc_graph.formats import JSON, N_TRIPLES, ResultForm
from cppcc_graph.guard.declaring import missing_declarations
from cppcc_graph.guard.outline import end_of_prologue
from cppcc_graph.guard.tokens import Token, is_word, place_of, tokens_of
from cppcc_graph.mcp.answers import Answered, Example, Examples, Suspicion, Validated
from cppcc_graph.queries import query as our_query
from cppcc_graph.questions import questions
from cppcc_graph.store.base import Answer, Hint, QueryRequest, Store, named
from cppcc_graph.terms import XSD

_NO_GRAPH = "urn:x-cppcc-graph:no-graph"
_VALIDATED_WITHIN_S = 10.0
_MOST_BYTES = 4 * 1024 * 1024
_MOST_TERMS = 50
_ALIKE = 0.8
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_RESERVED = re.compile(r"\\([_~.\-!$&'()*+,;=/?#@%])")
_EMPTY = "The answer is empty. validate_query tells whether a name in the query is unknown to the data."


def examples(words: str, *, language: str, limit: int) -> Examples:
    """Questions that have all of *words* in their names or their words, or simply the first ones."""
    asked = words.lower().split()
    fitting = [
        known
        for known in questions()
        if all(word in f"{known.slug} {' '.join(known.titles.values())}".lower() for word in asked)
    ]
    shown = [
        Example(name=known.slug, question=known.titles.get(language, known.slug), query=known.query)
        for known in fitting[:limit]
    ]
    return Examples(examples=shown, n=len(fitting))


def validate(store: Store, written: str) -> Validated:
    """Whether a query can be asked, found out over no data, and which of its terms the data do not have."""
    try:
        answer = _answer(store, written, deadline_s=_VALIDATED_WITHIN_S, graphs=(_NO_GRAPH,))
    except CppccError as error:
        return Validated(is_valid=False, form="", problem=str(error), unknown=[])
    if answer.file is not None:
        answer.file.close()
    declarations = missing_declarations(written)
    unknown = _unknown(store, declarations + written, {hint.written: hint for hint in answer.hints})
    return Validated(
        is_valid=True,
        form=answer.form.value,
        problem="",
        unknown=[_moved(known, len(declarations)) for known in unknown],
    )


def ask(store: Store, written: str, *, limit: int, timeout_s: float) -> Answered:
    """
    The answer to a query.

    Raises:
        CppccError: as `Store.answer` tells; an answer above 4 MiB is refused.
    """
    answer = _answer(store, written, deadline_s=timeout_s)
    if answer.file is not None or answer.n_bytes > _MOST_BYTES:
        if answer.file is not None:
            answer.file.close()
        raise AnswerTooLarge(limit_bytes=_MOST_BYTES)
    if answer.form is ResultForm.GRAPH:
        return _graph(answer, limit)
    told = json.loads(answer.body)
    if answer.form is ResultForm.BOOLEAN:
        return _answered(answer, boolean=told["boolean"], n=1)
    columns, rows = told["head"]["vars"], told["results"]["bindings"]
    return _answered(
        answer,
        columns=columns,
        rows=[[_cell(row.get(column)) for column in columns] for row in rows[:limit]],
        n=len(rows),
        is_cut=len(rows) > limit,
    )


def _answer(store: Store, written: str, *, deadline_s: float, graphs: tuple[str, ...] = ()) -> Answer:
    """The answer to a query whose prefixes need not be declared; places in a complaint are those of *written*."""
    declarations = missing_declarations(written)
    asked = QueryRequest(
        query=declarations + written,
        formats=(JSON, N_TRIPLES),
        default_graph_iris=graphs,
        deadline_s=deadline_s,
        client="mcp",
    )
    try:
        return store.answer(asked)
    except BadSyntax as error:
        if error.line != 1 or error.column is None:
            raise
        raise error.moved(1, max(1, error.column - len(declarations))) from error


def _graph(answer: Answer, limit: int) -> Answered:
    lines = answer.body.decode().splitlines()
    return _answered(answer, triples=lines[:limit], n=len(lines), is_cut=len(lines) > limit)


def _answered(
    answer: Answer,
    *,
    columns: Sequence[str] = (),
    rows: Sequence[Sequence[str | None]] = (),
    boolean: bool | None = None,
    triples: Sequence[str] = (),
    n: int,
    is_cut: bool = False,
) -> Answered:
    meant = " ".join(f"Did you mean {hint.suggested} in place of {hint.written}?" for hint in answer.hints)
    cut = "Only the first are shown; raise limit, or narrow the query down." if is_cut else ""
    return Answered(
        form=answer.form.value,
        columns=columns,
        rows=rows,
        boolean=boolean,
        triples=triples,
        n=n,
        is_cut=is_cut,
        advice=meant or cut or ("" if n else _EMPTY),
    )


def _cell(value: dict[str, str] | None) -> str | None:
    if value is None:
        return None
    if value["type"] == "uri":
        return f"<{value['value']}>"
    return f"_:{value['value']}" if value["type"] == "bnode" else str(value["value"])


def _unknown(store: Store, text: str, hints: dict[str, Hint]) -> Iterator[Suspicion]:
    """Each term of a query that stands nowhere in the data, at its first place."""
    tokens = tokens_of(text)
    end = end_of_prologue(tokens)
    prefixes, seen = _prefixes(tokens[:end]), set[str]()
    for position, token in enumerate(tokens[end:], start=end):
        iri = "" if _is_called(tokens, position) else _absolute(token, prefixes)
        if not iri or iri in seen or iri.startswith(XSD.iri) or len(seen) >= _MOST_TERMS:
            continue
        seen.add(iri)
        if not store.ask(our_query("is-known"), iri=named(iri)):
            line, column = place_of(text, token.start)
            hint = hints.get(f"<{iri}>")
            suggested = hint.suggested if hint else _nearest(store, iri)
            yield Suspicion(written=f"<{iri}>", suggested=suggested, line=line, column=column)
    for hint in hints.values():
        if hint.written.removeprefix("<").removesuffix(">") not in seen:
            yield Suspicion(written=hint.written, suggested=hint.suggested, line=hint.line, column=hint.column)


def _nearest(store: Store, iri: str) -> str:
    """The class or property of the data whose IRI is most like *iri*; empty when none is like it."""
    counted = partitions(store)
    used = [*counted.classes, *counted.properties]
    return next((f"<{like}>" for like in get_close_matches(iri, used, n=1, cutoff=_ALIKE)), "")


def _prefixes(prologue: Sequence[Token]) -> dict[str, str]:
    """What is declared, by prefix with its colon; the last declaration counts."""
    triples = zip(prologue, prologue[1:], prologue[2:], strict=False)
    return {name.text: iri.text[1:-1] for word, name, iri in triples if is_word(word, "PREFIX")}


def _absolute(token: Token, prefixes: dict[str, str]) -> str:
    """
    The IRI that a token names; empty for other tokens, and for IRIs that are relative or hold escapes for codepoints.

    Spec: SPARQL 1.1 Query, section 4.1.1 (prefixed names; a backslash stands before a reserved character).
    """
    if token.kind == "iri":
        iri = token.text[1:-1]
    elif token.kind == "name":
        prefix, _, local = token.text.partition(":")
        if f"{prefix}:" not in prefixes:
            return ""
        iri = prefixes[f"{prefix}:"] + _RESERVED.sub(r"\1", local)
    else:
        return ""
    return iri if _ABSOLUTE.match(iri) and "\\" not in iri else ""


def _is_called(tokens: Sequence[Token], position: int) -> bool:
    return position + 1 < len(tokens) and tokens[position + 1].text == "("


def _moved(known: Suspicion, n_before: int) -> Suspicion:
    """*known* at its place in the query as it was written, before declarations were put ahead of its first line."""
    if known.line != 1:
        return known
    column = max(1, known.column - n_before)
    return Suspicion(written=known.written, suggested=known.suggested, line=1, column=column)
