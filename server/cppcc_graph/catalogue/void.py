"""
The dataset described for programs that look for data.

Spec: W3C Interest Group Note "Describing Linked Datasets with the VoID Vocabulary", 3 March 2011.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cppcc_graph.catalogue.order import by_subject
from cppcc_graph.catalogue.partitions import Partitions
from cppcc_graph.terms import BASE, DCTERMS, FOAF, RDF, VOID, XSD, Literal, NamedNode, Triple

_URI_SPACE = Literal(BASE)
_FORMATS = "http://www.w3.org/ns/formats/"
_OFFERED_FORMATS = ("Turtle", "N-Triples", "RDF_XML", "JSON-LD")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """
    Where a server gives the dataset away.

    Attributes:
        address: Of the document; the dataset and its parts are named below it.
        endpoint: Of SPARQL.
        dumps: Of files with all of it; empty where it lies in another engine.
        homepage: Page about it for people.
        graph_addresses: Where each named graph is read, by IRI.
        titles: What it is called, by language.
        licence: Under which it may be used, or None when that is not said.
        examples: IRIs of things that stand for the rest.
    """

    address: str
    endpoint: str
    dumps: Sequence[str]
    homepage: str
    graph_addresses: Mapping[str, str]
    titles: Mapping[str, str]
    licence: str | None
    examples: Sequence[str]

    @property
    def dataset(self) -> NamedNode:
        """The dataset itself, which is not the document about it."""
        return NamedNode(f"{self.address}#dataset")


def void_document(counted: Partitions, offer: Offer) -> list[Triple]:
    """
    The description, without blank nodes.

    Spec: VoID, sections 1.3 (document), 2 (general), 3 (access), 4 (structure: partitions 4.5, statistics 4.6).
    """
    triples = [
        *_about_the_document(offer),
        *_access(offer),
        *_numbers(offer.dataset, counted),
        *_classes(offer, counted),
        *_properties(offer, counted),
        *_graphs(offer, counted),
        *(Triple(offer.dataset, VOID.vocabulary, NamedNode(iri)) for iri in _vocabularies(counted)),
    ]
    return by_subject(triples)


def _about_the_document(offer: Offer) -> Iterator[Triple]:
    document = NamedNode(offer.address)
    yield Triple(document, RDF.type, VOID.DatasetDescription)
    yield Triple(document, FOAF.primaryTopic, offer.dataset)
    for language, title in offer.titles.items():
        yield Triple(document, DCTERMS.title, Literal(title, language=language))
        yield Triple(offer.dataset, DCTERMS.title, Literal(title, language=language))


def _access(offer: Offer) -> Iterator[Triple]:
    dataset = offer.dataset
    yield Triple(dataset, RDF.type, VOID.Dataset)
    yield Triple(dataset, FOAF.homepage, NamedNode(offer.homepage))
    yield Triple(dataset, VOID.sparqlEndpoint, NamedNode(offer.endpoint))
    yield Triple(dataset, VOID.uriSpace, _URI_SPACE)
    for dump in offer.dumps:
        yield Triple(dataset, VOID.dataDump, NamedNode(dump))
    for name in _OFFERED_FORMATS:
        yield Triple(dataset, VOID.feature, NamedNode(_FORMATS + name))
    for example in offer.examples:
        yield Triple(dataset, VOID.exampleResource, NamedNode(example))
    if offer.licence is not None:
        yield Triple(dataset, DCTERMS.license, NamedNode(offer.licence))


def _numbers(dataset: NamedNode, counted: Partitions) -> Iterator[Triple]:
    yield Triple(dataset, VOID.triples, _number(counted.n_triples))
    yield Triple(dataset, VOID.classes, _number(len(counted.classes)))
    yield Triple(dataset, VOID.properties, _number(len(counted.properties)))
    yield Triple(dataset, VOID.distinctSubjects, _number(counted.n_subjects))
    yield Triple(dataset, VOID.distinctObjects, _number(counted.n_objects))


def _classes(offer: Offer, counted: Partitions) -> Iterator[Triple]:
    for number, (iri, n) in enumerate(counted.classes.items(), start=1):
        part = NamedNode(f"{offer.address}#class-{number}")
        yield Triple(offer.dataset, VOID.classPartition, part)
        yield Triple(part, RDF.type, VOID.Dataset)
        yield Triple(part, VOID["class"], NamedNode(iri))
        yield Triple(part, VOID.entities, _number(n))


def _properties(offer: Offer, counted: Partitions) -> Iterator[Triple]:
    for number, (iri, n) in enumerate(counted.properties.items(), start=1):
        part = NamedNode(f"{offer.address}#property-{number}")
        yield Triple(offer.dataset, VOID.propertyPartition, part)
        yield Triple(part, RDF.type, VOID.Dataset)
        yield Triple(part, VOID.property, NamedNode(iri))
        yield Triple(part, VOID.triples, _number(n))


def _graphs(offer: Offer, counted: Partitions) -> Iterator[Triple]:
    """Each named graph; its contents are found at an address of its own, which is therefore a dump of it."""
    for number, (iri, n) in enumerate(counted.graphs.items(), start=1):
        part = NamedNode(f"{offer.address}#graph-{number}")
        yield Triple(offer.dataset, VOID.subset, part)
        yield Triple(part, RDF.type, VOID.Dataset)
        yield Triple(part, DCTERMS.identifier, Literal(iri))
        yield Triple(part, VOID.dataDump, NamedNode(offer.graph_addresses[iri]))
        yield Triple(part, VOID.triples, _number(n))


def _vocabularies(counted: Partitions) -> list[str]:
    """The namespaces of the classes and properties that are used."""
    used = (*counted.classes, *counted.properties)
    return sorted({iri[: max(iri.rfind("#"), iri.rfind("/")) + 1] for iri in used} - {""})


def _number(n: int) -> Literal:
    return Literal(str(n), datatype=XSD.integer)
