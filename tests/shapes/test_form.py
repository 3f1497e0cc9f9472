"""The shapes as documents: numbered, named, told in two languages, well-formed SHACL, and of no one place."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from pyshacl import validate
from rdflib import DCTERMS, OWL, RDF, RDFS, SH, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from cppcc_graph.validation import check_shapes

FOLDER = Path(__file__).parents[2] / "ontology" / "shapes"
SHAPES = "https://w3id.org/cppcc-graph/shapes#"
TOLD = (RDFS.label, SH.name, SH.description, SH.message)
NUMBERED_LIKE_THIS = re.compile(r"R[1-9][0-9]*")


def numbered(shapes: Graph) -> set[Node]:
    return set(shapes.subjects(DCTERMS.identifier, None))


def languages(texts: Iterable[Node]) -> list[str]:
    return sorted(str(text.language) for text in texts if isinstance(text, Literal))


def all_shapes(shapes: Graph) -> set[Node]:
    return {shape for kind in (SH.NodeShape, SH.PropertyShape) for shape in shapes.subjects(RDF.type, kind)}


def test_every_rule_has_a_number_of_its_own(shapes: Graph) -> None:
    numbers = [str(number) for number in shapes.objects(None, DCTERMS.identifier)]

    assert len(numbers) > 200
    assert len(set(numbers)) == len(numbers)
    assert [number for number in numbers if not NUMBERED_LIKE_THIS.fullmatch(number)] == []


def test_every_rule_is_told_once_in_chinese_and_once_in_english(shapes: Graph) -> None:
    lacking = [
        (str(shape), str(predicate))
        for shape in numbered(shapes)
        for predicate in TOLD
        if languages(shapes.objects(shape, predicate)) != ["en", "zh"]
    ]

    assert lacking == []


def test_every_rule_has_its_severity_and_its_place_in_a_form(shapes: Graph) -> None:
    severities = {shapes.value(shape, SH.severity) for shape in numbered(shapes)}
    orders = [int(str(order)) for order in shapes.objects(None, SH.order)]

    assert severities <= {SH.Violation, SH.Warning, SH.Info}
    assert len(set(orders)) == len(orders) == len(numbered(shapes))


def test_every_shape_is_named_by_an_iri_of_ours(shapes: Graph) -> None:
    assert [shape for shape in all_shapes(shapes) if not str(shape).startswith(SHAPES)] == []
    assert {
        type(node) for predicate in (SH.property, SH.node, SH["not"]) for node in shapes.objects(None, predicate)
    } == {URIRef}


def test_a_shape_without_a_number_is_labelled_and_used(shapes: Graph) -> None:
    helpers = all_shapes(shapes) - numbered(shapes)
    listed = {node for start in shapes.objects(None, SH["or"]) for node in shapes.items(start)}
    listed |= {node for start in shapes.objects(None, SH.xone) for node in shapes.items(start)}
    references = (SH.property, SH.node, SH["not"], SH.qualifiedValueShape)
    used = listed | {node for predicate in references for node in shapes.objects(None, predicate)}
    targets = (SH.targetClass, SH.targetNode)
    with_target = {shape for shape in helpers if any((shape, target, None) in shapes for target in targets)}

    assert sorted(str(shape) for shape in helpers - used - with_target) == []
    assert [shape for shape in helpers if languages(shapes.objects(shape, RDFS.label)) != ["en", "zh"]] == []


def test_an_unnumbered_shape_with_a_target_judges_nothing_itself(shapes: Graph) -> None:
    """Its results would carry no number: it only gathers numbered property shapes."""
    own = {RDF.type, RDFS.label, SH.name, SH.description, SH.targetClass, SH.targetNode, SH.property}
    judging = [
        str(shape)
        for target in (SH.targetClass, SH.targetNode)
        for shape in shapes.subjects(target, None)
        if shape not in numbered(shapes) and set(shapes.predicates(shape, None)) - own
    ]

    assert judging == []


def test_a_set_wise_rule_runs_once_for_a_report_a_data_set_or_the_graph(shapes: Graph) -> None:
    """A query costs some ten milliseconds for each focus node: none may be asked of every statement or figure."""
    targets = {
        target
        for shape in shapes.subjects(SH.sparql, None)
        for predicate in (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
        for target in shapes.objects(shape, predicate)
    }

    assert targets == {
        URIRef("https://w3id.org/cppcc-graph/ontology#Report"),
        URIRef("http://purl.org/linked-data/cube#DataSet"),
        URIRef("https://w3id.org/cppcc-graph/ontology"),
    }


def test_blank_nodes_only_hold_lists_and_paths(shapes: Graph) -> None:
    blank = {node for node in shapes.subjects() if isinstance(node, BNode)}
    about = {predicate for node in blank for predicate in shapes.predicates(node, None)}

    assert about == {RDF.first, RDF.rest, SH.inversePath, SH.alternativePath}


def test_the_shapes_are_ready_to_judge(shapes: Graph) -> None:
    """Every sh: term is SHACL's and every query parses: a misspelt term is silently no rule."""
    check_shapes(shapes)


@pytest.mark.slow
def test_the_shapes_conform_to_the_shapes_of_shacl(shapes: Graph) -> None:
    conforms, _, told = validate(Graph(), shacl_graph=shapes, meta_shacl=True)

    assert conforms, told


def test_each_file_begins_with_what_it_is_about() -> None:
    first_lines = {path.name: path.read_text(encoding="utf-8").splitlines()[0] for path in FOLDER.glob("*.ttl")}

    assert {name: line for name, line in first_lines.items() if not re.match(r"# [A-Z].*[^.]$", line)} == {}


def test_no_shape_names_a_place_a_body_or_a_person(shapes: Graph, vocabularies: Graph) -> None:
    """The rules hold for any committee: they point at terms and code lists, never at an entity or a report."""
    entities = re.compile(r"^https://w3id\.org/cppcc-graph/(id|report)/\w")
    iris = {str(node) for triple in shapes for node in triple if isinstance(node, URIRef)}
    concepts = {iri for iri in iris if iri.startswith("https://w3id.org/cppcc-graph/vocabulary/")}
    texts = "\n".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.ttl"))

    assert [iri for iri in iris if entities.match(iri)] == []
    assert [iri for iri in concepts if (URIRef(iri), RDF.type, None) not in vocabularies] == []
    assert re.findall(r"衡阳|湖南|[Hh]engyang|[Hh]unan|2024", texts) == []


def test_the_shapes_graph_says_what_it_is(shapes: Graph) -> None:
    header = URIRef("https://w3id.org/cppcc-graph/shapes")

    assert (header, RDF.type, OWL.Ontology) in shapes
    assert languages(shapes.objects(header, DCTERMS.title)) == ["en", "zh"]
