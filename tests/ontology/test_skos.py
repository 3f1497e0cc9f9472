"""SKOS: the integrity conditions of the reference, and what we ask of our own concept schemes beyond them."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from rdflib import DCTERMS, RDF, RDFS, SKOS, Graph, URIRef

VOCABULARY = "https://w3id.org/cppcc-graph/vocabulary/"
SOUND = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix : <http://example.org/> .
:list a skos:ConceptScheme .
:set a skos:Collection ; skos:member :lake .
:water a skos:Concept ; skos:inScheme :list ; skos:prefLabel "water"@en , "水"@zh ; skos:altLabel "aqua"@en .
:lake a skos:Concept ; skos:inScheme :list ; skos:broader :water ; skos:prefLabel "lake"@en ; skos:related :fish .
:fish a skos:Concept ; skos:inScheme :list ; skos:prefLabel "fish"@en ; skos:exactMatch <http://example.net/fish> .
"""

# Condition → the query that selects what breaks it (SKOS Reference, the section in brackets).
CONDITIONS = {
    # A concept scheme is no concept (4.4).
    "S9": "SELECT ?x { ?x a skos:Concept , skos:ConceptScheme }",
    # No label of a resource is two of preferred, alternative and hidden (5.4).
    "S13": """SELECT ?x ?label {
        { ?x skos:prefLabel ?label ; skos:altLabel ?label } UNION
        { ?x skos:prefLabel ?label ; skos:hiddenLabel ?label } UNION
        { ?x skos:altLabel ?label ; skos:hiddenLabel ?label } }""",
    # At most one preferred label in each language (5.4).
    "S14": """SELECT ?x ?one ?other {
        ?x skos:prefLabel ?one , ?other
        FILTER (STR(?one) < STR(?other) && LANG(?one) = LANG(?other)) }""",
    # What is related is not above or below, however far (8.4); mapping relations are their counterparts (10.3).
    "S27": """SELECT ?x ?other {
        ?x skos:related|^skos:related|skos:relatedMatch|^skos:relatedMatch ?other .
        ?x (skos:broader|^skos:narrower|skos:broaderTransitive|^skos:narrowerTransitive|
            skos:broadMatch|^skos:narrowMatch)+ ?other }""",
    # A collection is neither a concept nor a concept scheme (9.4).
    "S37": """SELECT ?x { ?x a ?other
        { ?x a skos:Collection } UNION { ?x a skos:OrderedCollection }
        FILTER (?other IN (skos:Concept, skos:ConceptScheme)) }""",
    # An exact match is no broader, narrower or related match (10.4; exactMatch is symmetric and transitive).
    "S46": """SELECT ?x ?other {
        ?x (skos:exactMatch|^skos:exactMatch)+ ?other .
        ?x skos:broadMatch|^skos:broadMatch|skos:narrowMatch|^skos:narrowMatch|skos:relatedMatch|^skos:relatedMatch
            ?other }""",
}
PLANTED = {
    "S9": ":list a skos:Concept .",
    "S13": ':water skos:altLabel "water"@en .',
    "S14": ':water skos:prefLabel "waters"@en .',
    "S27": ":lake skos:related :pond . :pond skos:broader :lake . :water skos:related :pond .",
    "S37": ":set a skos:ConceptScheme .",
    "S46": ":fish skos:relatedMatch :pisces . :pisces skos:exactMatch <http://example.net/fish> .",
}


def offenders(graph: Graph, condition: str) -> list[tuple[str, ...]]:
    return sorted(tuple(map(str, row)) for row in graph.query(CONDITIONS[condition], initNs={"skos": SKOS}))


@pytest.mark.parametrize("condition", CONDITIONS)
def test_everything_published_keeps_the_integrity_condition(published: Graph, condition: str) -> None:
    assert offenders(published, condition) == []


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_planted_breach_of_the_integrity_condition_is_found(condition: str) -> None:
    sound = Graph().parse(data=SOUND)
    breached = Graph().parse(data=SOUND + PLANTED[condition])

    assert offenders(sound, condition) == []
    assert offenders(breached, condition) != []


# --- our own schemes --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def vocabularies(documents: Mapping[Path, Graph]) -> Mapping[str, Graph]:
    """Each vocabulary by its name, which is the name of its file."""
    return {path.stem: graph for path, graph in documents.items() if path.parent.name == "vocabularies"}


def concepts(graph: Graph) -> set[URIRef]:
    return {node for node in graph.subjects(RDF.type, SKOS.Concept) if isinstance(node, URIRef)}


def spoken(graph: Graph, subject: URIRef, predicate: URIRef) -> dict[str | None, str]:
    return {text.language: str(text) for text in graph.objects(subject, predicate)}


def test_a_file_holds_the_scheme_and_the_concepts_of_its_name_and_nothing_else(
    vocabularies: Mapping[str, Graph],
) -> None:
    wrong = [
        (name, str(subject))
        for name, graph in vocabularies.items()
        for subject in set(graph.subjects())
        if str(subject) != VOCABULARY + name and not str(subject).startswith(f"{VOCABULARY}{name}#")
    ]

    assert vocabularies
    assert wrong == []
    assert [n for n, g in vocabularies.items() if (URIRef(VOCABULARY + n), RDF.type, SKOS.ConceptScheme) not in g] == []


@pytest.mark.parametrize("predicate", [RDFS.label, DCTERMS.title, DCTERMS.description])
def test_every_scheme_says_what_it_lists_in_both_languages(
    vocabularies: Mapping[str, Graph], predicate: URIRef
) -> None:
    wrong = [n for n, g in vocabularies.items() if set(spoken(g, URIRef(VOCABULARY + n), predicate)) != {"zh", "en"}]

    assert wrong == []


def test_every_concept_is_labelled_alike_for_skos_and_for_everybody(vocabularies: Mapping[str, Graph]) -> None:
    wrong = [
        str(concept)
        for graph in vocabularies.values()
        for concept in concepts(graph)
        if set(graph.objects(concept, RDFS.label)) != set(graph.objects(concept, SKOS.prefLabel))
        or set(spoken(graph, concept, RDFS.label)) != {"zh", "en"}
        or len(set(graph.objects(concept, RDFS.label))) != 2
    ]

    assert wrong == []


def test_every_concept_is_defined_once_in_each_language(vocabularies: Mapping[str, Graph]) -> None:
    wrong = [
        str(concept)
        for graph in vocabularies.values()
        for concept in concepts(graph)
        if sorted(text.language for text in graph.objects(concept, SKOS.definition)) != ["en", "zh"]
    ]

    assert wrong == []


def test_every_concept_is_in_the_scheme_of_its_file_only(vocabularies: Mapping[str, Graph]) -> None:
    wrong = [
        str(concept)
        for name, graph in vocabularies.items()
        for concept in concepts(graph)
        if set(graph.objects(concept, SKOS.inScheme)) != {URIRef(VOCABULARY + name)}
    ]

    assert wrong == []


def test_a_concept_is_at_the_top_or_below_another_of_its_scheme_and_both_sides_say_so(
    vocabularies: Mapping[str, Graph],
) -> None:
    for name, graph in vocabularies.items():
        scheme = URIRef(VOCABULARY + name)
        top = set(graph.subjects(SKOS.topConceptOf, scheme))
        below = set(graph.subjects(SKOS.broader))

        assert top == set(graph.objects(scheme, SKOS.hasTopConcept)), name
        assert top | below == concepts(graph), name
        assert top & below == set(), name
        assert set(graph.objects(None, SKOS.broader)) <= concepts(graph), name
        assert set(graph.subject_objects(SKOS.narrower)) == {(b, a) for a, b in graph.subject_objects(SKOS.broader)}, (
            name
        )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_two_concepts_of_a_scheme_share_a_label(vocabularies: Mapping[str, Graph], language: str) -> None:
    wrong = [
        (name, label)
        for name, graph in vocabularies.items()
        for label, count in Counter(spoken(graph, c, SKOS.prefLabel)[language] for c in concepts(graph)).items()
        if count > 1
    ]

    assert wrong == []


def test_nothing_published_names_a_concept_that_no_vocabulary_lists(
    published: Graph, vocabularies: Mapping[str, Graph]
) -> None:
    listed = {URIRef(VOCABULARY + name) for name in vocabularies}
    listed |= {concept for graph in vocabularies.values() for concept in concepts(graph)}
    named = {node for triple in published for node in triple if str(node).startswith(VOCABULARY)}

    assert named - listed == set()
