"""The SPARQL endpoint: queries by every way of the protocol, a query page for people, a description for machines."""

from dataclasses import replace
from time import perf_counter
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from cppcc_graph.errors import CppccError, UnsuitableFormat
from cppcc_graph.formats import FORMATS, JSON, TURTLE, ResultForm, choose, suitable, write_graph
from cppcc_graph.store.base import Answer, QueryRequest
from cppcc_graph.web import examples, results
from cppcc_graph.web.pages import FailureView, Link, QueryPage, ResultView, render
from cppcc_graph.web.problems import Problem, problem_of
from cppcc_graph.web.request_log import note_answer, note_query
from cppcc_graph.web.served import store
from cppcc_graph.web.service_description import description
from cppcc_graph.web.sparql_request import MAX_QUERY_STRING_BYTES, read_query
from cppcc_graph.web.wanted import HTML, formats_of, wanted

blueprint = Blueprint("sparql", __name__)

_FIRST_QUERY = """\
SELECT ?class (COUNT(?thing) AS ?things) WHERE {
  ?thing a ?class
}
GROUP BY ?class
ORDER BY DESC(?things)
LIMIT 20"""


@blueprint.route("/sparql", methods=["GET", "POST", "QUERY"])
def endpoint() -> Response:
    """
    The whole answer to one query, or the service description.

    Spec: SPARQL 1.1 Protocol, section 2.1 (query operation); RFC 10008 (the QUERY method).
    """
    asked = read_query(request)
    names = wanted()
    if names[0] == HTML:
        return _page(asked)
    if asked is None:
        return _description(names)
    note_query(asked)
    try:
        answer = store().answer(replace(asked, formats=formats_of(names)))
    except UnsuitableFormat:
        if HTML in names:
            return _page(asked)
        raise
    note_answer(answer)
    return Response(answer.body, content_type=answer.format.content_type)


def _description(names: list[str]) -> Response:
    chosen = choose(formats_of(names), ResultForm.GRAPH)
    body = write_graph(description(store(), endpoint=request.base_url), chosen)
    return Response(body, content_type=chosen.content_type)


def _page(asked: QueryRequest | None) -> Response:
    """The query page: empty, with an answer, or with what is wrong."""
    if asked is None:
        return render(_query_page(QueryRequest(query=_FIRST_QUERY)))
    note_query(asked)
    started_s = perf_counter()
    try:
        answer = store().answer(replace(asked, formats=(JSON, TURTLE)))
    except CppccError as error:
        problem = problem_of(error)
        response = render(_query_page(asked, failure=_failure(problem, asked.query)))
        response.status_code = problem.status
        response.headers.update(problem.headers)
        return response
    note_answer(answer)
    took_ms = round((perf_counter() - started_s) * 1000)
    view = results.view(answer, took_ms=took_ms, downloads=_downloads(asked, answer))
    return render(_query_page(asked, result=view))


def _query_page(
    asked: QueryRequest, *, result: ResultView | None = None, failure: FailureView | None = None
) -> QueryPage:
    return QueryPage(
        query=asked.query,
        n_lines=min(max(asked.query.count("\n") + 2, 8), 30),
        formats={candidate.name: candidate.label for candidate in FORMATS},
        hidden=_graph_fields(asked),
        result=result,
        failure=failure,
        questions=examples.some() if result is None else [],
    )


def _failure(problem: Problem, query: str) -> FailureView:
    """*problem* with the line of the query that it is about."""
    lines = query.split("\n")
    if problem.line is None or not 1 <= problem.line <= len(lines):
        return FailureView(title=problem.title, detail=problem.detail)
    line = lines[problem.line - 1].rstrip("\r")
    start = (problem.column or 1) - 1
    return FailureView(
        title=problem.title, detail=problem.detail, line=problem.line, before=line[:start], wrong=line[start:]
    )


def _downloads(asked: QueryRequest, answer: Answer) -> list[Link]:
    """The same answer in every format that can hold it; none when the query is too long for an address."""
    encoded = urlencode([("query", asked.query), *_graph_fields(asked)])
    if len(encoded) > MAX_QUERY_STRING_BYTES:
        return []
    return [
        Link(text=candidate.label, href=f"{request.path}?{encoded}&format={candidate.name}")
        for candidate in suitable(answer.form)
    ]


def _graph_fields(asked: QueryRequest) -> list[tuple[str, str]]:
    return [
        *(("default-graph-uri", iri) for iri in asked.default_graph_iris),
        *(("named-graph-uri", iri) for iri in asked.named_graph_iris),
    ]
