"""The SPARQL endpoint: queries by every way of the protocol, a query page for people, a description for machines."""

from dataclasses import replace
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, request
from flask.sansio.blueprints import BlueprintSetupState

from cppcc_graph.errors import UnsuitableFormat
from cppcc_graph.formats import GRAPH_FORMATS, Format, ResultForm, choose
from cppcc_graph.settings import UNION
from cppcc_graph.store.address import Remote
from cppcc_graph.store.base import QueryRequest, Store, UpdateRequest
from cppcc_graph.web import examples
from cppcc_graph.web.answering import answer, document, editor, look, nothing_to_say, render_look
from cppcc_graph.web.excerpt import remember
from cppcc_graph.web.links import root
from cppcc_graph.web.negotiate import parse_media_type
from cppcc_graph.web.pages import QueryPage, render
from cppcc_graph.web.permalinks import carried_address, is_keeping
from cppcc_graph.web.proposing import expectation, is_gated, propose
from cppcc_graph.web.served import history, settings, store
from cppcc_graph.web.service_description import Abilities, Descriptions
from cppcc_graph.web.sparql_request import FORM, MAX_QUERY_STRING_BYTES, QUERY, read_operation, read_query
from cppcc_graph.web.wanted import HTML, formats_of, wanted
from cppcc_graph.web.writing import check_may_write

blueprint = Blueprint("sparql", __name__)

ACCEPT_QUERY = f"{QUERY}, {FORM}"
"""What the body of the QUERY method may be."""

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
    The whole answer to one query, the service description, or nothing after an update.

    Spec: SPARQL 1.1 Protocol, section 2 (SPARQL Protocol operations); RFC 10008 (the QUERY method).
    """
    if parse_media_type(request.headers.get("Content-Type", ""))[0] == FORM:
        request.get_data()  # kept, because more than the update may stand in it
    asked = read_operation(request, is_writable=settings().writable)
    if isinstance(asked, UpdateRequest):
        grant = check_may_write("update")
        remember(asked.update)
        if is_gated():
            return propose(asked, "update", grant)
        store().update(replace(asked, expected=expectation("")))
        return nothing_to_say(204)
    return _answered(asked, store())


@blueprint.route("/history/sparql", methods=["GET", "POST", "QUERY"])
def history_endpoint() -> Response:
    """The same over the commits that have led to the data, a dataset of its own that nobody writes."""
    asked = read_query(request)
    return _answered(None if asked is None else replace(asked, is_about_history=True), history())


def _answered(asked: QueryRequest | None, of: Store) -> Response:
    names = wanted()
    if names[0] == HTML:
        return _page(asked)
    if asked is None:
        return _description(names, of)
    try:
        return answer(asked, names)
    except UnsuitableFormat:
        if HTML in names:
            return _page(asked)
        raise


@blueprint.record_once
def _keep_descriptions(state: BlueprintSetupState) -> None:
    state.app.extensions["descriptions"] = Descriptions()


@blueprint.after_request
def _tell_queries(response: Response) -> Response:
    """Spec: RFC 10008, section 3 (Accept-Query)."""
    response.headers["Accept-Query"] = ACCEPT_QUERY
    return response


def _description(names: list[str], of: Store) -> Response:
    chosen = choose(formats_of(names), ResultForm.GRAPH)
    is_data = of is store()
    kept: Descriptions = current_app.extensions["descriptions"]
    abilities = Abilities(
        is_union=is_data and settings().default_graph == UNION,
        is_writable=is_data and settings().writable,
        is_federated=bool(settings().service),
        has_functions=not isinstance(settings().store, Remote),
    )
    body = kept.document(of, abilities, endpoint=request.base_url, rdf_format=chosen)
    response = document(body, chosen)
    for other in GRAPH_FORMATS:
        if other is not chosen:
            address = f"{root()}{request.path}?format={other.name}"
            response.headers.add("Link", f'<{address}>; rel="alternate"; type="{other.media_type}"')
    return response


def _page(asked: QueryRequest | None) -> Response:
    """The query page: empty, with an answer, or with what is wrong."""
    if asked is None:
        page = QueryPage(
            editor=editor(_FIRST_QUERY),
            result=None,
            failure=None,
            permalink=None,
            is_kept=False,
            questions=examples.some(),
        )
        return render(page)
    graphs = [
        *(("default-graph-uri", iri) for iri in asked.default_graph_iris),
        *(("named-graph-uri", iri) for iri in asked.named_graph_iris),
    ]
    seen = look(asked, address=lambda candidate: _address(asked, graphs, candidate))
    page = QueryPage(
        editor=editor(asked.query, graphs),
        result=seen.result,
        failure=seen.failure,
        permalink=carried_address(asked.query) if seen.result and not graphs and not asked.is_about_history else None,
        is_kept=is_keeping(),
        questions=examples.some() if seen.failure else [],
    )
    return render_look(page, seen)


def _address(asked: QueryRequest, graphs: list[tuple[str, str]], candidate: Format) -> str | None:
    """Where the answer is found in one format; nowhere when the query is too long for an address."""
    fields = urlencode([("query", asked.query), *graphs, ("format", candidate.name)])
    return f"{root()}{request.path}?{fields}" if len(fields) <= MAX_QUERY_STRING_BYTES else None
