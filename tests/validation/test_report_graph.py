"""The report that goes to another process. The committee is invented."""

import json
import pickle
from pathlib import Path

from rdflib import DCTERMS, RDF, RDFS, SH, Graph, Literal, Namespace, URIRef

from cppcc_graph.store.patch import Patch
from cppcc_graph.terms import BASE, BlankNode, NamedNode, Quad
from cppcc_graph.terms import Literal as EngineLiteral
from cppcc_graph.validation import blank_node_findings, report_as_ntriples, skolemised, validate

OA = Namespace("http://www.w3.org/ns/oa#")
FILED = URIRef(f"{BASE}report/xinglan-2031/observation/filed")
PREFIXES = """
@prefix cppcc: <https://w3id.org/cppcc-graph/ontology#> .
@prefix cppccsh: <https://w3id.org/cppcc-graph/shapes#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@base <https://w3id.org/cppcc-graph/> .
"""
SHAPES = """
cppccsh:Claim a sh:NodeShape ; sh:targetClass cppcc:Claim ; sh:property cppccsh:Claim-status .
cppccsh:Claim-status sh:path ( cppcc:status rdfs:seeAlso ) ; sh:minCount 1 ; dcterms:identifier "R7" ;
    sh:message "给出一个状态。"@zh , "Give it a status."@en .
"""
DATA = """
<report/xinglan-2031/observation/filed> a cppcc:Claim ; rdfs:label "立案"@zh , "Filed"@en ;
    cppcc:evidence <report/xinglan-2031/span/47-69> .
<report/xinglan-2031/span/47-69> oa:start 47 ; oa:end 69 .
"""
UNNAMED = Patch(
    added=(
        Quad(BlankNode("b"), NamedNode(str(RDFS.label)), EngineLiteral("茶", language="zh"), NamedNode("http://g")),
        Quad(NamedNode("http://a"), NamedNode("http://p"), BlankNode("b"), NamedNode("http://g")),
    ),
    removed=(Quad(BlankNode("c"), NamedNode("http://p"), NamedNode("http://a"), NamedNode("http://g")),),
)


def graph(turtle):
    return Graph().parse(data=PREFIXES + turtle, format="turtle")


def told(*more):
    return Graph().parse(data=report_as_ntriples(validate(graph(DATA), graph(SHAPES)), more), format="nt")


def test_a_result_has_the_terms_of_the_standard_and_what_a_curator_needs():
    report = told()
    [result] = report.subjects(RDF.type, SH.ValidationResult)

    assert report.value(predicate=SH.result, object=result) == report.value(
        predicate=RDF.type, object=SH.ValidationReport
    )
    assert report.value(result, SH.focusNode) == FILED
    assert report.value(result, SH.sourceShape) == URIRef(f"{BASE}shapes#Claim-status")
    assert report.value(result, SH.sourceConstraintComponent) == SH.MinCountConstraintComponent
    assert report.value(result, SH.resultSeverity) == SH.Violation
    assert report.value(result, DCTERMS.identifier) == Literal("R7")
    assert set(report.objects(result, SH.resultMessage)) == {
        Literal("给出一个状态。", lang="zh"),
        Literal("Give it a status.", lang="en"),
    }


def test_a_path_of_several_steps_is_whole():
    report = told()
    [path] = report.objects(None, SH.resultPath)

    assert [str(step).rpartition("#")[2] for step in report.items(path)] == ["status", "seeAlso"]


def test_the_node_to_correct_has_its_labels_and_the_result_its_place_in_the_text():
    report = told()
    [place] = report.objects(None, OA.hasSelector)

    assert {str(label) for label in report.objects(FILED, RDFS.label)} == {"立案", "Filed"}
    assert (int(report.value(place, OA.start)), int(report.value(place, OA.end))) == (47, 69)


def test_what_crosses_to_another_process_is_plain():
    report = validate(graph(DATA), graph(SHAPES))

    assert json.loads(json.dumps(report.as_dict()))["findings"][0]["rule"] == "R7"
    assert b"rdflib" not in pickle.dumps((report.as_dict(), report_as_ntriples(report)))


def test_each_blank_node_that_comes_in_is_a_violation_with_its_label():
    [finding] = blank_node_findings(UNNAMED)

    assert (finding.rule, finding.severity, finding.focus, finding.label_zh) == ("R236", "Violation", "_:b", "茶")
    assert finding.message_zh
    assert finding.message_en


def test_a_report_with_such_a_violation_does_not_conform():
    report = told(*blank_node_findings(UNNAMED))
    [result] = report.subjects(DCTERMS.identifier, Literal("R236"))

    assert (None, SH.conforms, Literal(False)) in report
    assert str(report.value(report.value(result, SH.focusNode), RDFS.label)) == "茶"


def test_blank_nodes_that_come_in_get_names_and_keep_what_is_said_of_them():
    patch = skolemised(UNNAMED)
    named = patch.added[0].subject

    assert named.value.startswith(f"{BASE}.well-known/genid/")
    assert patch.added[1].object == named
    assert patch.removed == UNNAMED.removed
    assert blank_node_findings(patch) == ()


def test_two_patches_never_get_the_same_names():
    assert skolemised(UNNAMED).added != skolemised(UNNAMED).added


def test_a_patch_without_blank_nodes_stays_as_it_is():
    patch = skolemised(UNNAMED)

    assert skolemised(patch) is patch


def test_the_curators_guide_has_the_rule_on_blank_nodes_and_no_shape_has_its_number():
    root = Path(__file__).parents[2]
    shapes = "".join(path.read_text(encoding="utf-8") for path in (root / "ontology" / "shapes").glob("*.ttl"))

    assert "R236" in (root / "data" / "README.md").read_text(encoding="utf-8").partition("<!-- end: rules -->")[2]
    assert '"R235"' in shapes
    assert '"R236"' not in shapes
