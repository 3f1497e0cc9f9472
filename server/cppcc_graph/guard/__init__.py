"""
What can be said about a stranger's query before the engine parses it, and what is refused.

The engine's parser and optimiser recurse: at the usual 8 MB of stack some 3 000 nested brackets or chained operators
end the process (10 kB are enough), and 500 joined patterns keep it busy for minutes. It also asks other servers for
SERVICE. So the text is cut into tokens here, in one pass and without recursion, and measured.

Where ``<`` could begin an IRI or mean "less than" and the two readings would hide different text (``?a<'x'…``), the
query is refused when it also holds a word that matters; a space after the ``<`` settles it.
"""

import re
from dataclasses import dataclass

from cppcc_graph.errors import BadSyntax, ServiceRefused, TooComplex
from cppcc_graph.guard.limits import MAX_DEPTH, MAX_OPERATIONS, MAX_PATTERNS, MAX_QUERY_CHARACTERS
from cppcc_graph.guard.outline import Outline, outline_of
from cppcc_graph.guard.quick import may_ask_elsewhere, quick_outline
from cppcc_graph.guard.tokens import Token, is_word, place_of, tokens_of
from cppcc_graph.phrases import mark

__all__ = [
    "MAX_DEPTH",
    "MAX_OPERATIONS",
    "MAX_PATTERNS",
    "MAX_QUERY_CHARACTERS",
    "Outline",
    "check_size",
    "check_text",
    "check_words",
    "inspect",
    "thorough_outline",
]

_OPENING = "([{"
_CLOSING = ")]}"
_OPERATORS = "|&!+-*/^=<>"
_BEFORE_AN_OPERAND = "([{,;.=!&|+-/*^"
_TOO_DEEP = mark("more than %(limit)s nested brackets; split the query")
_TOO_MANY_OPERATIONS = mark(
    "more than %(limit)s operators, keywords and brackets; split the query, or put long lists into VALUES"
)
_TOO_MANY_PATTERNS = mark("more than %(limit)s joined patterns; split the query, or put long lists into VALUES")
_OPERANDS = frozenset(["iri", "string", "variable", "name", "number", "word", "language"])


def inspect(query: str) -> Outline:
    """
    The outline of a query that is safe to parse.

    Raises:
        TooComplex: too long, too deeply nested, or with too many operators or patterns.
        ServiceRefused: it asks another endpoint.
        UpdateRefused: it is an update.
        BadSyntax: it is not Unicode text, or a ``<`` hides what follows.
    """
    return quick_outline(query) or thorough_outline(query)


def thorough_outline(query: str) -> Outline:
    """The same as :func:`inspect`, by way of the tokens."""
    check_text(query)
    tokens = tokens_of(query)
    check_size(query, tokens)
    _check_service(query, tokens)
    return outline_of(query, tokens)


def check_text(query: str) -> None:
    """
    Refuses what is too long to be cut into tokens, or no text.

    Raises:
        TooComplex: above `MAX_QUERY_CHARACTERS`.
        BadSyntax: not Unicode text.
    """
    if len(query) > MAX_QUERY_CHARACTERS:
        template = mark("the query has %(length)s characters; at most %(limit)s are answered")
        raise TooComplex(template, values=(f"{len(query):,}", f"{MAX_QUERY_CHARACTERS:,}"))
    try:
        query.encode()
    except UnicodeEncodeError as error:
        line, column = place_of(query, error.start)
        raise BadSyntax(
            mark("a lone surrogate is not a character"), line=line, column=column, source="query"
        ) from error


@dataclass(slots=True)
class _Measure:
    """Running counts while the tokens pass."""

    brackets: list[str]
    operations: int = 0
    patterns: int = 0
    deepest: int = 0
    values_depth: int | None = None

    def add(self, token: Token, before: Token | None) -> None:
        """Counts one token, given the one before it."""
        if token.kind == "sign":
            self._add_sign(token.text, before)
        elif self.values_depth is None:
            self.operations += token.kind == "word"
            if is_word(token, "VALUES") or is_word(token, "DATA"):
                self.values_depth = len(self.brackets)
            elif self._innermost() == "(" and _ends_operand(before) and token.kind in _OPERANDS:
                self.patterns += token.kind != "word" and before is not None and before.kind != "word"
        deep = len(self.brackets) + _depth_inside(token)
        if deep > self.deepest:
            self.deepest = deep

    def is_too_much(self) -> bool:
        """Whether any count is above its limit."""
        return self.operations > MAX_OPERATIONS or self.patterns > MAX_PATTERNS or self.deepest > MAX_DEPTH

    def _add_sign(self, sign: str, before: Token | None) -> None:
        in_values = self.values_depth is not None
        if sign in _OPENING:
            self.brackets.append(sign)
            self.operations += not in_values
            self.patterns += sign == "{" and not in_values and not is_word(before, "UNION")
        elif sign in _CLOSING and self.brackets:
            self.brackets.pop()
            if in_values and sign == "}" and len(self.brackets) <= (self.values_depth or 0):
                self.values_depth = None
        elif not in_values:
            self.operations += sign in _OPERATORS
            self.patterns += sign == "/" or (sign in ".;," and self._innermost() != "(")

    def _innermost(self) -> str:
        return self.brackets[-1] if self.brackets else ""


def _depth_inside(token: Token) -> int:
    """How deep a parser that reads ``<`` as an operator would nest what we take for an IRI."""
    return token.text.count("(") if token.kind == "iri" else 0


def check_size(query: str, tokens: list[Token]) -> None:
    """
    Refuses what the engine's parser or optimiser would not survive. *tokens* are those of *query*, or some of them.

    Raises:
        TooComplex: too deeply nested, or with too many operators or patterns.
    """
    measure = _Measure([])
    before: Token | None = None
    for token in tokens:
        measure.add(token, before)
        before = token
        if not measure.is_too_much():
            continue
        for count, limit, template in (
            (measure.deepest, MAX_DEPTH, _TOO_DEEP),
            (measure.operations, MAX_OPERATIONS, _TOO_MANY_OPERATIONS),
            (measure.patterns, MAX_PATTERNS, _TOO_MANY_PATTERNS),
        ):
            if count > limit:
                line, column = place_of(query, token.start)
                raise TooComplex(template, values=(f"{limit:,}",), line=line, column=column, source="query")


def _check_service(query: str, tokens: list[Token]) -> None:
    if may_ask_elsewhere(query):
        check_words(query, tokens)


def check_words(query: str, tokens: list[Token]) -> None:
    """
    Refuses SERVICE; the engine needs no space after a keyword: ``1SERVICE<…>`` and ``SERVICEex:x {`` ask the network.

    Raises:
        ServiceRefused: it asks another endpoint.
        BadSyntax: a ``<`` hides what follows.
    """
    brackets: list[str] = []
    before: Token | None = None
    for position, token in enumerate(tokens):
        after = tokens[position + 1] if position + 1 < len(tokens) else None
        if _asks_elsewhere(token, before, after):
            line, column = place_of(query, token.start)
            raise ServiceRefused(line=line, column=column)
        if _hides_text(token, before, brackets):
            line, column = place_of(query, token.start)
            template = mark(
                "“<” may begin an IRI or mean “less than” here; write a space after it if it means “less than”"
            )
            raise BadSyntax(template, line=line, column=column, source="query")
        _track(brackets, token)
        before = token


def _asks_elsewhere(token: Token, before: Token | None, after: Token | None) -> bool:
    if token.kind == "word":
        return "SERVICE" in token.text.upper()
    if token.kind != "name" or "SERVICE" not in token.text.partition(":")[0].upper():
        return False
    return after is not None and after.text == "{" and not is_word(before, "GRAPH")


def _hides_text(token: Token, before: Token | None, brackets: list[str]) -> bool:
    """Whether this IRI, read as an operator and more, would end elsewhere: it holds a comment or a quote."""
    if token.kind != "iri" or "://" in token.text or not re.search("[#']", token.text):
        return False
    # "<<" and "<<(" open a triple of SPARQL 1.2, also where what follows looks like the rest of an IRI.
    is_second = before is not None and before.text == "<" and before.start + 1 == token.start
    return is_second or (brackets[-1:] == ["("] and _ends_operand(before))


def _track(brackets: list[str], token: Token) -> None:
    if token.kind == "sign" and token.text in _OPENING:
        brackets.append(token.text)
    elif token.kind == "sign" and token.text in _CLOSING and brackets:
        brackets.pop()


def _ends_operand(token: Token | None) -> bool:
    return token is not None and not (token.kind == "sign" and token.text in _BEFORE_AN_OPERAND)
