"""
Why a query does not parse, in words and with the true place.

The engine reports the furthest place that any rule reached, and a keyword counts as reached to its end even where it
does not stand: ``?s ex:p ?o`` with an undeclared prefix is reported as "expected OPTIONAL" eight characters after
``?s``. So the usual mistakes are looked for in the tokens first; for the rest, the engine reads the query again with
its tokens set so far apart that no keyword reaches the next one, and what could stand there is found by trying.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence

from cppcc_graph.errors import BadSyntax, UnknownFunction
from cppcc_graph.guard.tokens import Token, place_of, tokens_of
from cppcc_graph.phrases import mark
from cppcc_graph.store.complaints import in_our_words, unsaid
from cppcc_graph.store.expected import GAP, complaint, expected, reached
from cppcc_graph.store.mistakes import Mistake, usual_mistakes

_COMPLAINT = re.compile(r"error at \d+:\d+: expected (?:one of )?(.*)", re.DOTALL)
_CHARACTER_CLASS = re.compile(r"\[[^\[\]]*(?:'[\[\]]'[^\[\]]*)*\]")
_MAX_TRIED_CHARACTERS = 20_000
_MAX_NAMED = 10
_MAX_SHOWN = 200
_MAX_TOKEN = 200
_MAX_WIDE = 1_000
_FAR = 30
_BRACKETS_AND_STOPS = "(){}[],;."


def bad_query(error: SyntaxError, query: str, *, base_iri: str | None, is_update: bool = False) -> BadSyntax:
    """
    What is wrong with *query*, which the engine refused with *error*.

    The place is within the text as given. Nothing is evaluated.
    """
    source = "update" if is_update else "query"
    tokens = tokens_of(query)
    if not tokens:
        return BadSyntax(mark("there is no query: the text is empty"), line=1, column=1, source=source)
    found = next(usual_mistakes(tokens, base_iri), None)
    if found is None:
        wide = _around(reached(query, str(error)), tokens)
        found = _engine_complaint(str(error), tokens, wide, base_iri=base_iri, is_update=is_update)
    line, column = place_of(query, found.start)
    return BadSyntax(
        found.template,
        values=[_short(value) for value in found.values],
        line=line,
        column=column,
        source=source,
        token=found.token[:_MAX_TOKEN],
        expected=found.expected,
        suggestion=found.suggestion,
    )


def bad_function(error: RuntimeError, query: str, *, source: str = "query") -> BadSyntax:
    """What is wrong with *query* that parses and calls a function that does not exist: found only in evaluation."""
    named = re.search("<[^>]*>", str(error))
    if named is None:
        return BadSyntax(str(error), source=source)
    template = mark("the function %(token)s does not exist here")
    place = next((place_of(query, token.start) for token in tokens_of(query) if token.text == named[0]), (None, None))
    return UnknownFunction(template, values=(named[0],), line=place[0], column=place[1], source=source, token=named[0])


def _around(offset: int, tokens: Sequence[Token]) -> range:
    """The tokens among which the wrong one is: a keyword of 14 letters at most reaches further than it may."""
    if len(tokens) <= _MAX_WIDE:
        return range(len(tokens))
    near = bisect_right(tokens, offset, key=lambda token: token.start)
    return range(max(near - _FAR, 0), near + _FAR)


def _engine_complaint(said: str, tokens: list[Token], wide: range, *, base_iri: str | None, is_update: bool) -> Mistake:
    spaced, starts = _spaced(tokens, wide)
    end, again = complaint(spaced, base_iri=base_iri, is_update=is_update)
    is_at_end = end >= len(spaced) + len(GAP)
    position = len(tokens) if is_at_end else max(bisect_right(starts, end) - 1, 0)
    at = None if is_at_end else tokens[position]
    sentence = next(iter((*_sentences(said), *_sentences(again))), "") or unsaid(tokens, at)
    if sentence:
        return _told(*in_our_words(sentence, tokens, at), tokens)
    before = spaced[: starts[position]] if at else spaced
    fitting: tuple[str, ...] = ()
    if len(before) <= _MAX_TRIED_CHARACTERS:
        fitting = expected(before.rstrip(), base_iri=base_iri, is_update=is_update)
    return _instead(at, fitting, tokens)


def _told(template: str, token: Token | None, tokens: Sequence[Token]) -> Mistake:
    start = token.start if token else _end_of(tokens)
    text = token.text if token else ""
    return Mistake(start=start, template=template, values=(text,) if "%(token)s" in template else (), token=text)


def _instead(at: Token | None, fitting: tuple[str, ...], tokens: Sequence[Token]) -> Mistake:
    """What could have stood at the wrong token, or behind the last one."""
    start = at.start if at else _end_of(tokens)
    token = at.text if at else ""
    found = (token,) if at else ()
    if not fitting or len(fitting) > _MAX_NAMED or token.upper() in fitting:
        template = mark("“%(token)s” cannot stand here") if at else mark("the query ends too early")
        return Mistake(start=start, template=template, values=found, token=token, expected=fitting)
    if len(fitting) == 1:
        template = mark("expected “%(expected)s”, but found “%(token)s”")
        at_end = mark("expected “%(expected)s”, but the query ends here")
    else:
        template = mark("expected one of “%(expected)s”, but found “%(token)s”")
        at_end = mark("expected one of “%(expected)s”, but the query ends here")
    values = ("”, “".join(fitting), *found)
    return Mistake(start=start, template=template if at else at_end, values=values, token=token, expected=fitting)


def _end_of(tokens: Sequence[Token]) -> int:
    return tokens[-1].start + len(tokens[-1].text)


def _spaced(tokens: list[Token], wide: range) -> tuple[str, list[int]]:
    """The query with wide gaps before the tokens in *wide*, narrow ones elsewhere; where each token begins in it."""
    pieces = []
    starts = []
    length = 0
    for position, token in enumerate(tokens):
        may_part = position > 0 and _may_part(tokens[position - 1], token)
        gap = (GAP if position in wide else " ") if may_part else ""
        pieces += [gap, token.text]
        starts.append(length + len(gap))
        length += len(gap) + len(token.text)
    return "".join(pieces), starts


def _short(value: str) -> str:
    return value if len(value) <= _MAX_SHOWN else f"{value[: _MAX_SHOWN - 1]}…"


def _may_part(before: Token, token: Token) -> bool:
    """Whether white space between the two leaves the meaning alone."""
    if token.start > before.start + len(before.text):
        return True
    if before.kind == "sign" and before.text not in _BRACKETS_AND_STOPS:
        return False  # the first half of && or of -1
    if token.kind == "sign" and token.text not in _BRACKETS_AND_STOPS:
        return False  # the second half of {| or the first of ^^
    return token.kind != "language"


def _sentences(said: str) -> list[str]:
    """What the engine says in whole sentences, among the signs and character classes that it expected."""
    match = _COMPLAINT.match(said)
    if match is None:
        return [said]
    parts = (part.strip(" |\n") for part in _CHARACTER_CLASS.sub("", match[1]).split(", "))
    return [part for part in parts if " " in part and not part.startswith('"') and part != "Prefix not found"]
