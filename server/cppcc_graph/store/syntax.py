"""
Why a query does not parse, in words and with the true place.

The engine reports the furthest place that any rule reached, and a keyword counts as reached to its end even where it
does not stand: ``?s ex:p ?o`` with an undeclared prefix is reported as "expected OPTIONAL" eight characters after
``?s``. So the usual mistakes are looked for in the tokens first; for the rest, the engine reads the query again with
its tokens set so far apart that no keyword reaches the next one.
"""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from itertools import pairwise

import pyoxigraph

from cppcc_graph.errors import BadSyntax
from cppcc_graph.guard.tokens import Token, is_word, place_of, tokens_of
from cppcc_graph.guard.words import KEYWORDS

_COMPLAINT = re.compile(r"error at (\d+):(\d+): expected (?:one of )?(.*)", re.DOTALL)
_GAP = " " * 40
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_MAX_EXPECTED = 6


def bad_query(error: SyntaxError, query: str, *, base_iri: str | None) -> BadSyntax:
    """What is wrong with *query*, which the engine refused with *error*: the place is within the text as given."""
    tokens = tokens_of(query)
    if not tokens:
        return BadSyntax("the query is empty", line=1, column=1, source="query")
    found = next(_usual_mistakes(tokens, base_iri), None) or _engine_complaint(error, tokens, base_iri)
    if found is None:
        return BadSyntax(str(error), source="query")
    offset, message = found
    line, column = place_of(query, offset)
    return BadSyntax(message, line=line, column=column, source="query")


def _usual_mistakes(tokens: list[Token], base_iri: str | None) -> Iterator[tuple[int, str]]:
    """Offset and message of each mistake that the tokens alone show."""
    for token in tokens:
        if token.kind == "sign" and token.text in "'\"":
            yield token.start, f"a string begins with {token.text} and does not end on this line"
    yield from _unknown_words(tokens)
    yield from _undeclared_prefixes(tokens)
    yield from _unbalanced_brackets(tokens)
    has_base = base_iri is not None or any(is_word(token, "BASE") for token in tokens)
    for token in tokens:
        if token.kind == "iri" and not has_base and not re.match(r"<[A-Za-z][\w+.\-]*:", token.text):
            yield token.start, f"{token.text} is a relative IRI, and no BASE is declared"


def _unknown_words(tokens: list[Token]) -> Iterator[tuple[int, str]]:
    for token in tokens:
        if token.kind == "word" and token.text.upper() not in KEYWORDS:
            near = get_close_matches(token.text.upper(), KEYWORDS, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            yield token.start, f"{token.text} is not a word of SPARQL{hint}"


def _undeclared_prefixes(tokens: list[Token]) -> Iterator[tuple[int, str]]:
    declared = {
        name.text.partition(":")[0]
        for keyword, name in pairwise(tokens)
        if is_word(keyword, "PREFIX") and name.kind == "name"
    }
    for token in tokens:
        prefix = token.text.partition(":")[0]
        if token.kind == "name" and prefix != "_" and prefix not in declared:
            yield token.start, f"the prefix {prefix}: is not declared; add PREFIX {prefix}: <…>"


def _unbalanced_brackets(tokens: list[Token]) -> Iterator[tuple[int, str]]:
    opened: list[Token] = []
    for token in tokens:
        if token.kind != "sign":
            continue
        if token.text in _BRACKETS:
            opened.append(token)
        elif token.text in _BRACKETS.values():
            if not opened:
                yield token.start, f"this {token.text} closes nothing"
                return
            if _BRACKETS[opened[-1].text] != token.text:
                yield token.start, f"expected {_BRACKETS[opened[-1].text]}, but found {token.text}"
                return
            opened.pop()
    if opened:
        yield opened[-1].start, f"this {opened[-1].text} is never closed"


def _engine_complaint(error: SyntaxError, tokens: list[Token], base_iri: str | None) -> tuple[int, str] | None:
    spaced, starts = _spaced(tokens)
    try:
        pyoxigraph.Store().query(spaced, base_iri=base_iri)
    except SyntaxError as again:
        error = again
    match = _COMPLAINT.match(str(error))
    if match is None:
        return None
    reached = int(match[2]) - 1
    behind = [token for token, start in zip(tokens, starts, strict=True) if start <= reached]
    end = tokens[-1].start + len(tokens[-1].text)
    if not behind or reached >= len(spaced.rstrip()) + len(_GAP):
        return end, _message(_items(match[3]), "the query ends here")
    return behind[-1].start, _message(_items(match[3]), f"found {behind[-1].text[:40]}")


def _spaced(tokens: list[Token]) -> tuple[str, list[int]]:
    """The query on one line with wide gaps, and where each token begins in it."""
    text = ""
    starts = []
    for before, token in zip([None, *tokens], tokens, strict=False):
        text += _GAP if before is not None and _may_part(before, token) else ""
        starts.append(len(text))
        text += token.text
    return text + _GAP, starts


def _may_part(before: Token, token: Token) -> bool:
    """Whether white space between the two leaves the meaning alone."""
    if token.start > before.start + len(before.text):
        return True
    return not {before.kind, token.kind} & {"sign", "language"}


def _items(text: str) -> list[str]:
    """What was expected, without the character classes that only a grammarian can read."""
    readable = re.sub(r"\[[^\[\]]*(?:'[\[\]]'[^\[\]]*)*\]", "", text)
    return [item for part in readable.split(", ") if (item := part.strip(" |\n")) and item != "<unreported>"]


def _message(expected: list[str], found: str) -> str:
    for item in expected:
        if " " in item:
            return item[0].lower() + item[1:]
    # Of several keywords only the longest is reported, so a keyword alone says nothing about what is missing.
    signs = [item for item in expected if not re.fullmatch(r"[A-Z_]{2,}", item)]
    if not signs or len(signs) > _MAX_EXPECTED:
        return f"this cannot stand here: {found}"
    return f"expected {' or '.join(signs)}, but {found}"
