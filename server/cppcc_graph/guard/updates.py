"""
The operations of an update, found before the engine parses it, and what is refused.

The engine opens connections and files for LOAD, and needs no space after a keyword (``LOADex:a``). So an operation is
let through only if it begins with one of the words with which operations begin, as the specification separates words,
and a LOAD is cut out of the text.
"""

from dataclasses import dataclass
from typing import NoReturn

from cppcc_graph.errors import BadSyntax, LoadRefused
from cppcc_graph.guard import check_size, check_text, check_words
from cppcc_graph.guard.outline import LENGTHS, UPDATES, end_of_prologue
from cppcc_graph.guard.tokens import Token, is_word, place_of, tokens_of
from cppcc_graph.phrases import mark

_OPENING = "([{"
_CLOSING = ")]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Using:
    """A USING or USING NAMED clause: its place in the update, and its graph as written."""

    start: int
    end: int
    is_named: bool
    written: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """A BASE, PREFIX or VERSION declaration: its place in the update, what it declares (``BASE``, ``ex:``), and how."""

    start: int
    end: int
    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """
    One operation of an update.

    Attributes:
        declarations: What stands before its first word.
        start: Offset of its first word in the update.
        end: Offset behind its last character.
        keyword: Its first word, in capitals; empty for declarations behind the last operation.
        where: Offset of its WHERE, or None when it has none.
        using: Its USING clauses, in their order.
        pattern: For ``DELETE WHERE``, the braces and what stands in them; else empty.
        iris: For LOAD, the document and then the graph as written, if it names one; else empty.
    """

    declarations: tuple[Declaration, ...]
    start: int
    end: int
    keyword: str
    where: int | None = None
    using: tuple[Using, ...] = ()
    pattern: str = ""
    iris: tuple[str, ...] = ()

    @property
    def names_its_graphs(self) -> bool:
        """Whether it says WITH or USING, which excludes ``using-graph-uri``."""
        return self.keyword == "WITH" or bool(self.using)


def operations_of(update: str) -> list[Operation]:
    """
    The operations of an update that is safe to parse, in their order; a LOAD among them must not reach the engine.

    Raises:
        TooComplex: too long, or an operation is too deeply nested or has too many operators or patterns.
        ServiceRefused: it asks another endpoint.
        LoadRefused: it loads a document, and not silently.
        BadSyntax: not Unicode text, a ``<`` hides what follows, or an operation begins with another word.

    Spec: SPARQL 1.1 Update, section 3 (graph update and graph management).
    """
    check_text(update)
    tokens = tokens_of(update)
    check_words(update, tokens)
    found = []
    for part in _parts(tokens):
        check_size(update, part)
        first = end_of_prologue(part)
        declarations = _declarations(part[:first])
        if part[first:]:
            found.append(_operation(update, declarations, part[first:]))
        elif declarations:
            end = declarations[-1].end
            found.append(Operation(declarations=declarations, start=end, end=end, keyword=""))
    return found


def _declarations(prologue: list[Token]) -> tuple[Declaration, ...]:
    """Those that are complete; the engine will complain of one that is not."""
    found = []
    while prologue and len(prologue) >= (length := LENGTHS[prologue[0].text.upper()]):
        first, last = prologue[0], prologue[length - 1]
        name = prologue[1].text if is_word(first, "PREFIX") else first.text.upper()
        found.append(Declaration(start=first.start, end=last.start + len(last.text), name=name, value=last.text))
        prologue = prologue[length:]
    return tuple(found)


def _parts(tokens: list[Token]) -> list[list[Token]]:
    """The tokens between the semicolons that stand outside all brackets."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        if token.kind == "sign" and token.text == ";" and depth == 0:
            parts.append([])
            continue
        depth += _change_of_depth(token)
        parts[-1].append(token)
    return parts


def _change_of_depth(token: Token) -> int:
    return 0 if token.kind != "sign" else (token.text in _OPENING) - (token.text in _CLOSING)


def _operation(update: str, declarations: tuple[Declaration, ...], tokens: list[Token]) -> Operation:
    first, last = tokens[0], tokens[-1]
    keyword = first.text.upper() if first.kind == "word" else ""
    if keyword not in UPDATES:
        template = mark("an operation begins with one of %(known)s, not with “%(token)s”")
        _refuse(update, first, template, ", ".join(sorted(UPDATES)), first.text)
    end = last.start + len(last.text)
    if keyword == "LOAD":
        loaded = _loaded(update, tokens)
        return Operation(declarations=declarations, start=first.start, end=end, keyword=keyword, iris=loaded)
    outside = _outside_brackets(tokens)
    for token in outside[1:]:
        if token.kind == "word" and "LOAD" in token.text.upper():
            _refuse(update, token, mark("a semicolon stands between two operations"))
    where = next((token for token in outside if is_word(token, "WHERE")), None)
    is_short = keyword == "DELETE" and where is not None and where is tokens[1]
    return Operation(
        declarations=declarations,
        start=first.start,
        end=end,
        keyword=keyword,
        where=None if where is None else where.start,
        using=tuple(_usings(outside)),
        pattern=update[tokens[2].start : end] if is_short and len(tokens) > 2 else "",
    )


def _outside_brackets(tokens: list[Token]) -> list[Token]:
    outside = []
    depth = 0
    for token in tokens:
        depth += _change_of_depth(token)
        if depth == 0:
            outside.append(token)
    return outside


def _usings(outside: list[Token]) -> list[Using]:
    found = []
    for position, token in enumerate(outside):
        if not is_word(token, "USING"):
            continue
        is_named = is_word(outside[position + 1] if position + 1 < len(outside) else None, "NAMED")
        for graph in outside[position + 1 + is_named : position + 2 + is_named]:
            end = graph.start + len(graph.text)
            found.append(Using(start=token.start, end=end, is_named=is_named, written=graph.text))
    return found


def _loaded(update: str, tokens: list[Token]) -> tuple[str, ...]:
    """What ``LOAD SILENT`` names. Spec: SPARQL 1.1 Query, section 19.8, rule 31 (Load)."""
    if not is_word(tokens[1] if len(tokens) > 1 else None, "SILENT"):
        line, column = place_of(update, tokens[0].start)
        raise LoadRefused(line=line, column=column)
    named = tokens[2:]
    shape = ["iri" if token.kind in ("iri", "name") else token.text.upper() for token in named]
    if shape not in (["iri"], ["iri", "INTO", "GRAPH", "iri"]):
        template = mark("LOAD SILENT is followed by an IRI, and after it INTO GRAPH and an IRI, or nothing")
        _refuse(update, tokens[0], template)
    return (named[0].text, named[-1].text)[: 1 + (len(named) > 1)]


def _refuse(update: str, token: Token, template: str, *values: str) -> NoReturn:
    line, column = place_of(update, token.start)
    raise BadSyntax(template, values=values, line=line, column=column, source="update", token=token.text)
