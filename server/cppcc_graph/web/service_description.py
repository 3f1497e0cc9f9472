"""What this endpoint can do and what it holds, in RDF, counted once for each state of the data."""

from collections.abc import Iterator
from dataclasses import dataclass

from cppcc_graph.catalogue import Known
from cppcc_graph.formats import FORMATS, GRAPH_FORMATS, Format, write_graph
from cppcc_graph.queries import query
from cppcc_graph.store.base import Store
from cppcc_graph.terms import RDF, SD, VOID, XSD, BlankNode, Literal, NamedNode, Triple

_W3C_FORMATS = "http://www.w3.org/ns/formats/"
_NAMES = {
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
    "turtle": "Turtle",
    "ntriples": "N-Triples",
    "rdfxml": "RDF_XML",
    "jsonld": "JSON-LD",
    "trig": "TriG",
    "nquads": "N-Quads",
}
_VERSIONS = "http://www.w3.org/ns/sparql#version-"
_SIMPLE_ENTAILMENT = "http://www.w3.org/ns/entailment/Simple"


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """
    What differs from server to server.

    Attributes:
        is_union: Whether the default graph is the union of the named graphs; else it is a graph of its own.
        is_writable: Whether updates and graphs are taken.
        is_federated: Whether any other endpoint is asked for SERVICE.
    """

    is_union: bool
    is_writable: bool
    is_federated: bool


class Descriptions:
    """Service descriptions that were written before, the latest of them."""

    def __init__(self) -> None:
        self._known: Known[bytes] = Known()

    def document(self, store: Store, abilities: Abilities, *, endpoint: str, rdf_format: Format) -> bytes:
        """The :func:`description` of this state of the store, written."""

        def written() -> bytes:
            return write_graph(description(store, abilities, endpoint=endpoint), rdf_format)

        return self._known.get(store, (endpoint, abilities, rdf_format.name), written)


def description(store: Store, abilities: Abilities, *, endpoint: str) -> list[Triple]:
    """
    The service description.

    Args:
        store: What is described; its graphs are counted now.
        abilities: Of this server.
        endpoint: Absolute address of the endpoint; graphs and datasets are named below it. The service itself is a
            blank node, as in the specification: Comunica believes statements about that or about the very address
            which it asked, and about no other subject.

    Spec: SPARQL 1.1 Service Description, section 3 (vocabulary); the languages without a number and their versions:
    SPARQL 1.2 Service Description, section 3.2.
    """
    service, dataset = BlankNode("service"), NamedNode(f"{endpoint}#dataset")
    return [
        Triple(service, RDF.type, SD.Service),
        Triple(service, SD.endpoint, NamedNode(endpoint)),
        *(Triple(service, SD.supportedLanguage, language) for language in _languages(abilities)),
        *(Triple(service, SD.supportedVersion, NamedNode(_VERSIONS + number)) for number in ("1.0", "1.1", "1.2")),
        *(Triple(service, SD.feature, feature) for feature in _features(abilities)),
        Triple(service, SD.defaultEntailmentRegime, NamedNode(_SIMPLE_ENTAILMENT)),
        *(Triple(service, SD.resultFormat, _format(known)) for known in FORMATS),
        *(Triple(service, SD.inputFormat, _format(known)) for known in GRAPH_FORMATS if abilities.is_writable),
        Triple(service, SD.defaultDataset, dataset),
        Triple(dataset, RDF.type, SD.Dataset),
        *_default_graph(store, dataset, endpoint),
        *_named_graphs(store, dataset, endpoint),
    ]


def _languages(abilities: Abilities) -> Iterator[NamedNode]:
    yield from (SD.SPARQL11Query, SD.SPARQLQuery)
    if abilities.is_writable:
        yield from (SD.SPARQL11Update, SD.SPARQLUpdate)


def _features(abilities: Abilities) -> Iterator[NamedNode]:
    """No document is ever fetched for FROM or LOAD, and no function is added, so neither is claimed."""
    if abilities.is_union:
        yield SD.UnionDefaultGraph
    else:
        yield SD.EmptyGraphs
    if abilities.is_federated:
        yield SD.BasicFederatedQuery


def _format(known: Format) -> NamedNode:
    return NamedNode(_W3C_FORMATS + _NAMES[known.name])


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
