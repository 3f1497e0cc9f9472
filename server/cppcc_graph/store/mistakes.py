"""The usual mistakes in a query, as far as its tokens alone show them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise

from cppcc_graph.guard.tokens import Token, is_word
from cppcc_graph.guard.words import KEYWORDS
from cppcc_graph.phrases import mark
from cppcc_graph.store.prefixes import WELL_KNOWN, declaration, near_prefix

_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_BAD_ESCAPE = re.compile(r"""(?:[^\\]|\\[tbnrf"'\\]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+(\\.?)""", re.DOTALL)
_ABSOLUTE = re.compile(r"<[A-Za-z][\w+.\-]*:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """
    Something wrong in a text.

    Attributes:
        start: 0-based offset in the text.
        template: What is wrong, with places for `values` (`phrases.filled`).
        token: The piece of text that is wrong; empty at the end of the text.
        expected: What could stand there.
        suggestion: What would mend it.
    """

    start: int
    template: str
    values: tuple[str, ...] = ()
    token: str = ""
    expected: tuple[str, ...] = ()
    suggestion: str = ""


def usual_mistakes(tokens: Sequence[Token], base_iri: str | None) -> Iterator[Mistake]:
    """Each usual mistake, the surest first."""
    yield from _open_strings(tokens)
    yield from _bare_iris(tokens)
    yield from _unknown_words(tokens)
    yield from _undeclared_prefixes(tokens)
    yield from _unbalanced_brackets(tokens)
    yield from _bad_escapes(tokens)
    yield from _doubled_equals(tokens)
    has_base = base_iri is not None or any(is_word(token, "BASE") for token in tokens)
    for token in tokens:
        if token.kind == "iri" and not has_base and not _ABSOLUTE.match(token.text):
            yield _about(token, mark("%(token)s is a relative IRI, and no BASE is declared"))


def _open_strings(tokens: Sequence[Token]) -> Iterator[Mistake]:
    for token in tokens:
        if token.kind == "sign" and token.text in "'\"":
            yield _about(token, mark("a string begins with %(token)s and does not end on this line"))


def _bare_iris(tokens: Sequence[Token]) -> Iterator[Mistake]:
    for first, second in pairwise(tokens):
        if first.text in ("http:", "https:") and second.text == "/" and second.start == first.start + len(first.text):
            yield _about(first, mark("%(token)s begins an IRI, which is written between < and >"), expected=("<IRI>",))
        if is_word(first, "PREFIX") and second.kind == "word":
            template = mark("a prefix ends in a colon: %(suggestion)s")
            yield _named(second, template, f"{second.text}:", suggestion=f"{second.text}:")


def _unknown_words(tokens: Sequence[Token]) -> Iterator[Mistake]:
    for token in tokens:
        if token.kind != "word" or token.text.upper() in KEYWORDS:
            continue
        near = get_close_matches(token.text.upper(), KEYWORDS, n=1, cutoff=0.76)
        if near:
            template = mark("%(token)s is not a word of SPARQL; did you mean %(suggestion)s?")
            yield _about(token, template, near[0], suggestion=near[0])
        else:
            yield _about(token, mark("%(token)s is not a word of SPARQL"))


def _undeclared_prefixes(tokens: Sequence[Token]) -> Iterator[Mistake]:
    declared = {
        name.text.partition(":")[0]
        for keyword, name in pairwise(tokens)
        if is_word(keyword, "PREFIX") and name.kind == "name"
    }
    for token in tokens:
        prefix = token.text.partition(":")[0]
        if token.kind == "name" and prefix != "_" and prefix not in declared:
            yield _undeclared(token, prefix, declared)


def _undeclared(token: Token, prefix: str, declared: set[str]) -> Mistake:
    if known := declaration(prefix):
        template = mark("the prefix %(prefix)s: is not declared; begin the query with %(declaration)s")
        return _named(token, template, prefix, known, suggestion=known)
    near = near_prefix(prefix, declared)
    if near is None:
        template = mark("the prefix %(prefix)s: is not declared; begin the query with PREFIX %(prefix)s: <…>")
        return _named(token, template, prefix)
    if near in declared:
        template = mark("the prefix %(prefix)s: is not declared; did you mean %(near)s:, which is?")
        return _named(token, template, prefix, near, suggestion=f"{near}:")
    known = f"PREFIX {near}: <{WELL_KNOWN[near]}>"
    template = mark("the prefix %(prefix)s: is not declared; if you mean %(near)s:, begin with %(declaration)s")
    return _named(token, template, prefix, near, known, suggestion=known)


def _unbalanced_brackets(tokens: Sequence[Token]) -> Iterator[Mistake]:
    opened: list[Token] = []
    for token in tokens:
        if token.kind != "sign":
            continue
        if token.text in _BRACKETS:
            opened.append(token)
        elif token.text in _BRACKETS.values():
            if not opened:
                yield _about(token, mark("this %(token)s closes nothing"))
                return
            closing = _BRACKETS[opened.pop().text]
            if closing != token.text:
                template = mark("expected “%(expected)s”, but found “%(token)s”")
                yield Mistake(
                    start=token.start,
                    template=template,
                    values=(closing, token.text),
                    token=token.text,
                    expected=(closing,),
                )
                return
    if opened:
        closing = _BRACKETS[opened[-1].text]
        yield _about(opened[-1], mark("this %(token)s is never closed"), expected=(closing,))


def _bad_escapes(tokens: Sequence[Token]) -> Iterator[Mistake]:
    for token in tokens:
        found = _BAD_ESCAPE.match(token.text) if token.kind == "string" else None
        if found:
            template = mark("%(token)s means nothing in a string; a backslash itself is written twice")
            yield Mistake(start=token.start + found.start(1), template=template, values=(found[1],), token=found[1])


def _doubled_equals(tokens: Sequence[Token]) -> Iterator[Mistake]:
    for first, second in pairwise(tokens):
        if first.text == second.text == "=" and second.start == first.start + 1:
            template = mark("SPARQL compares with a single =")
            yield Mistake(start=first.start, template=template, token="==", expected=("=",), suggestion="=")


def _about(token: Token, template: str, *values: str, expected: tuple[str, ...] = (), suggestion: str = "") -> Mistake:
    """A mistake whose first value is the token itself."""
    return _named(token, template, token.text, *values, expected=expected, suggestion=suggestion)


def _named(token: Token, template: str, *values: str, expected: tuple[str, ...] = (), suggestion: str = "") -> Mistake:
    return Mistake(
        start=token.start, template=template, values=values, token=token.text, expected=expected, suggestion=suggestion
    )
