"""
A stranger's query before it leaves this process: whether it parses, of which form it is, and what may not be in it.

SPARQL 1.1 lets ``\\u0027`` stand for a quote before the text is cut into tokens; the engines measured here read it
inside a token only, others may not, and would then see another query than the one that was guarded. So none is sent.

Virtuoso lets anybody call ``<bif:http_get>("http://…")``, and Jena finds functions by the names of Java classes. So
only the functions of the specification are sent, which are all that the embedded engine has, too.
"""

import re

import pyoxigraph
from pyoxigraph import QueryBoolean, QueryTriples

from cppcc_graph.errors import BadSyntax, UnknownFunction
from cppcc_graph.formats import ResultForm
from cppcc_graph.guard.outline import end_of_prologue, resolved
from cppcc_graph.guard.tokens import Token, is_word, place_of, tokens_of
from cppcc_graph.phrases import mark
from cppcc_graph.store.base import QueryRequest
from cppcc_graph.store.refusals import about_query
from cppcc_graph.terms import FUNCTION, XSD, Term

_BACKSLASH = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|.)", re.DOTALL)
_LEFT_OVER = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})")
_INSIDE = re.compile("<(?:bif|sql|java|javascript):", re.IGNORECASE)
_IN_STRINGS = {'"': '\\"', "'": "\\'", "\\": "\\\\", "\n": "\\n", "\r": "\\r"}


def form_of(request: QueryRequest) -> ResultForm:
    """
    What the query answers with.

    Raises:
        BadSyntax: it does not parse.
    """
    with about_query(request):
        # Over no data; `check_functions` has more to say of our own functions than that there are none.
        ours = dict.fromkeys((FUNCTION.matches, FUNCTION.score), _no_value)
        results = pyoxigraph.Store().query(request.query, base_iri=request.base_iri, custom_functions={**ours})
    if isinstance(results, QueryTriples):
        return ResultForm.GRAPH
    return ResultForm.BOOLEAN if isinstance(results, QueryBoolean) else ResultForm.SOLUTIONS


def _no_value(*_arguments: Term) -> None:
    """What our functions give where no index is."""


def without_escapes(query: str) -> str:
    """
    *query* with the characters themselves, or SPARQL's own short escapes, in the place of ``\\u`` and ``\\U`` escapes.

    Args:
        query: A query that parses.

    Raises:
        BadSyntax: a text holds a backslash, u and four digits, which an engine could take for an escape.

    Spec: SPARQL 1.1 Query, sections 19.2 (codepoint escapes) and 19.7 (escapes in strings).
    """
    if "\\u" not in query and "\\U" not in query:
        return query
    plain = _BACKSLASH.sub(_character, query)
    left_over = _LEFT_OVER.search(plain)
    if left_over:
        line, column = place_of(plain, left_over.start())
        template = mark("a text with a backslash, u and digits is not sent to another engine; build it with CONCAT")
        raise BadSyntax(template, line=line, column=column, source="query")
    return plain


def check_functions(query: str, base_iri: str | None) -> None:
    """
    Lets no function pass that is called by an IRI, other than the casts of XML Schema.

    Raises:
        UnknownFunction: there is one.
        BadSyntax: an IRI names something inside an engine.
    """
    tokens = tokens_of(query)
    end = end_of_prologue(tokens)
    prologue = query[: tokens[end].start] if end < len(tokens) else query
    opened: list[str] = []
    has_modifier = False
    for position, token in enumerate(tokens):
        if token.kind == "iri" and _INSIDE.match(token.text):
            raise _inside(query, token)
        if token.text in "{}":
            has_modifier = False
        is_called = (
            token.kind in ("iri", "name") and tokens[position + 1 : position + 2] and tokens[position + 1].text == "("
        )
        if is_called and (opened[-1:] == ["("] or has_modifier or is_word(tokens[position - 1], "FILTER")):
            _check_cast(query, token, resolved(prologue, token.text, base_iri))
        has_modifier = has_modifier or is_word(token, "BY") or is_word(token, "HAVING")
        _track(opened, token)


def _check_cast(query: str, token: Token, iri: str) -> None:
    if not iri.startswith(XSD.iri):
        line, column = place_of(query, token.start)
        template = mark("the function %(token)s does not exist here")
        if iri.startswith(FUNCTION.iri):
            template = mark("%(token)s is no function of the engine that holds the data; /search finds things by words")
        written = token.text
        raise UnknownFunction(template, values=(written,), line=line, column=column, source="query", token=written)


def _inside(query: str, token: Token) -> BadSyntax:
    line, column = place_of(query, token.start)
    template = mark("%(token)s names something inside an engine and is not sent to one")
    return BadSyntax(template, values=(token.text,), line=line, column=column, source="query", token=token.text)


def _track(opened: list[str], token: Token) -> None:
    if token.kind == "sign" and token.text in "([{":
        opened.append(token.text)
    elif token.kind == "sign" and token.text in ")]}" and opened:
        opened.pop()


def _character(found: re.Match[str]) -> str:
    digits = found[1] or found[2]
    if digits is None:
        return found[0]
    character = chr(int(digits, 16))
    return _IN_STRINGS.get(character, character)
