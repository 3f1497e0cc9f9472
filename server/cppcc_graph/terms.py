"""
IRIs and prefixes, and the names of the RDF classes.

The one place where the base IRI stands in the code. A :class:`Namespace` knows the names that the code may use, so a
misspelt one fails as soon as its module is imported.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, QuerySolution, Triple

Term: TypeAlias = NamedNode | BlankNode | Literal | Triple
Solution: TypeAlias = QuerySolution

__all__ = [
    "BASE",
    "NUMERIC",
    "PREFIXES",
    "BlankNode",
    "DefaultGraph",
    "Literal",
    "NamedNode",
    "Namespace",
    "Quad",
    "Solution",
    "Term",
    "Triple",
    "prefix_block",
    "shorten",
]

BASE = "https://w3id.org/cppcc-graph/"


@dataclass(frozen=True, slots=True)
class Namespace:
    """
    A prefix, its IRI and the local names that the code may use.

    ``RDF.type`` and ``RDF["type"]`` are the same `NamedNode`; an unknown name raises `AttributeError`.
    """

    prefix: str
    iri: str
    names: frozenset[str] = frozenset()

    def __getattr__(self, name: str) -> NamedNode:
        if name not in self.names:
            raise AttributeError(f"terms.py lists no {self.prefix}:{name}")
        return NamedNode(self.iri + name)

    def __getitem__(self, name: str) -> NamedNode:
        return self.__getattr__(name)


def _namespace(prefix: str, iri: str, names: str = "") -> Namespace:
    return Namespace(prefix, iri, frozenset(names.split()))


CPPCC = _namespace(
    "cppcc",
    f"{BASE}ontology#",
    "Paragraph Report Statement TextSpan bound certainty evidence inParagraph inText indicator inferredFrom period "
    "reportedBody sourceText status unit value",
)
FUNCTION = _namespace("fn", f"{BASE}function#", "matches score")
CPPCCSH = _namespace("cppccsh", f"{BASE}shapes#")

HISTORY = _namespace(
    "history",
    f"{BASE}history#",
    "Change added addedTriples change contentHash graph isListed operation removed removedTriples",
)
"""Not among `PREFIXES`: it occurs in the history alone, never in the data."""

RDF = _namespace("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "Property langString type")
RDFS = _namespace(
    "rdfs", "http://www.w3.org/2000/01/rdf-schema#", "Class comment isDefinedBy label subClassOf subPropertyOf"
)
OWL = _namespace(
    "owl",
    "http://www.w3.org/2002/07/owl#",
    "Class DatatypeProperty ObjectProperty Ontology disjointWith inverseOf propertyDisjointWith versionIRI versionInfo",
)
XSD = _namespace(
    "xsd",
    "http://www.w3.org/2001/XMLSchema#",
    "string integer decimal boolean date dateTime nonNegativeInteger hexBinary",
)
SKOS = _namespace(
    "skos",
    "http://www.w3.org/2004/02/skos/core#",
    "prefLabel altLabel hiddenLabel broader definition example notation scopeNote",
)
DCTERMS = _namespace(
    "dcterms",
    "http://purl.org/dc/terms/",
    "Frequency LicenseDocument LinguisticSystem MediaType MediaTypeOrExtent PeriodOfTime Standard accrualPeriodicity "
    "conformsTo creator description format identifier issued language license publisher source temporal title",
)
PROV = _namespace(
    "prov",
    "http://www.w3.org/ns/prov#",
    "Activity Agent Entity endedAtTime generatedAtTime startedAtTime used wasAssociatedWith wasGeneratedBy "
    "wasDerivedFrom wasRevisionOf",
)
QB = _namespace("qb", "http://purl.org/linked-data/cube#", "Observation")
SDMX_DIMENSION = _namespace("sdmx-dimension", "http://purl.org/linked-data/sdmx/2009/dimension#")
SDMX_MEASURE = _namespace("sdmx-measure", "http://purl.org/linked-data/sdmx/2009/measure#")
SDMX_ATTRIBUTE = _namespace("sdmx-attribute", "http://purl.org/linked-data/sdmx/2009/attribute#")
ORG = _namespace("org", "http://www.w3.org/ns/org#")
FOAF = _namespace("foaf", "http://xmlns.com/foaf/0.1/", "Agent Document homepage name primaryTopic")
SCHEMA = _namespace("schema", "https://schema.org/", "domainIncludes rangeIncludes")
OA = _namespace("oa", "http://www.w3.org/ns/oa#", "start end exact")
TIME = _namespace("time", "http://www.w3.org/2006/time#")
QUDT = _namespace("qudt", "http://qudt.org/schema/qudt/")
UNIT = _namespace("unit", "http://qudt.org/vocab/unit/")
OPENGOV = _namespace("opengov", "http://www.w3.org/ns/opengov#")
SH = _namespace("sh", "http://www.w3.org/ns/shacl#", "message path targetClass targetObjectsOf targetSubjectsOf")
VANN = _namespace("vann", "http://purl.org/vocab/vann/")
VOID = _namespace(
    "void",
    "http://rdfs.org/ns/void#",
    "Dataset DatasetDescription class classPartition classes dataDump distinctObjects distinctSubjects entities "
    "exampleResource feature properties property propertyPartition sparqlEndpoint subset triples uriSpace vocabulary",
)
DCAT = _namespace(
    "dcat",
    "http://www.w3.org/ns/dcat#",
    "Catalog DataService Dataset DatasetSeries Distribution accessService accessURL byteSize compressFormat dataset "
    "distribution downloadURL endDate endpointDescription endpointURL inSeries keyword landingPage mediaType "
    "packageFormat servesDataset service startDate",
)
SPDX = _namespace(
    "spdx",
    "http://spdx.org/rdf/terms#",
    "Checksum ChecksumAlgorithm algorithm checksum checksumAlgorithm_sha256 checksumValue",
)
"""Not among `PREFIXES`: it occurs in the catalogue alone, never in the data."""
SD = _namespace(
    "sd",
    "http://www.w3.org/ns/sparql-service-description#",
    "BasicFederatedQuery Dataset EmptyGraphs Function Graph NamedGraph SPARQL11Query SPARQL11Update SPARQLQuery "
    "SPARQLUpdate Service UnionDefaultGraph defaultDataset defaultEntailmentRegime defaultGraph endpoint "
    "extensionFunction feature graph inputFormat name namedGraph resultFormat supportedLanguage supportedVersion",
)

_NAMESPACES = (
    CPPCC,
    CPPCCSH,
    RDF,
    RDFS,
    OWL,
    XSD,
    SKOS,
    DCTERMS,
    PROV,
    QB,
    SDMX_DIMENSION,
    SDMX_MEASURE,
    SDMX_ATTRIBUTE,
    ORG,
    FOAF,
    SCHEMA,
    OA,
    TIME,
    QUDT,
    UNIT,
    OPENGOV,
    SH,
    VANN,
    VOID,
    DCAT,
    SD,
)

PREFIXES: Mapping[str, str] = MappingProxyType({ns.prefix: ns.iri for ns in _NAMESPACES})
"""Prefix to IRI, in the order in which files and answers declare them."""


_NUMBER_TYPES = (
    "byte decimal double float int integer long negativeInteger nonNegativeInteger nonPositiveInteger positiveInteger "
    "short unsignedByte unsignedInt unsignedLong unsignedShort"
)
NUMERIC: frozenset[str] = frozenset(f"{XSD.iri}{name}" for name in _NUMBER_TYPES.split(" "))
"""IRIs of the data types of numbers. Spec: XML Schema 1.1 part 2, section 3.4."""


def prefix_block(prefixes: Iterable[str] = PREFIXES) -> str:
    """``PREFIX cppcc: <…>`` lines for a query, one for each of *prefixes*, each ending in a line feed."""
    return "".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}>\n" for prefix in prefixes)


def shorten(iri: str) -> str:
    """``cppcc:Report`` for an IRI of a known namespace and a plain local name; else ``<iri>``."""
    for prefix, namespace in PREFIXES.items():
        local = iri.removeprefix(namespace)
        if local != iri and local.replace("-", "").replace("_", "").isalnum():
            return f"{prefix}:{local}"
    return f"<{iri}>"
