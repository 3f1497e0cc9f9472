"""
What the engine says of a query that is well-formed and yet means nothing: its sentences in ours, and the place.

The engine finds such a mistake when the whole SELECT or group has been read, and reports the end of it; so the word
that it means is looked for in the tokens. Where several SELECTs could be meant, the engine's place is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from cppcc_graph.guard.tokens import Token, is_word
from cppcc_graph.phrases import mark


@dataclass(frozen=True, slots=True)
class _Sentence:
    """
    A sentence of the engine, and ours.

    Attributes:
        engine: How the engine's begins.
        ours: With the place ``%(token)s`` if it is about a word that can be found.
        otherwise: Ours where that word is not found.
    """

    engine: str
    ours: str
    otherwise: str = ""


_OVERRIDDEN = "BIND is overriding"
_SHARED_NODE = "Already used blank node"
_SENTENCES = (
    _Sentence(
        "The SELECT contains a variable that is unbound",
        mark("%(token)s is neither in GROUP BY nor inside an aggregate such as COUNT or SAMPLE"),
        mark("a variable of SELECT is neither in GROUP BY nor inside an aggregate such as COUNT or SAMPLE"),
    ),
    _Sentence(
        "The SELECT contains an expression with a variable that is unbound",
        mark("%(token)s is neither in GROUP BY nor inside an aggregate such as COUNT or SAMPLE"),
        mark("a variable of SELECT is neither in GROUP BY nor inside an aggregate such as COUNT or SAMPLE"),
    ),
    _Sentence(
        "The SELECT overrides",
        mark("AS %(token)s would give a new value to a variable that has one; choose another name"),
        mark("AS would give a new value to a variable that has one; choose another name"),
    ),
    _Sentence(
        _OVERRIDDEN,
        mark("AS %(token)s would give a new value to a variable that has one; choose another name"),
        mark("AS would give a new value to a variable that has one; choose another name"),
    ),
    _Sentence("Duplicated variable", mark("SELECT names a variable twice")),
    _Sentence(
        "SELECT * is not authorized", mark("SELECT * cannot stand with GROUP BY or an aggregate; name the variables")
    ),
    _Sentence("IRI parsing failed", mark("%(token)s is not a valid IRI"), mark("an IRI is not valid")),
    _Sentence("Repeated variables", mark("VALUES names a variable twice")),
    _Sentence(
        "The VALUES clause rows",
        mark("each row of VALUES has as many values as there are variables; write UNDEF where there is none"),
    ),
    _Sentence(_SHARED_NODE, mark("a blank node belongs to one group of patterns; use a variable here")),
    _Sentence("Unexpected aggregate", mark("an aggregate belongs into SELECT, HAVING or ORDER BY and not here")),
    _Sentence("Blank nodes are not allowed in DELETE", mark("DELETE takes no blank nodes; use variables")),
    _Sentence("Variables are not allowed in INSERT DATA", mark("INSERT DATA takes no variables; use INSERT … WHERE")),
    _Sentence(
        "Variables and blank nodes are not allowed in DELETE DATA",
        mark("DELETE DATA takes neither variables nor blank nodes; use DELETE … WHERE"),
    ),
)


def unsaid(tokens: Sequence[Token], at: Token | None) -> str:
    """The engine's sentence where it only says that *at* cannot stand there and the reason lies before; or empty."""
    behind = [token for token in tokens if at is None or token.start < at.start]
    if at is not None and at.text.startswith("_:") and any(token.text == at.text for token in behind):
        return _SHARED_NODE
    if len(behind) > 2 and behind[-1].text == ")" and is_word(behind[-3], "AS") and _overridden(behind) == behind[-2]:
        return _OVERRIDDEN
    return ""


def in_our_words(said: str, tokens: Sequence[Token], at: Token | None) -> tuple[str, Token | None]:
    """
    Template of our sentence for what the engine *said*, and the token that it is about.

    Args:
        said: A sentence of the engine.
        tokens: Of the query.
        at: The token at which the engine stopped; None at the end of the text.

    Returns:
        The template has the place ``%(token)s`` only with a token. Unknown sentences are left as they are.
    """
    for sentence in _SENTENCES:
        if said.startswith(sentence.engine):
            found = _meant(sentence.engine, tokens, at)
            if "%(token)s" not in sentence.ours:
                return sentence.ours, found or at
            return (sentence.ours, found) if found else (sentence.otherwise, at)
    return said[:1].lower() + said[1:].replace("%", "%%"), at


def _meant(engine: str, tokens: Sequence[Token], at: Token | None) -> Token | None:
    """The token that the engine's sentence is about, where it can be found."""
    selects = [position for position, token in enumerate(tokens) if is_word(token, "SELECT")]
    if engine.startswith("IRI"):
        return _last_before(tokens, at, "iri")
    if engine.startswith("BIND"):
        return _overridden(tokens)
    if len(selects) != 1:
        return None
    head = _head_of(tokens, selects[0])
    if "overrides" in engine:
        return _overridden(head, tokens)
    if "unbound" in engine:
        return _ungrouped(head, tokens)
    if engine.startswith("SELECT *"):
        return head[0] if head else None
    if engine.startswith("Duplicated"):
        return next((token for n, token in enumerate(head) if token.text in {t.text for t in head[:n]}), None)
    return None


def _head_of(tokens: Sequence[Token], select: int) -> Sequence[Token]:
    """What stands between SELECT and its group."""
    for position in range(select + 1, len(tokens)):
        token = tokens[position]
        if token.text == "{" or is_word(token, "WHERE") or is_word(token, "FROM"):
            return tokens[select + 1 : position]
    return tokens[select + 1 :]


def _overridden(tokens: Sequence[Token], everything: Sequence[Token] | None = None) -> Token | None:
    """The variable behind an AS that has another value: used before, or anywhere where *everything* is given."""
    for position, token in enumerate(tokens):
        if position and is_word(tokens[position - 1], "AS") and token.kind == "variable":
            others = tokens[:position] if everything is None else [t for t in everything if t.start != token.start]
            if any(_is_same(other, token) for other in others):
                return token
    return None


def _ungrouped(head: Sequence[Token], tokens: Sequence[Token]) -> Token | None:
    """The first projected variable outside every bracket that no GROUP BY names."""
    grouped: set[str] = set()
    is_grouping = False
    for before, token in pairwise(tokens):
        is_grouping = is_word(before, "GROUP") or (is_grouping and not _ends_grouping(token))
        if is_grouping and token.kind == "variable":
            grouped.add(token.text[1:])
    depth = 0
    for token in head:
        depth += (token.text == "(") - (token.text == ")")
        if not depth and token.kind == "variable" and token.text[1:] not in grouped:
            return token
    return None


def _ends_grouping(token: Token) -> bool:
    return any(is_word(token, word) for word in ("HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES")) or token.text == "}"


def _last_before(tokens: Sequence[Token], at: Token | None, kind: str) -> Token | None:
    until = at.start if at else float("inf")
    return next((token for token in reversed(tokens) if token.kind == kind and token.start <= until), None)


def _is_same(one: Token, other: Token) -> bool:
    return one.kind == other.kind == "variable" and one.text[1:] == other.text[1:]
