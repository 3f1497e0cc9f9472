"""
Why an answer may be empty: a name or a text in the query that the data do not have, one slip away from one they have.

Nothing is listed in advance: every way to undo one slip is tried, and the engine says in 0.3 µs whether a term occurs,
however much data there is, in memory (on disk 20 µs). A name of 20 letters has some 1 300 such neighbours.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice, pairwise
from string import ascii_lowercase, ascii_uppercase, digits

import pyoxigraph
from pyoxigraph import QuerySolutions

from cppcc_graph.guard import Outline
from cppcc_graph.guard.tokens import Token, place_of, tokens_of
from cppcc_graph.store.base import Answer, Hint, QueryRequest
from cppcc_graph.terms import Literal, NamedNode, Term

MAX_QUERY_CHARACTERS = 10_000
"""Longer queries get no hints."""
_MAX_TERMS = 50
_MAX_TRIED = 3_000
_MAX_HINTS = 5
_LOCAL_LENGTHS = range(3, 65)
# Texts of this project are Chinese or English; the others stand for data of other people.
_LANGUAGES = ("zh", "en", "zh-hans", "zh-hant", "zh-cn", "zh-tw", "de", "en-gb", "en-us", "es", "fr", "it", "ja", "ru")

Occurs = Callable[[NamedNode | Literal, NamedNode | None], bool]


@dataclass(frozen=True, slots=True)
class _Written:
    """A term as the query writes it, where, and the predicate of which a text must be the object, or empty."""

    text: str
    start: int
    predicate: str = ""


def hints(query: str, prologue: str, *, base_iri: str | None, occurs: Occurs) -> tuple[Hint, ...]:
    """
    What the reader of an empty answer may want to know.

    Args:
        query: A query that was answered.
        prologue: Its text before SELECT, ASK, CONSTRUCT or DESCRIBE.
        base_iri: Against which it was read.
        occurs: Whether a term stands anywhere in the data, or as the object of a predicate.

    Returns:
        In the order of the query, each term once; at most 5, and none for a query above `MAX_QUERY_CHARACTERS`.
    """
    if len(query) > MAX_QUERY_CHARACTERS:
        return ()
    tokens = [token for token in tokens_of(query) if token.start >= len(prologue)]
    written = list(islice(_terms(tokens), _MAX_TERMS))
    found: list[Hint] = []
    left = _MAX_TRIED
    terms = _resolved(written, prologue, base_iri)
    for place in written:
        term, predicate = terms.get(place.text), terms.get(place.predicate)
        of = predicate if isinstance(predicate, NamedNode) else None
        if not isinstance(term, NamedNode | Literal) or occurs(term, of):
            continue
        near, n_tried = _nearest(term, of, occurs, left)
        left -= n_tried
        if near is not None:
            line, column = place_of(query, place.start)
            found.append(Hint(written=str(term), suggested=str(near), line=line, column=column))
        if len(found) == _MAX_HINTS or left <= 0:
            break
    return tuple(found)


def explained(answer: Answer, request: QueryRequest, outline: Outline, engine: pyoxigraph.Store) -> Answer:
    """*answer*, which is empty, with what may have been meant."""
    occurs = partial(occurs_in, engine)
    why = hints(request.query, outline.prologue, base_iri=request.base_iri, occurs=occurs)
    return replace(answer, hints=why) if why else answer


def occurs_in(engine: pyoxigraph.Store, term: NamedNode | Literal, of: NamedNode | None) -> bool:
    """Whether *term* stands anywhere in the data or names a graph; with *of*, whether it is an object of that."""
    if next(engine.quads_for_pattern(None, of, term, None), None) is not None:
        return True
    if isinstance(term, Literal):
        return False
    of_subject = engine.quads_for_pattern(term, None, None, None)
    of_predicate = engine.quads_for_pattern(None, term, None, None)
    is_node = any(next(quads, None) is not None for quads in (of_subject, of_predicate))
    return is_node or engine.contains_named_graph(term)


def _nearest(
    term: NamedNode | Literal, of: NamedNode | None, occurs: Occurs, limit: int
) -> tuple[NamedNode | Literal | None, int]:
    """The first neighbour that occurs, and how many were tried."""
    n_tried = 0
    for n_tried, other in enumerate(islice(_neighbours(term), limit), start=1):
        if occurs(other, of):
            return other, n_tried
    return None, n_tried


def _terms(tokens: Sequence[Token]) -> Iterator[_Written]:
    """IRIs, and texts that are compared as they are; each once."""
    seen = set()
    brackets: list[str] = []
    for position, token in enumerate(tokens):
        after = tokens[position + 1] if position + 1 < len(tokens) else None
        text = token.text
        if text in ("(", "{", "["):
            brackets.append(text)
        elif text in (")", "}", "]") and brackets:
            brackets.pop()
        predicate = ""
        if token.kind == "string":
            compared = _compared(tokens, position, brackets)
            if compared is None:
                continue
            predicate = compared
            text += after.text if after is not None and after.kind == "language" else ""
        elif token.kind not in ("iri", "name") or not _is_node(tokens, position):
            continue
        if (text, predicate) not in seen:
            seen.add((text, predicate))
            yield _Written(text, token.start, predicate)


def _is_node(tokens: Sequence[Token], position: int) -> bool:
    """Whether an IRI could stand in the data: no datatype, no function, no blank node."""
    is_datatype = position > 0 and tokens[position - 1].text == "^" and tokens[position - 2].text == "^"
    is_function = position + 1 < len(tokens) and tokens[position + 1].text == "("
    return not (is_datatype or is_function or tokens[position].text.startswith("_:"))


def _compared(tokens: Sequence[Token], position: int, brackets: Sequence[str]) -> str | None:
    """
    The predicate of which a text must be the object; empty when that is not plain to see.

    None when the text need not be equal to a term of the data: an argument of CONTAINS, one with a datatype.
    """
    behind = tokens[position + 1 : position + 4]
    if behind and behind[0].kind == "language":
        behind = behind[1:]
    if behind and behind[0].text == "^":
        return None
    if brackets and brackets[-1] in "{[":  # an object, or a value
        return _predicate(tokens[position - 1]) if position else ""
    for pair in (tokens[max(position - 2, 0) : position], behind[1::-1]):
        if [token.kind for token in pair] == ["variable", "sign"] and pair[1].text == "=":
            objects = (one for one, other in pairwise(tokens) if other.text == pair[0].text and _predicate(one))
            return next((token.text for token in objects), "")
    return None


def _predicate(token: Token) -> str:
    return token.text if token.kind in ("iri", "name") else ""


def _resolved(written: Sequence[_Written], prologue: str, base_iri: str | None) -> dict[str, Term | None]:
    """The term of each text, as the engine itself reads it in a query of nothing else; nothing when it does not."""
    texts = sorted({place.text for place in written} | {place.predicate for place in written} - {""})
    if not texts:
        return {}
    projection = " ".join(f"({text} AS ?t{number})" for number, text in enumerate(texts))
    try:
        answer = pyoxigraph.Store().query(f"{prologue}\nSELECT {projection} {{}}", base_iri=base_iri)
    except (SyntaxError, ValueError):
        return {}  # something that only looks like a term: 1<?a && ?b>2
    row = next(answer) if isinstance(answer, QuerySolutions) else None
    return {} if row is None else {text: row[f"t{number}"] for number, text in enumerate(texts)}


def _neighbours(term: NamedNode | Literal) -> Iterator[NamedNode | Literal]:
    if isinstance(term, NamedNode):
        for iri in _spellings(term.value):
            try:
                yield NamedNode(iri)
            except ValueError:
                continue
    elif term.language is not None or term.datatype.value.endswith("#string"):
        tags = [tag for tag in _LANGUAGES if tag != term.language]
        yield from (Literal(term.value, language=tag) for tag in tags)
        if term.language is not None:
            yield Literal(term.value)


def _spellings(iri: str) -> Iterator[str]:
    """*iri* with one slip undone, the likeliest first."""
    cut = max(iri.rfind("#", 0, -1), iri.rfind("/", 0, -1)) + 1
    head, local = iri[:cut], iri[cut:]
    if iri.startswith("http://"):
        yield "https" + iri.removeprefix("http")
    if iri.startswith("https://"):
        yield "http" + iri.removeprefix("https")
    if head[-1:] in ("#", "/"):
        yield head[:-1] + ("/" if head.endswith("#") else "#") + local
    yield iri.removesuffix("/") if iri.endswith("/") else f"{iri}/"
    if len(local) in _LOCAL_LENGTHS:
        yield from (head + changed for changed in _edited(local))


def _edited(word: str) -> Iterator[str]:
    """
    *word* with another case, two letters swapped, one left out, one put in, or one replaced.

    Digits stand for years and numbers and are taken as meant; only a letter may become one.
    """
    cuts = [i for i in range(len(word)) if not word[i].isdigit()]
    letters = ascii_lowercase + "-_"
    yield from (word[:i] + word[i].swapcase() + word[i + 1 :] for i in cuts)
    yield from (word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in cuts if i + 1 < len(word))
    yield from (word[:i] + word[i + 1 :] for i in cuts)
    yield from (word[:i] + letter + word[i:] for i in range(len(word) + 1) for letter in letters)
    for i in cuts:
        instead = ascii_uppercase if word[i].isupper() else letters + digits
        yield from (word[:i] + letter + word[i + 1 :] for letter in instead)
