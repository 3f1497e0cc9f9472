"""What the addresses of this server take and give, beyond what their routes say: for `openapi`."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cppcc_graph.formats import DATASET_FORMATS, GRAPH_FORMATS, NETWORK_FORMATS, RESULTS_FORMATS
from cppcc_graph.terms import BASE
from cppcc_graph.web.memento import LINK_FORMAT
from cppcc_graph.web.sparql_request import FORM, QUERY, UPDATE

Types = tuple[str, ...]

HTML: Types = ("text/html",)
RESULTS: Types = tuple(known.media_type for known in RESULTS_FORMATS)
NETWORKS: Types = tuple(known.media_type for known in NETWORK_FORMATS)
GRAPHS: Types = tuple(known.media_type for known in GRAPH_FORMATS)
DATASETS: Types = tuple(known.media_type for known in DATASET_FORMATS)
ANY_ANSWER: Types = (*RESULTS, *GRAPHS, *NETWORKS, *HTML)
JSON: Types = ("application/json",)
MULTIPART = "multipart/form-data"
NOTHING: Types = ()
ANYTHING: Types = ("*/*",)

READING = (400, 404, 406, 414, 502, 503)
"""How a request that reads may fail."""
WRITING = (400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 429, 502, 503, 507)
"""How a request that writes may fail; 403 all of them, where nothing is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """
    A parameter of an address.

    Attributes:
        name: Behind the ``?``.
        what: What it means.
        kind: Type of its value: ``string``, ``integer`` …
        is_required: Whether there is no answer without it.
        is_repeated: Whether it may stand there several times.
        example: A value; empty for none.
    """

    name: str
    what: str
    kind: str = "string"
    is_required: bool = False
    is_repeated: bool = False
    example: str = ""


FORMAT = Taken(
    name="format", what="Format of the answer, by its name, extension or media type; wins over Accept.", example="json"
)
_EXAMPLE = "SELECT ?class (COUNT(*) AS ?n) { ?thing a ?class } GROUP BY ?class"
QUERY_TEXT = Taken(name="query", what="A SPARQL 1.1 query.", is_required=True, example=_EXAMPLE)
GRAPH = Taken(name="graph", what="IRI of a named graph.", example=f"{BASE}ontology")
DEFAULT_GRAPH = Taken(name="default", what="Without a value: the default graph.")
DATASET = (
    Taken(name="default-graph-uri", what="Graphs that the query asks as its default graph.", is_repeated=True),
    Taken(name="named-graph-uri", what="Graphs that the query can name.", is_repeated=True),
    Taken(name="timeout", what="Seconds that the client will wait.", kind="number"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """
    One method of an address.

    Attributes:
        query: Parameters of the address.
        answers: Media types of the answer by status; none for an answer without a body.
        body: Media types of what is sent; empty when nothing is.
        problems: Statuses of failures.
    """

    answers: Mapping[int, Types]
    query: tuple[Taken, ...] = ()
    body: Types = ()
    problems: tuple[int, ...] = READING


def _reading(types: Types, *query: Taken, more: Mapping[int, Types] | None = None) -> Described:
    return Described(answers={200: types, 304: NOTHING, **(more or {})}, query=query)


def _leading(status: int, *query: Taken) -> Described:
    return Described(answers={status: HTML}, query=query)


def _writing(body: Types, *query: Taken) -> Described:
    verdicts = (*GRAPHS, *JSON, *HTML, "text/plain")
    answers = {200: verdicts, 201: verdicts, 202: verdicts, 204: NOTHING}
    return Described(answers=answers, query=query, body=body, problems=WRITING)


_ASKING = Described(answers={200: ANY_ANSWER, 304: NOTHING}, query=(QUERY_TEXT, *DATASET, FORMAT))
_SENDING = Described(
    answers={200: ANY_ANSWER, 201: GRAPHS, 202: JSON, 204: NOTHING},
    query=(FORMAT,),
    body=(FORM, QUERY, UPDATE),
    problems=tuple(sorted({*WRITING, *READING})),
)
_OF_GRAPHS = (GRAPH, DEFAULT_GRAPH)
_STATES = Described(answers={200: (LINK_FORMAT,)}, query=(GRAPH,))

_PREFIX = Taken(name="prefix", what="Unfinished words.", example="zhengxie")
_LIMIT = Taken(name="limit", what="How many at most.", kind="integer")
_THING = Taken(name="id", what="IRI of a thing.", is_required=True, example=f"{BASE}ontology")

_ONE_BY_ONE: dict[str, Described] = {
    "operations.show": Described(answers={200: ANYTHING, 503: ANYTHING}, problems=(406,)),
    "home.show": _reading(HTML),
    "home.problems": _reading(HTML),
    "sparql.endpoint": _ASKING,
    "sparql.history_endpoint": _ASKING,
    "POST sparql.endpoint": _SENDING,
    "POST sparql.history_endpoint": _SENDING,
    "graph_store.read": _reading(GRAPHS, *_OF_GRAPHS, FORMAT, more={302: NOTHING}),
    "PUT graph_store.put": _writing(GRAPHS, *_OF_GRAPHS),
    "POST graph_store.post": _writing((*GRAPHS, MULTIPART), *_OF_GRAPHS),
    "DELETE graph_store.delete": _writing((), *_OF_GRAPHS),
    "PATCH graph_store.patch": _writing((UPDATE,), *_OF_GRAPHS),
    "dumps.index": _leading(303),
    "dumps.sums": _reading(("text/plain",)),
    "dumps.show": Described(
        answers={200: ANYTHING, 206: ANYTHING, 304: NOTHING}, problems=tuple(sorted({*READING, 416}))
    ),
    "void.well_known": _leading(302),
    "void.show": _reading(GRAPHS, FORMAT, more={303: HTML}),
    "catalogue.show": _reading((*GRAPHS, *HTML, *JSON), FORMAT),
    "POST publishing.publish": _writing(DATASETS),
    "POST publishing.restore": _writing(DATASETS),
    "POST publishing.revert": _writing(()),
    "history.index": _reading(
        (*GRAPHS, *HTML), Taken(name="before", what="The commits before this version.", kind="integer"), FORMAT
    ),
    "history.named": _leading(303),
    "history.agent": _leading(303),
    "earlier.graph": _reading(GRAPHS, GRAPH, FORMAT),
    "earlier.description": _reading((*GRAPHS, *HTML), FORMAT, more={308: HTML}),
    "earlier.states_of_graph": _STATES,
    "earlier.states_of_description": Described(answers={200: (LINK_FORMAT,)}),
    "questions.index": _reading(HTML),
    "questions.show": _reading((*RESULTS, *HTML), FORMAT),
    "permalinks.carry": Described(
        answers={303: HTML}, query=(QUERY_TEXT,), problems=(400, 403, 404, 413, 414, 502, 503)
    ),
    "POST permalinks.keep": Described(answers={303: HTML}, body=(FORM,), problems=(400, 403, 404, 413, 415, 502, 503)),
    "permalinks.show": _reading(ANY_ANSWER, FORMAT),
    "entities.thing": Described(answers={303: HTML, 308: HTML}),
    "entities.description": Described(
        answers={200: (*GRAPHS, *HTML), 302: NOTHING, 304: NOTHING, 308: HTML},
        query=(FORMAT,),
        problems=tuple(sorted({*READING, 410})),
    ),
    "search.show": _reading(
        (*JSON, *HTML),
        Taken(name="q", what="Words; a thing is found by all of them.", example="政协"),
        Taken(name="type", what="IRI of a class.", is_repeated=True),
        Taken(name="page", what="Twenty things at a time, from 1.", kind="integer"),
        FORMAT,
    ),
    "search.suggest_entity": _reading(
        JSON,
        _PREFIX,
        Taken(name="type", what="IRI of a class.", is_repeated=True),
        _LIMIT,
    ),
    "reconcile.service": _reading(
        JSON,
        Taken(name="queries", what="Queries of the Reconciliation API 0.2; without any: the service manifest."),
        Taken(name="extend", what="Things and the properties that are wanted of them, as the same specification says."),
    ),
    "POST reconcile.service": Described(answers={200: JSON}, body=(FORM,), problems=(400, 406, 413, 502, 503)),
    "reconcile.properties": _reading(JSON, Taken(name="type", what="IRI of a class."), _LIMIT),
    "reconcile.suggest_term": _reading(JSON, _PREFIX, _LIMIT),
    "reconcile.flyout": _reading(JSON, _THING),
    "reconcile.preview": _reading(HTML, _THING),
    "publishing.job": Described(
        answers={200: (*GRAPHS, *JSON, *HTML, "text/plain"), 202: (*JSON, *HTML), 204: NOTHING}, problems=WRITING
    ),
    "explore.neighbours": _reading(
        JSON,
        Taken(name="iri", what="Of the thing.", is_required=True, example=f"{BASE}ontology"),
        Taken(name="limit", what="How many links at most; 100 without it, 500 at most.", kind="integer"),
        Taken(name="offset", what="How many links are left out before the first.", kind="integer"),
    ),
    "explore.export": _reading(NETWORKS),
    "openapi.show": _reading(JSON),
}

DESCRIBED: Mapping[str, Described] = MappingProxyType(_ONE_BY_ONE)
"""By endpoint, behind the method when that is not GET."""

EXAMPLES: Mapping[str, str] = MappingProxyType(
    {
        "/id/{rest}": "organisation/example",
        "/doc/{name}": "organisation/example",
        "/linkset/{name}": "organisation/example",
        "/graphs/{below}": "ontology",
        "/questions/{slug}": "lower-bounds",
        "/dumps/{name}": "SHA256SUMS",
        "/q/{name}": "0",
    }
)
"""What can stand in an address, by its form."""

USUAL = Described(answers={200: ANYTHING, 302: ANYTHING, 303: ANYTHING, 304: NOTHING, 308: ANYTHING})
"""Of a GET that is not listed."""

EXEMPT: Mapping[str, str] = MappingProxyType(
    {"static": "files that pages are made of; nobody else asks for them", "QUERY": "OpenAPI 3.1 has no such method"}
)
"""Endpoints and methods that are not described, and why."""
