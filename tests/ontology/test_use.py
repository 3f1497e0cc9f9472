"""Nothing is used that is not there, and everything as the ontology says; one base, no blank node, no triple twice."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from pathlib import Path

import pytest
from rdflib import OWL, RDF, RDFS, SH, SKOS, XSD, BNode, Graph, Literal, Namespace, URIRef

from cppcc_graph import terms

BASE = "https://w3id.org/cppcc-graph/"
ONTOLOGY = BASE + "ontology#"
SCHEMA = Namespace("https://schema.org/")
# The languages in which ontology and shapes are written. They are not restated; SHACL is checked on its own.
LANGUAGES = (str(RDF), str(RDFS), str(OWL), str(XSD), str(SH))
# Predicates whose object names a term of a vocabulary.
TERM_VALUED = (
    RDF.type,
    RDF.predicate,
    RDFS.subClassOf,
    RDFS.subPropertyOf,
    RDFS.range,
    OWL.disjointWith,
    OWL.propertyDisjointWith,
    OWL.equivalentClass,
    OWL.inverseOf,
    SCHEMA.domainIncludes,
    SCHEMA.rangeIncludes,
    SH.path,
    SH["class"],
    SH.targetClass,
    SH.targetSubjectsOf,
    SH.targetObjectsOf,
    SH.inversePath,
)


def iris(graph: Graph) -> set[str]:
    return {str(node) for triple in graph for node in triple if isinstance(node, URIRef)}


def terms_used_in(graph: Graph) -> set[str]:
    """Every IRI that *graph* uses as a term: its predicates, and what stands where a class or property is named."""
    named = {node for predicate in TERM_VALUED for node in graph.objects(None, predicate)}
    listed = {node for start in graph.objects(None, SH.path) for node in graph.items(start) if isinstance(start, BNode)}
    return {str(node) for node in {*graph.predicates(), *named, *listed} if isinstance(node, URIRef)}


def terms_used_in_query(text: str) -> set[str]:
    """Every prefixed name and IRI of a SPARQL query, expanded; strings and comments left out."""
    prefixes = dict(re.findall(r"PREFIX\s+([\w-]*):\s*<([^>]*)>", text))
    body = re.sub(r"PREFIX\s+[\w-]*:\s*<[^>]*>", " ", text)
    body = re.sub(r'"""(?s:.*?)"""|"[^"\n]*"|\'[^\'\n]*\'', " ", body)
    found = set(re.findall(r"<([^<>\s]+)>", body))
    body = re.sub(r"<[^<>\s]+>|#[^\n]*", " ", body)
    names = re.findall(r"(?<![\w?$@:-])([A-Za-z][\w-]*)?:([A-Za-z_][\w-]*)", body)
    return found | {prefixes[prefix] + local for prefix, local in names if prefix in prefixes}


def own_terms_used_in_code(text: str) -> set[str]:
    """Every own term that a file of code or a template spells out."""
    patterns = (
        r"ontology#([A-Za-z][\w-]*)",
        r"\bcppcc:([A-Za-z][\w-]*)",
        r"\bCPPCC\.([A-Za-z]\w*)",
        r"\bCPPCC\[\"([^\"]+)\"\]",
    )
    return {ONTOLOGY + local for pattern in patterns for local in re.findall(pattern, text)} - {
        ONTOLOGY + name for name in ("iri", "prefix", "names")
    }


def queries(root: Path) -> Iterator[Path]:
    yield from (root / "ontology" / "questions").glob("*.rq")
    yield from (root / "server" / "cppcc_graph").rglob("*.rq")


def code(root: Path) -> Iterator[Path]:
    for pattern in ("*.py", "*.html", "*.txt", "*.ru"):
        yield from (root / "server" / "cppcc_graph").rglob(pattern)


def own(found: Iterable[str]) -> set[str]:
    return {iri for iri in found if iri.startswith(ONTOLOGY) and iri != ONTOLOGY}


def borrowed(found: Iterable[str]) -> set[str]:
    return {iri for iri in found if not iri.startswith((BASE, *LANGUAGES))}


# --- every term used is defined ---------------------------------------------------------------


def test_every_own_term_in_a_turtle_file_is_defined(documents: Mapping[Path, Graph], model: Graph) -> None:
    known = {str(term) for term in model.subjects(SKOS.definition)} | {str(t) for t in model.subjects(RDFS.isDefinedBy)}
    unknown = {(str(path), iri) for path, graph in documents.items() for iri in own(iris(graph)) - known}

    assert unknown == set()


def test_every_own_term_in_a_query_is_defined(root: Path, model: Graph) -> None:
    known = {str(term) for term in model.subjects(RDFS.isDefinedBy)}
    unknown = {(path.name, iri) for path in queries(root) for iri in own(terms_used_in_query(path.read_text())) - known}

    assert unknown == set()


def test_every_own_term_in_a_query_of_a_shape_is_defined(documents: Mapping[Path, Graph], model: Graph) -> None:
    known = {str(term) for term in model.subjects(RDFS.isDefinedBy)}
    shapes = [graph for path, graph in documents.items() if "shapes" in path.parts]
    prefixes = {(prefix, iri) for graph in shapes for prefix, iri in declared(graph)}
    head = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in sorted(prefixes))
    texts = [text for graph in shapes for form in (SH.select, SH.ask) for text in graph.objects(None, form)]
    used = {iri for text in texts for iri in own(terms_used_in_query(head + text))}

    assert used
    assert used - known == set()


def declared(graph: Graph) -> Iterator[tuple[str, str]]:
    """The prefixes that the shapes declare to their queries. Spec: SHACL, section 5.2.1."""
    for subject, prefix in graph.subject_objects(SH.prefix):
        yield str(prefix), str(graph.value(subject, SH.namespace))


def test_every_own_term_that_a_text_names_is_defined(documents: Mapping[Path, Graph], model: Graph) -> None:
    """Notes and messages send their readers to terms by their prefixed names."""
    known = {str(term) for term in model.subjects(RDFS.isDefinedBy)}
    named = {
        (str(path), ONTOLOGY + local)
        for path, graph in documents.items()
        for text in set(graph.objects())
        if isinstance(text, Literal)
        for local in re.findall(r"\bcppcc:([A-Za-z][\w-]*)", text)
    }

    assert named
    assert {(where, iri) for where, iri in named if iri not in known} == set()


def test_every_own_term_in_code_and_templates_is_defined(root: Path, model: Graph) -> None:
    known = {str(term) for term in model.subjects(RDFS.isDefinedBy)}
    unknown = {(path.name, iri) for path in code(root) for iri in own_terms_used_in_code(path.read_text()) - known}

    assert unknown == set()


def test_every_borrowed_term_in_use_is_restated(documents: Mapping[Path, Graph], root: Path) -> None:
    restated = {str(term) for term in documents[Path("ontology/borrowed.ttl")].subjects(RDF.type)}
    used = {(str(path), iri) for path, graph in documents.items() for iri in borrowed(terms_used_in(graph))}
    namespaces = tuple({re.sub(r"[\w-]+$", "", iri) for iri in borrowed(restated)})
    asked = {
        (path.name, iri)
        for path in queries(root)
        for iri in borrowed(terms_used_in_query(path.read_text()))
        if iri.startswith(namespaces)
    }

    assert {(where, iri) for where, iri in used | asked if iri not in restated} == set()


def test_nothing_is_restated_that_nobody_uses(documents: Mapping[Path, Graph], root: Path) -> None:
    restated = {str(term) for term in documents[Path("ontology/borrowed.ttl")].subjects(RDF.type)}
    used = {iri for graph in documents.values() for iri in terms_used_in(graph)}
    used |= {iri for path in queries(root) for iri in terms_used_in_query(path.read_text())}

    assert borrowed(restated) - used == set()


def test_every_shacl_term_is_one_of_the_specification(documents: Mapping[Path, Graph]) -> None:
    """A misspelt ``sh:dataType`` is silently no rule; rdflib's closed namespace knows the real ones."""
    used = {iri for graph in documents.values() for iri in iris(graph) if iri.startswith(str(SH))}

    assert used
    assert [iri for iri in used if iri not in SH] == []


def test_a_misspelt_shacl_term_would_be_noticed() -> None:
    assert "http://www.w3.org/ns/shacl#datatype" in SH
    assert "http://www.w3.org/ns/shacl#dataType" not in SH


def test_a_term_in_a_query_is_recognised_in_every_spelling() -> None:
    found = terms_used_in_query(
        "PREFIX cppcc: <https://w3id.org/cppcc-graph/ontology#>\n"
        "# cppcc:commented\n"
        'SELECT ?x { ?x cppcc:hostedBy|^cppcc:runBy/<https://w3id.org/cppcc-graph/ontology#level> "cppcc:quoted" }'
    )

    assert found == {ONTOLOGY + "hostedBy", ONTOLOGY + "runBy", ONTOLOGY + "level"}


# --- the terms are used as they say -----------------------------------------------------------


def classes_of(graph: Graph, node: URIRef | Literal) -> set[URIRef]:
    """What *node* is: its types and their superclasses, or the datatype of a literal."""
    if isinstance(node, Literal):
        return {node.datatype or (RDF.langString if node.language else XSD.string)}
    return {
        kind for stated in graph.objects(node, RDF.type) for kind in graph.transitive_objects(stated, RDFS.subClassOf)
    }


def test_the_data_link_only_what_the_ontology_says_a_property_links(
    published: Graph, model: Graph, own_properties: frozenset[URIRef]
) -> None:
    wrong = set()
    for term in own_properties:
        subjects, objects = (
            set(model.objects(term, SCHEMA.domainIncludes)),
            set(model.objects(term, SCHEMA.rangeIncludes)),
        )
        for subject, value in published.subject_objects(term):
            if not classes_of(published, subject) & subjects:
                wrong.add((str(term), "subject", str(subject)))
            if not classes_of(published, value) & objects:
                wrong.add((str(term), "object", str(value)))

    assert wrong == set()


def test_every_property_that_statements_speak_of_is_a_stated_property(published: Graph) -> None:
    spoken_of = set(published.objects(None, RDF.predicate))
    stated = set(published.subjects(RDF.type, URIRef(ONTOLOGY + "StatedProperty")))

    assert spoken_of - stated == set()


# --- one base, no blank nodes, no triple twice ------------------------------------------------


def test_one_base_in_all_files(documents: Mapping[Path, Graph]) -> None:
    elsewhere = {
        iri
        for graph in documents.values()
        for iri in iris(graph)
        if ("cppcc-graph" in iri or "w3id.org" in iri) and not iri.startswith(BASE)
    }

    assert elsewhere == set()
    assert terms.BASE == BASE


def test_a_prefix_means_the_same_everywhere(documents: Mapping[Path, Graph], root: Path) -> None:
    """Except ``this``, which each vocabulary uses for its own concepts."""
    pattern = re.compile(r"^(?:@prefix|PREFIX)\s+([\w-]+):\s*<([^>]*)>", re.MULTILINE)
    meanings = {
        pair
        for path in (*(root / name for name in documents), *queries(root))
        for pair in pattern.findall(path.read_text())
        if pair[0] != "this"
    }
    ambiguous = [prefix for prefix, count in Counter(prefix for prefix, _ in meanings).items() if count > 1]

    assert ambiguous == []
    assert {prefix: iri for prefix, iri in meanings if terms.PREFIXES.get(prefix, iri) != iri} == {}


def test_there_is_no_blank_node_outside_the_shapes(published: Graph) -> None:
    assert [triple for triple in published if any(isinstance(node, BNode) for node in triple)] == []


@pytest.mark.slow
def test_no_triple_stands_in_two_files(documents: Mapping[Path, Graph]) -> None:
    """Published graphs must not overlap: their union is counted as a bag by the engine."""
    twice = [
        (str(first), str(second), triple)
        for (first, one), (second, other) in combinations(documents.items(), 2)
        for triple in one
        if triple in other and not any(isinstance(node, BNode) for node in triple)
    ]

    assert twice == []
