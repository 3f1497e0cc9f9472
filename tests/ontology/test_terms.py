"""The terms of the ontology are complete in both languages."""

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.namespace import QB

BASE = "https://w3id.org/cppcc-graph/"
ONTOLOGY = BASE + "ontology#"
SCHEMA = Namespace("https://schema.org/")


@pytest.fixture(scope="session")
def own_terms(own_classes: frozenset[URIRef], own_properties: frozenset[URIRef]) -> frozenset[URIRef]:
    return own_classes | own_properties


def local(term: URIRef) -> str:
    return str(term).removeprefix(ONTOLOGY)


def languages(graph: Graph, subject: URIRef, predicate: URIRef) -> list[str | None]:
    return sorted((o.language for o in graph.objects(subject, predicate) if isinstance(o, Literal)), key=str)


def test_every_term_is_labelled_and_defined_once_in_each_language(model: Graph, own_terms: frozenset[URIRef]) -> None:
    wrong = [
        (term, predicate, languages(model, term, predicate))
        for term in own_terms
        for predicate in (RDFS.label, SKOS.definition)
        if languages(model, term, predicate) != ["en", "zh"]
    ]

    assert wrong == []


def test_every_definition_is_one_sentence(model: Graph, own_terms: frozenset[URIRef]) -> None:
    ends = {"zh": "。", "en": "."}
    wrong = [
        text
        for term in own_terms
        for text in model.objects(term, SKOS.definition)
        if not str(text).endswith(ends[text.language]) or re.search(r"[。.!?](?=[\s\w])", str(text)[:-1])
    ]

    assert wrong == []


def test_every_english_definition_says_a_something_that(model: Graph, own_terms: frozenset[URIRef]) -> None:
    pattern = re.compile(r"^(A|An) .*\b(that|which|who|whose|by which)\b")
    wrong = [
        str(text)
        for term in own_terms
        for text in model.objects(term, SKOS.definition)
        if text.language == "en" and not pattern.search(str(text))
    ]

    assert wrong == []


@pytest.mark.parametrize("predicate", [SKOS.example, SKOS.scopeNote, SKOS.editorialNote, RDFS.label, SKOS.definition])
def test_whatever_is_said_in_one_language_is_said_in_the_other(model: Graph, predicate: URIRef) -> None:
    wrong = [
        (term, languages(model, term, predicate))
        for term in set(model.subjects(predicate))
        if Counter(languages(model, term, predicate))["zh"] != Counter(languages(model, term, predicate))["en"]
    ]

    assert wrong == []


def test_every_term_has_an_example_and_says_where_it_is_defined(model: Graph, own_terms: frozenset[URIRef]) -> None:
    lacking = [
        term
        for term in own_terms
        if (term, SKOS.example, None) not in model or (term, RDFS.isDefinedBy, URIRef(BASE + "ontology")) not in model
    ]

    assert lacking == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_two_classes_and_no_two_properties_share_a_label(
    model: Graph, own_classes: frozenset[URIRef], own_properties: frozenset[URIRef], language: str
) -> None:
    for kind in (own_classes, own_properties):
        labels = [
            str(label) for term in kind for label in model.objects(term, RDFS.label) if label.language == language
        ]

        assert [label for label, count in Counter(labels).items() if count > 1] == []


def test_classes_are_upper_camel_and_properties_lower_camel(
    own_classes: frozenset[URIRef], own_properties: frozenset[URIRef]
) -> None:
    assert [term for term in own_classes if not re.fullmatch(r"([A-Z][a-z0-9]*)+", local(term))] == []
    assert [term for term in own_properties if not re.fullmatch(r"[a-z]+[A-Za-z0-9]*", local(term))] == []


def test_every_property_says_what_it_links(model: Graph, own_properties: frozenset[URIRef]) -> None:
    lacking = [
        term
        for term in own_properties
        if (term, SCHEMA.domainIncludes, None) not in model or (term, SCHEMA.rangeIncludes, None) not in model
    ]

    assert lacking == []


def test_only_dimensions_and_measures_declare_a_range_and_nothing_a_domain(
    model: Graph, own_properties: frozenset[URIRef]
) -> None:
    """A range infers rather than checks; the Data Cube demands one of its dimensions (IC-4)."""
    ranged = {term for term in own_properties if (term, RDFS.range, None) in model}
    in_the_cube = {*model.subjects(RDF.type, QB.DimensionProperty), *model.subjects(RDF.type, QB.MeasureProperty)}

    assert {local(term) for term in ranged} == {"indicator", "reportedBody", "period", "value"}
    assert ranged <= in_the_cube
    assert set(model.subject_objects(RDFS.domain)) == set()


def test_every_restated_term_is_labelled_in_both_languages(documents: Mapping[Path, Graph]) -> None:
    graph = documents[Path("ontology/borrowed.ttl")]
    wrong = [term for term in set(graph.subjects(RDF.type)) if languages(graph, term, RDFS.label) != ["en", "zh"]]

    assert wrong == []


def test_the_header_says_version_prefix_licence_scope_and_questions(model: Graph) -> None:
    header = dict(model.predicate_objects(URIRef(BASE + "ontology")))

    assert header[OWL.versionIRI] == URIRef(f"{BASE}ontology/{header[OWL.versionInfo]}")
    assert str(header[URIRef("http://purl.org/vocab/vann/preferredNamespacePrefix")]) == "cppcc"
    assert str(header[URIRef("http://purl.org/vocab/vann/preferredNamespaceUri")]) == ONTOLOGY
    assert str(header[URIRef("http://purl.org/dc/terms/license")]) == "https://creativecommons.org/licenses/by/4.0/"
    assert header[RDFS.seeAlso] == URIRef(BASE + "questions/")
    assert languages(model, URIRef(BASE + "ontology"), URIRef("http://purl.org/dc/terms/description")) == ["en", "zh"]
