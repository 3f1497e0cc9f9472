"""Ontology and data are consistent under OWL 2 RL, and a contradiction would be found."""

import re
from itertools import combinations

import owlrl
import pytest
from owlrl.Namespaces import ERRNS
from rdflib import OWL, RDF, RDFS, Graph, Namespace, URIRef
from rdflib.term import Node

pytestmark = pytest.mark.slow

# Kinds of property that make a rule apply, and RDFS properties that none does.
CHARACTERISTICS = (
    OWL.FunctionalProperty,
    OWL.InverseFunctionalProperty,
    OWL.SymmetricProperty,
    OWL.AsymmetricProperty,
    OWL.TransitiveProperty,
    OWL.IrreflexiveProperty,
)
ANNOTATIONS = (RDFS.label, RDFS.comment, RDFS.seeAlso, RDFS.isDefinedBy)
LANGUAGES = (str(RDFS), str(OWL))
CPPCC = Namespace("https://w3id.org/cppcc-graph/ontology#")
PREFIXES = """
@prefix : <http://example.org/> .
@prefix cppcc: <https://w3id.org/cppcc-graph/ontology#> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix schema: <https://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix time: <http://www.w3.org/2006/time#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
# Each stands in a namespace of its own, so that what is found about it can be told from the rest.
CONTRADICTIONS = {
    "a body that is a person": ":x a cppcc:Committee , foaf:Person .",
    "a district that is a body": ":x a cppcc:AdministrativeArea , cppcc:MemberStudio .",
    "an event that is a programme": ":x a cppcc:Event , cppcc:Programme .",
    "a group that is an event": ":x a cppcc:Group , cppcc:Event .",
    "a report that is an event": ":x a cppcc:Report , cppcc:Event .",
    "a document that is a body": ":x a cppcc:Document , cppcc:Organisation .",
    "a topic that is a concept": ":x a cppcc:Topic , skos:Concept .",
    "a figure that is a statement": ":x a qb:Observation , cppcc:Statement .",
    "a recognition that is a document": ":x a cppcc:Recognition , cppcc:Document .",
    "a span that is a paragraph": ":x a cppcc:TextSpan , cppcc:Paragraph .",
    "a post that is a figure": ":x a org:Membership , qb:Observation .",
    "a list that is its own concept": ":x skos:hasTopConcept :x .",
    "a dimension that is a measure": ":x a qb:DimensionProperty , qb:MeasureProperty .",
    "a period that is an instant": ":x a time:ProperInterval , time:Instant .",
    "an organiser who is a mere host": ":x cppcc:organisedBy :body ; cppcc:hostedBy :body .",
    "a member of a place": ":somebody org:memberOf :x . :x a cppcc:Place .",
    "a unit of an event": ":office org:unitOf :x . :x a cppcc:Event .",
    "a post at a programme": ":post org:organization :x . :x a cppcc:Programme .",
    "a figure of a place": ":figure cppcc:reportedBody :x . :x a cppcc:AdministrativeArea .",
    "a figure in a report": ":figure qb:dataSet :x . :x a cppcc:Report .",
    "an indicator that is an event": ":figure cppcc:indicator :x . :x a cppcc:Event .",
    "a body guided by one it guides": ":x cppcc:guidedBy :other . :other cppcc:guidedBy :x .",
    "a whole that is part of its part": ":x cppcc:partOfObservation :other . :other cppcc:partOfObservation :x .",
    "a rank that ranks itself": ":x cppcc:ranks :x .",
}
# The same of literals: what is found names the lexical form, or the two datatypes that one value cannot have. owlrl
# gives plain strings no datatype; that a string is no value is the shapes' to say.
OF_LITERALS = {
    "Lexical value of the literal '2024-02-30'": ':x schema:startDate "2024-02-30"^^xsd:date .',
    "Lexical value of the literal '-7'": ':x oa:start "-7"^^xsd:nonNegativeInteger .',
    "#boolean and http://www.w3.org/2001/XMLSchema#decimal": ":x cppcc:value true . :y cppcc:value 332.0 .",
}
# The sorts of things of which nothing is two.
SORTS = [
    "cppcc:Organisation",
    "foaf:Person",
    "cppcc:Place",
    "cppcc:Programme",
    "cppcc:Event",
    "cppcc:Document",
    "cppcc:Topic",
    "cppcc:Recognition",
    "cppcc:Statement",
    "qb:Observation",
    "qb:DataSet",
    "org:Membership",
    "cppcc:SourceText",
    "cppcc:Paragraph",
    "cppcc:TextSpan",
    "time:ProperInterval",
    "skos:Concept",
]


def errors(graph: Graph) -> list[str]:
    """The contradictions that the OWL 2 RL rules find in *graph*, in words; *graph* grows by what follows from it."""
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    return sorted(str(message) for message in graph.objects(None, ERRNS.error))


def speaking_properties(graph: Graph) -> set[Node]:
    """The properties about which *graph* holds an axiom from which more than the same property follows."""
    axioms = (RDFS.domain, RDFS.range, OWL.inverseOf, OWL.equivalentProperty, OWL.propertyDisjointWith)
    speaking = {end for axiom in axioms for pair in graph.subject_objects(axiom) for end in pair}
    speaking |= {term for kind in CHARACTERISTICS for term in graph.subjects(RDF.type, kind)}
    below = {
        term for super_property in speaking for term in graph.transitive_subjects(RDFS.subPropertyOf, super_property)
    }
    return speaking | below


def reasoned_on(graph: Graph) -> Graph:
    """
    The part of *graph* from which a contradiction can follow.

    Left out is every triple whose property no axiom speaks of, itself or through a super-property, unless it is
    rdf:type or a property of RDFS or OWL: no rule of OWL 2 RL takes such a triple for more than another such triple
    (prp-spo1, eq-rep) or the identity of its terms (eq-ref). That the literals left out are well-typed is IC-0's test.
    """
    speaking = {RDF.type} | speaking_properties(graph) - set(ANNOTATIONS)
    kept = Graph()
    for triple in graph:
        if triple[1] in speaking or (str(triple[1]).startswith(LANGUAGES) and triple[1] not in ANNOTATIONS):
            kept.add(triple)
    return kept


def test_ontology_and_data_are_consistent(published: Graph) -> None:
    assert errors(reasoned_on(published)) == []


@pytest.mark.long
def test_ontology_and_data_are_consistent_with_every_annotation(published: Graph) -> None:
    whole = Graph()
    whole += published

    assert errors(whole) == []


@pytest.fixture(scope="module")
def contradictions(model: Graph) -> list[str]:
    """What is found when all the contradictions stand beside the ontology."""
    graph = reasoned_on(model)
    for name, planted in (*CONTRADICTIONS.items(), *OF_LITERALS.items()):
        graph.parse(data=PREFIXES.replace("http://example.org/", world(name)) + planted)
    return errors(graph)


def world(name: str) -> str:
    return f"http://example.org/{re.sub('[^a-z0-9]+', '-', name)}/"


@pytest.mark.parametrize("name", CONTRADICTIONS)
@pytest.mark.filterwarnings("ignore")  # rdflib warns of the ill-typed literals, which are meant
def test_a_planted_contradiction_is_found(contradictions: list[str], name: str) -> None:
    assert [message for message in contradictions if world(name) in message] != []


@pytest.mark.parametrize("finding", OF_LITERALS)
@pytest.mark.filterwarnings("ignore")
def test_a_planted_literal_that_cannot_be_is_found(contradictions: list[str], finding: str) -> None:
    assert [message for message in contradictions if finding in message] != []


def test_no_two_sorts_of_things_overlap(model: Graph) -> None:
    prefixes = dict(Graph().parse(data=PREFIXES).namespaces())
    sorts = [prefixes[prefix] + local for prefix, _, local in (name.partition(":") for name in SORTS)]
    missing = [
        (str(one), str(other))
        for one, other in combinations(sorts, 2)
        if (one, OWL.disjointWith, other) not in model and (other, OWL.disjointWith, one) not in model
    ]

    assert len(sorts) == 17
    assert missing == []


def test_every_kind_of_body_is_a_body_that_orgs_vocabulary_knows(model: Graph) -> None:
    graph = reasoned_on(model)
    kinds = set(graph.transitive_subjects(RDFS.subClassOf, CPPCC.Organisation)) - {CPPCC.Organisation}

    assert {str(kind).removeprefix(str(CPPCC)) for kind in kinds} == {
        "Association",
        "Committee",
        "DemocraticParty",
        "DemocraticPartyCommittee",
        "DisciplineOrgan",
        "Federation",
        "Government",
        "Group",
        "InternalUnit",
        "MediaOutlet",
        "MemberStudio",
        "PartyCommittee",
    }
    assert (CPPCC.Organisation, RDFS.subClassOf, URIRef("http://www.w3.org/ns/org#Organization")) in model
