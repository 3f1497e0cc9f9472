"""
What the methods of a store give, as bytes and back.

Results go through the formats of the specifications, which the engine reads without trusting them.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import cast

import pyoxigraph
from pyoxigraph import QueryResultsFormat, QuerySolutions, RdfFormat

from cppcc_graph.lexicon.wanted import Found, Hit
from cppcc_graph.store.base import GraphSummary
from cppcc_graph.store.federation import ServiceCall
from cppcc_graph.store.proposal import Verdict
from cppcc_graph.terms import Quad, Solution, Triple


@dataclass(frozen=True, slots=True)
class Codec:
    """How the result of one method is written and read."""

    write: Callable[[object], bytes]
    read: Callable[[bytes], object]


def solutions_of(document: bytes) -> list[Solution]:
    """The rows of a SPARQL Results JSON document."""
    results = pyoxigraph.parse_query_results(document, format=QueryResultsFormat.JSON)
    return list(results) if isinstance(results, QuerySolutions) else []


def _write_triples(triples: object) -> bytes:
    return pyoxigraph.serialize(cast("list[Triple]", triples), format=RdfFormat.N_TRIPLES) or b""


def _read_triples(payload: bytes) -> list[Triple]:
    return [quad.triple for quad in pyoxigraph.parse(payload, format=RdfFormat.N_TRIPLES)]


def _write_quads(quads: object) -> bytes:
    return pyoxigraph.serialize(cast("Iterable[Quad]", quads), format=RdfFormat.N_QUADS) or b""


def _read_quads(payload: bytes) -> Iterator[Quad]:
    return iter(pyoxigraph.parse(payload, format=RdfFormat.N_QUADS))


def _write_graphs(graphs: object) -> bytes:
    return json.dumps([asdict(graph) for graph in cast("list[GraphSummary]", graphs)]).encode()


def _read_graphs(payload: bytes) -> list[GraphSummary]:
    return [GraphSummary(iri=graph["iri"], n_triples=graph["n_triples"]) for graph in json.loads(payload)]


def _read_calls(payload: bytes) -> list[ServiceCall]:
    return [ServiceCall(**call) for call in json.loads(payload)]


def _read_verdict(payload: bytes) -> Verdict:
    fields = json.loads(payload)
    for name in ("graphs", "new_graphs", "findings"):
        fields[name] = tuple(fields[name])
    fields["counts"] = {iri: (n_added, n_removed) for iri, (n_added, n_removed) in fields["counts"].items()}
    return Verdict(**fields)


def _read_found(payload: bytes) -> Found:
    fields = json.loads(payload)
    for hit in fields["hits"]:
        hit["types"], hit["names"] = tuple(hit["types"]), tuple(hit["names"])
        hit["ranges"] = tuple((start, end) for start, end in hit["ranges"])
    facets = tuple((kind, n) for kind, n in fields["facets"])
    return Found(
        hits=[Hit(**hit) for hit in fields["hits"]], n_hits=fields["n_hits"], facets=facets, is_more=fields["is_more"]
    )


PROPOSE = "propose"
"""The one method of a gate."""
_PLAIN = Codec(lambda value: json.dumps(value).encode(), json.loads)
CODECS: Mapping[str, Codec] = {
    "select_document": Codec(lambda document: cast("bytes", document), lambda payload: payload),
    "construct": Codec(_write_triples, _read_triples),
    "ask": _PLAIN,
    "graphs": Codec(_write_graphs, _read_graphs),
    "version": _PLAIN,
    "versions": _PLAIN,
    "quads": Codec(_write_quads, _read_quads),
    "is_empty": _PLAIN,
    "find": Codec(lambda found: json.dumps(asdict(cast("Found", found))).encode(), _read_found),
    "service_calls": Codec(
        lambda calls: json.dumps([asdict(c) for c in cast("list[ServiceCall]", calls)]).encode(), _read_calls
    ),
    "replace_graph": _PLAIN,
    "replace_graphs": _PLAIN,
    "update": _PLAIN,
    "write_graph": _PLAIN,
    PROPOSE: Codec(lambda verdict: json.dumps(asdict(cast("Verdict", verdict))).encode(), _read_verdict),
}
"""By method of the store, or `SERVICE_CALLS`: reading ones first, then those that write."""
SERVICE_CALLS = "service_calls"
"""What an evaluator does that needs no data, only a process that may crash: `federation.service_calls`."""
ABOUT_HISTORY = "history/"
"""What stands before the name of a method that is called of `Store.history`."""
WRITING = frozenset({"replace_graph", "replace_graphs", "update", "write_graph", PROPOSE})
