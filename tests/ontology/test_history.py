"""The terms of the history are defined like those of the ontology, and all of them are used."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Namespace, URIRef

from cppcc_graph import terms

HISTORY = "https://w3id.org/cppcc-graph/history#"
SCHEMA = Namespace("https://schema.org/")
KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)


@pytest.fixture(scope="module")
def file(documents: Mapping[Path, Graph]) -> Graph:
    return documents[Path("ontology/history.ttl")]


@pytest.fixture(scope="module")
def defined(file: Graph) -> set[URIRef]:
    return {term for kind in KINDS for term in file.subjects(RDF.type, kind)}


def test_the_code_uses_the_terms_that_the_file_defines_and_no_others(defined: set[URIRef]) -> None:
    assert {str(term) for term in defined} == {HISTORY + name for name in terms.HISTORY.names}
    assert terms.HISTORY.iri == HISTORY


def test_every_term_is_labelled_defined_and_shown_in_both_languages(file: Graph, defined: set[URIRef]) -> None:
    wrong = [
        (term, predicate)
        for term in defined
        for predicate in (RDFS.label, SKOS.definition, SKOS.example)
        if sorted(text.language for text in file.objects(term, predicate)) != ["en", "zh"]
    ]

    assert wrong == []


def test_every_definition_is_one_sentence(file: Graph, defined: set[URIRef]) -> None:
    ends = {"zh": r"[^。]+。", "en": r"(A|An) [^.]+\b(that|which|concerns)\b[^.]*\."}
    texts = [text for term in defined for text in file.objects(term, SKOS.definition)]

    assert [str(text) for text in texts if not re.fullmatch(ends[text.language], str(text))] == []


def test_every_property_says_what_it_links(file: Graph, defined: set[URIRef]) -> None:
    properties = {term for term in defined if (term, RDF.type, OWL.Class) not in file}

    assert [p for p in properties if not {SCHEMA.domainIncludes, SCHEMA.rangeIncludes} <= set(file.predicates(p))] == []


def test_the_terms_occur_nowhere_else(documents: Mapping[Path, Graph]) -> None:
    others = {path: graph for path, graph in documents.items() if path != Path("ontology/history.ttl")}
    used = {str(path) for path, graph in others.items() for t in graph for node in t if str(node).startswith(HISTORY)}

    assert used == set()
