"""The graph for programs that show networks: what lies around a thing, and the whole of it as a file."""

from typing import cast
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from werkzeug.exceptions import BadRequest

from cppcc_graph.explore import MOST_EDGES, Link, Neighbour, neighbourhood
from cppcc_graph.formats import NETWORK_FORMATS
from cppcc_graph.store.base import QueryRequest
from cppcc_graph.web.answering import answer, opaque_of
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.links import href_of, root
from cppcc_graph.web.search import Json, json_answer, number_of
from cppcc_graph.web.served import store

blueprint = Blueprint("explore", __name__, url_prefix="/explore")

_USUAL = 100
_MOST_SKIPPED = 1_000_000
_EVERYTHING = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
_BY_EXTENSION = {known.extension: known for known in NETWORK_FORMATS}


@blueprint.route("/data")
def neighbours() -> Response:
    """What the thing ``?iri=`` is linked with: nodes and edges with names, classes and evidence, a page at a time."""
    iris = request.args.getlist("iri")
    if len(iris) != 1 or not iris[0]:
        raise BadRequest(_("Name exactly one thing: ?iri= with its IRI."))
    limit = number_of("limit", _USUAL, most=MOST_EDGES)
    offset = number_of("offset", 0, most=_MOST_SKIPPED)
    state = store().state()
    opaque = opaque_of("explore", iris[0], str(limit), str(offset), state) if state else None
    return json_answer(opaque, lambda: _told(iris[0], limit, offset))


@blueprint.route("/graph.<any(graphml, gexf, zip):form>")
def export(form: str) -> Response:
    """The whole graph as a file for Gephi, Cytoscape, yEd and the like; ``zip`` holds lists of nodes and edges."""
    chosen = _BY_EXTENSION[form]
    response = answer(QueryRequest(query=_EVERYTHING, client=request.remote_addr or ""), [chosen.name])
    response.headers["Content-Disposition"] = f'attachment; filename="cppcc-graph.{form}"'
    return response


def _told(iri: str, limit: int, offset: int) -> Json:
    found = neighbourhood(store(), iri, limit=limit, offset=offset)
    following = offset + len(found.links)
    more = {"iri": iri, "limit": str(limit), "offset": str(following)}
    has_more = limit > 0 and following < found.n_links and bool(found.links)
    return {
        "iri": iri,
        "total": found.n_links,
        "limit": limit,
        "offset": offset,
        "next": f"{root()}/explore/data?{urlencode(more)}" if has_more else None,
        "nodes": [_node(node) for node in found.nodes],
        "edges": [_edge(link) for link in found.links],
    }


def _node(node: Neighbour) -> Json:
    return {"id": node.iri, "labels": dict(node.labels), "types": list(node.types), "href": href_of(node.iri)}


def _edge(link: Link) -> Json:
    return {
        "source": link.source,
        "target": link.target,
        "predicate": link.predicate.iri,
        "labels": dict(link.predicate.labels),
        "weight": 1,
        "evidence": cast("Json", [{"node": node, "span": span} for node, span in link.evidence]),
    }
