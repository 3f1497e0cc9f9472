"""What this endpoint can do and what it holds, in RDF, counted when it is asked."""

from collections.abc import Iterator
from dataclasses import dataclass

from cppcc_graph.queries import query
from cppcc_graph.store.base import Store
from cppcc_graph.terms import RDF, SD, VOID, XSD, BlankNode, Literal, NamedNode, Triple

_W3C_FORMATS = "http://www.w3.org/ns/formats/"
_RESULT_FORMATS = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "RDF_XML",
    "JSON-LD",
    "TriG",
    "N-Quads",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What differs from server to server: whether the default graph is the union, whether updates are taken."""

    is_union: bool
    is_writable: bool


def description(store: Store, abilities: Abilities, *, endpoint: str) -> list[Triple]:
    """
    The service description.

    Args:
        store: What is described; its graphs are counted now.
        abilities: Of this server.
        endpoint: Absolute address of the endpoint; graphs and datasets are named below it. The service itself is a
            blank node, as in the specification: Comunica believes statements about that or about the very address
            which it asked, and about no other subject.

    Spec: SPARQL 1.1 Service Description, section 3 (vocabulary).
    """
    service, dataset = BlankNode("service"), NamedNode(f"{endpoint}#dataset")
    return [
        Triple(service, RDF.type, SD.Service),
        Triple(service, SD.endpoint, NamedNode(endpoint)),
        Triple(service, SD.supportedLanguage, SD.SPARQL11Query),
        *([Triple(service, SD.supportedLanguage, SD.SPARQL11Update)] if abilities.is_writable else []),
        *([Triple(service, SD.feature, SD.UnionDefaultGraph)] if abilities.is_union else []),
        *(Triple(service, SD.resultFormat, NamedNode(_W3C_FORMATS + name)) for name in _RESULT_FORMATS),
        Triple(service, SD.defaultDataset, dataset),
        Triple(dataset, RDF.type, SD.Dataset),
        *_default_graph(store, dataset, endpoint),
        *_named_graphs(store, dataset, endpoint),
    ]


def _default_graph(store: Store, dataset: NamedNode, endpoint: str) -> Iterator[Triple]:
    graph = NamedNode(f"{endpoint}#default-graph")
    [solution] = store.select(query("count-triples"))
    yield Triple(dataset, SD.defaultGraph, graph)
    yield Triple(graph, RDF.type, SD.Graph)
    yield Triple(graph, VOID.triples, solution["n"])


def _named_graphs(store: Store, dataset: NamedNode, endpoint: str) -> Iterator[Triple]:
    for number, summary in enumerate(store.graphs(), start=1):
        named, graph = NamedNode(f"{endpoint}#named-graph-{number}"), NamedNode(f"{endpoint}#graph-{number}")
        yield Triple(dataset, SD.namedGraph, named)
        yield Triple(named, RDF.type, SD.NamedGraph)
        yield Triple(named, SD.name, NamedNode(summary.iri))
        yield Triple(named, SD.graph, graph)
        yield Triple(graph, RDF.type, SD.Graph)
        yield Triple(graph, VOID.triples, Literal(str(summary.n_triples), datatype=XSD.integer))
