"""What this endpoint can do and what it holds, in RDF, counted once for each state of the data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cppcc_graph.catalogue import Known
from cppcc_graph.formats import GRAPH_FORMATS, RESULTS_FORMATS, Format, write_graph
from cppcc_graph.queries import query
from cppcc_graph.store.base import Store
from cppcc_graph.terms import FUNCTION, RDF, RDFS, SD, VOID, XSD, BlankNode, Literal, NamedNode, Triple

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


_FUNCTIONS: Mapping[NamedNode, tuple[Literal, Literal]] = {
    FUNCTION.matches: (
        Literal('matches(文本, "词语")：文本含有每一个词语时为真，汉字或拼音均可。', language="zh"),
        Literal('matches(text, "words"): whether a text has every word, written or in pinyin.', language="en"),
    ),
    FUNCTION.score: (
        Literal('score(事物, "词语")：词语与事物相符的程度，0 至 100；不相符时无值。', language="zh"),
        Literal(
            'score(thing, "words"): how well names, figures or descriptions of a thing fit the words, from 0 to 100; '
            "unbound when they do not.",
            language="en",
        ),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """
    What differs from server to server.

    Attributes:
        is_union: Whether the default graph is the union of the named graphs; else it is a graph of its own.
        is_writable: Whether updates and graphs are taken.
        is_federated: Whether any other endpoint is asked for SERVICE.
        has_functions: Whether queries may call the functions that look for words.
    """

    is_union: bool
    is_writable: bool
    is_federated: bool
    has_functions: bool


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
        *(triple for function in _FUNCTIONS if abilities.has_functions for triple in _function(service, function)),
        Triple(service, SD.defaultEntailmentRegime, NamedNode(_SIMPLE_ENTAILMENT)),
        *(Triple(service, SD.resultFormat, _format(known)) for known in (*RESULTS_FORMATS, *GRAPH_FORMATS)),
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


def _function(service: BlankNode, function: NamedNode) -> Iterator[Triple]:
    """Spec: SPARQL 1.1 Service Description, section 3.2.8 (sd:extensionFunction)."""
    yield Triple(service, SD.extensionFunction, function)
    yield Triple(function, RDF.type, SD.Function)
    yield from (Triple(function, RDFS.comment, comment) for comment in _FUNCTIONS[function])


def _features(abilities: Abilities) -> Iterator[NamedNode]:
    """No document is ever fetched for FROM or LOAD, so that is not claimed."""
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
