"""Shapes and ontology say the same of each property of ours: which classes carry it, and what it points at."""

from collections.abc import Iterable

from rdflib import OWL, RDF, RDFS, SH, SKOS, Graph, Namespace, URIRef
from rdflib.term import Node

CPPCC = Namespace("https://w3id.org/cppcc-graph/ontology#")
SCHEMA = Namespace("https://schema.org/")


def below(terms: Graph, classes: Iterable[Node]) -> set[Node]:
    """The classes of ours and the borrowed ones that are *classes* or below them."""
    return {sub for top in classes for sub in terms.transitive_subjects(RDFS.subClassOf, top)}


def admitted(shapes: Graph, shape: Node) -> set[Node]:
    """The classes that *shape* demands of a node, itself or through other named shapes."""
    found = set(shapes.objects(shape, SH["class"]))
    for other in shapes.objects(shape, SH.node):
        found |= admitted(shapes, other)
    for start in shapes.objects(shape, SH["or"]):
        for alternative in shapes.items(start):
            found |= admitted(shapes, alternative)
    return found


def carriers(shapes: Graph, terms: Graph, prop: Node) -> set[Node]:
    """Every class whose closed shape lists *prop*, narrowed by the rules on who may carry it."""
    listing = {owner for shape in shapes.subjects(SH.path, prop) for owner in shapes.subjects(SH.property, shape)}
    listing |= {owner for owner, start in shapes.subject_objects(SH.ignoredProperties) if prop in shapes.items(start)}
    closed = {owner for owner in listing if (owner, SH.closed, None) in shapes}
    classes = {target for owner in closed for target in shapes.objects(owner, SH.targetClass)}
    found = below(terms, classes)
    for rule in shapes.subjects(SH.targetSubjectsOf, prop):
        if admitted(shapes, rule):
            found &= below(terms, admitted(shapes, rule))
    return found


def pointed_at(shapes: Graph, terms: Graph, prop: Node) -> set[Node]:
    """The classes and datatypes that the value of *prop* may have by the shapes that say so."""
    kinds: set[Node] = set()
    for shape in shapes.subjects(SH.path, prop):
        kinds |= admitted(shapes, shape) | set(shapes.objects(shape, SH.datatype))
    return below(terms, kinds)


def own_properties(terms: Graph) -> list[URIRef]:
    """Those that data use: a super-property is only there to be asked by."""
    kinds = (OWL.ObjectProperty, OWL.DatatypeProperty)
    ours = {p for kind in kinds for p in terms.subjects(RDF.type, kind) if str(p).startswith(str(CPPCC))}
    return sorted(ours - set(terms.objects(None, RDFS.subPropertyOf)))


def in_vocabularies(terms: Graph) -> set[Node]:
    """Concepts are judged by list and not by closed shapes."""
    return below(terms, [SKOS.Concept])


def names(nodes: Iterable[Node]) -> list[str]:
    return sorted(str(node).rpartition("#")[2] or str(node) for node in nodes)


def test_a_property_is_carried_by_the_classes_that_the_ontology_names(shapes: Graph, terms: Graph) -> None:
    differing = {}
    for prop in own_properties(terms):
        said = below(terms, terms.objects(prop, SCHEMA.domainIncludes)) - in_vocabularies(terms)
        judged = carriers(shapes, terms, prop) - in_vocabularies(terms)
        if said != judged:
            differing[names([prop])[0]] = (names(said - judged), names(judged - said))

    assert differing == {}


def test_a_property_points_at_the_classes_that_the_ontology_names(shapes: Graph, terms: Graph) -> None:
    differing = {}
    for prop in own_properties(terms):
        said = below(terms, terms.objects(prop, SCHEMA.rangeIncludes))
        judged = pointed_at(shapes, terms, prop)
        if said != judged:
            differing[names([prop])[0]] = (names(said - judged), names(judged - said))

    assert differing == {}


def test_every_property_that_reports_state_has_a_shape(shapes: Graph, terms: Graph) -> None:
    stated = set(terms.subjects(RDF.type, CPPCC.StatedProperty))

    assert len(stated) > 40
    assert stated - set(shapes.objects(None, SH.path)) == set()


def test_every_class_of_ours_is_judged(shapes: Graph, terms: Graph) -> None:
    ours = {node for node in terms.subjects(RDF.type, OWL.Class) if str(node).startswith(str(CPPCC))}

    assert len(ours) > 20
    assert names(ours - below(terms, shapes.objects(None, SH.targetClass))) == []
