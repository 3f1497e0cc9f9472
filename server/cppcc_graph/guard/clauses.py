"""
The clauses of one operation of an update, cut out of its text.

Only of text that the engine has parsed: then the words outside all brackets tell where each clause begins.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from cppcc_graph.guard.tokens import Token, is_word, tokens_of
from cppcc_graph.guard.updates import Operation

_OPENING, _CLOSING = "([{", ")]}"
_SEVERAL_WORDS = frozenset({"CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Modification:
    """
    An operation that deletes and inserts.

    Attributes:
        delete: Braces and template, or empty.
        insert: Braces and template, or empty.
        where: Braces and pattern; empty for data.
        graph: The graph of WITH as written, or empty.

    Spec: SPARQL 1.1 Update, section 3.1 (graph update).
    """

    delete: str = ""
    insert: str = ""
    where: str = ""
    graph: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Management:
    """
    An operation on whole graphs.

    Attributes:
        keyword: In capitals: CLEAR, DROP, CREATE, COPY, MOVE or ADD.
        is_silent: Whether it never fails.
        targets: IRIs as written, or DEFAULT, NAMED or ALL in capitals; two for COPY, MOVE and ADD.

    Spec: SPARQL 1.1 Update, section 3.2 (graph management).
    """

    keyword: str
    is_silent: bool
    targets: tuple[str, ...]


def clauses_of(update: str, operation: Operation) -> Modification | Management | None:
    """What *operation* of *update* does; None for LOAD, which does nothing here, and for declarations alone."""
    text = update[operation.start : operation.end]
    if operation.keyword in ("", "LOAD"):
        return None
    tokens = tokens_of(text)
    if operation.keyword in _SEVERAL_WORDS:
        return _management(tokens)
    return _modification(text, tokens)


def variables_of(template: str) -> list[str]:
    """Names of the variables of a template, each once, in their order."""
    return list(dict.fromkeys(token.text[1:] for token in tokens_of(template) if token.kind == "variable"))


def _management(tokens: list[Token]) -> Management:
    words = [token.text.upper() if token.kind == "word" else token.text for token in tokens[1:]]
    targets = tuple(word for word in words if word not in ("SILENT", "GRAPH", "TO"))
    return Management(keyword=tokens[0].text.upper(), is_silent="SILENT" in words, targets=targets)


def _modification(text: str, tokens: list[Token]) -> Modification:
    graph = tokens[1].text if is_word(tokens[0], "WITH") else ""
    clauses = {"DELETE": "", "INSERT": "", "WHERE": ""}
    words: list[str] = []
    for words, block in _blocks(text, tokens):
        opened = next((word for word in words if word in clauses), "WHERE")
        clauses[opened] = block
        if "DELETE" in words and "WHERE" in words:
            clauses["WHERE"] = block
    return Modification(delete=clauses["DELETE"], insert=clauses["INSERT"], where=clauses["WHERE"], graph=graph)


def _blocks(text: str, tokens: list[Token]) -> Iterator[tuple[list[str], str]]:
    """Each outermost pair of braces with all in it, and the words before it."""
    depth, start = 0, 0
    words: list[str] = []
    for token in tokens:
        if depth == 0 and token.kind == "word":
            words.append(token.text.upper())
        if token.kind != "sign":
            continue
        if token.text in _OPENING:
            start = start if depth else token.start
            depth += 1
        elif token.text in _CLOSING:
            depth -= 1
            if depth == 0:
                yield words, text[start : token.start + 1]
                words = []
