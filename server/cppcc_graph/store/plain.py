"""
A stranger's query before it leaves this process: whether it parses, of which form it is, and freed from escapes.

SPARQL 1.1 lets ``\\u0027`` stand for a quote before the text is cut into tokens; the engines measured here read it
inside a token only, others may not, and would then see another query than the one that was guarded. So none is sent.
"""

import re

import pyoxigraph
from pyoxigraph import QueryBoolean, QueryTriples

from cppcc_graph.errors import BadSyntax
from cppcc_graph.formats import ResultForm
from cppcc_graph.guard.tokens import place_of
from cppcc_graph.phrases import mark
from cppcc_graph.store.base import QueryRequest
from cppcc_graph.store.refusals import about_query

_BACKSLASH = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|.)", re.DOTALL)
_LEFT_OVER = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8})")
_IN_STRINGS = {'"': '\\"', "'": "\\'", "\\": "\\\\", "\n": "\\n", "\r": "\\r"}


def form_of(request: QueryRequest) -> ResultForm:
    """
    What the query answers with.

    Raises:
        BadSyntax: it does not parse.
    """
    with about_query(request):
        results = pyoxigraph.Store().query(request.query, base_iri=request.base_iri)  # over no data
    if isinstance(results, QueryTriples):
        return ResultForm.GRAPH
    return ResultForm.BOOLEAN if isinstance(results, QueryBoolean) else ResultForm.SOLUTIONS


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


def _character(found: re.Match[str]) -> str:
    digits = found[1] or found[2]
    if digits is None:
        return found[0]
    character = chr(int(digits, 16))
    return _IN_STRINGS.get(character, character)
