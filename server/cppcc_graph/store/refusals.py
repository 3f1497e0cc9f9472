"""What the engine refuses of a query or an update, while it parses and while it evaluates, in errors of ours."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from cppcc_graph.errors import BadSyntax, UpdateFailed
from cppcc_graph.phrases import mark
from cppcc_graph.store.base import QueryRequest, UpdateRequest
from cppcc_graph.store.spelling import in_small_letters
from cppcc_graph.store.syntax import bad_function, bad_query

_NO_BASE = mark("“%(iri)s” is no base IRI: %(reason)s")
_ABOUT_A_GRAPH = re.compile("graph (<.*>) (already exists|does not exist)")
_IN_THE_WAY = {
    "already exists": mark("the graph %(graph)s already exists"),
    "does not exist": mark("the graph %(graph)s does not exist"),
}


OF_A_QUERY = (SyntaxError, RuntimeError, ValueError)
"""What the engine raises about a query."""


@contextmanager
def about_query(request: QueryRequest) -> Iterator[None]:
    """What is wrong with a query comes out as `BadSyntax`."""
    try:
        yield
    except OF_A_QUERY as error:
        raise refusal_of(error, request) from error


def refusal_of(error: Exception, request: QueryRequest) -> BadSyntax:
    """What one of `OF_A_QUERY` means to who wrote the query."""
    if isinstance(error, SyntaxError):
        return bad_query(error, in_small_letters(request.query), base_iri=request.base_iri)
    if isinstance(error, RuntimeError):
        return bad_function(error, request.query)
    return BadSyntax(_NO_BASE, values=(str(request.base_iri), str(error)), source="query")


@contextmanager
def about_update(request: UpdateRequest) -> Iterator[None]:
    """What is wrong with an update comes out as `BadSyntax`, placed in the update as given, or as `UpdateFailed`."""
    try:
        yield
    except SyntaxError as error:
        text = in_small_letters(request.update)
        raise bad_query(error, text, base_iri=request.base_iri, is_update=True) from error
    except RuntimeError as error:
        if told := _ABOUT_A_GRAPH.search(str(error)):
            raise UpdateFailed(_IN_THE_WAY[told[2]], values=(told[1],)) from error
        raise bad_function(error, request.update, source="update") from error
    except ValueError as error:
        raise BadSyntax(_NO_BASE, values=(str(request.base_iri), str(error)), source="update") from error
