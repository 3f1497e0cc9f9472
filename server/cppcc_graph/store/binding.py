"""
Values for the variables of our own queries, put into the text token by token.

Spec: SPARQL SEP-0007 (substitution). A term is written by the engine's serialiser, so whatever it holds stays inside
its own quotes or brackets, and only tokens that are variables are replaced: nothing can be injected.
"""

from collections.abc import Callable, Iterator, Mapping

from cppcc_graph.guard.tokens import Token, is_word, tokens_of
from cppcc_graph.terms import BlankNode, Term


def bound(query: str, bindings: Mapping[str, Term], write: Callable[[str], str] = str) -> str:
    """
    *query* with each variable of *bindings* replaced by its term; a projected one stays a column.

    Args:
        query: SPARQL text of ours: bound variables are projected or stand in patterns and expressions, never in
            VALUES, BOUND, GROUP BY, or behind AS.
        bindings: Terms by variable name.
        write: Rewrites a term in N-Triples into that of an engine.

    Raises:
        TypeError: a blank node, which no text can name.
    """
    for name, term in bindings.items():
        if isinstance(term, BlankNode):
            raise TypeError(f"?{name}: a blank node cannot be bound")
    written = {name: write(str(term)) for name, term in bindings.items()}
    return "".join(_pieces(query, written)) if written else query


def _pieces(query: str, written: Mapping[str, str]) -> Iterator[str]:
    copied = 0
    for token, is_projected in _variables(query):
        term = written.get(token.text[1:])
        if term is not None:
            yield query[copied : token.start]
            yield f"({term} AS {token.text})" if is_projected else term
            copied = token.start + len(token.text)
    yield query[copied:]


def _variables(query: str) -> Iterator[tuple[Token, bool]]:
    """Each variable, and whether it stands alone in a SELECT clause."""
    in_projection = False
    n_open = 0
    for token in tokens_of(query):
        if is_word(token, "SELECT"):
            in_projection, n_open = True, 0
        elif is_word(token, "WHERE") or token.text == "{":
            in_projection = False
        n_open += (token.text == "(") - (token.text == ")")
        if token.kind == "variable":
            yield token, in_projection and n_open == 0
