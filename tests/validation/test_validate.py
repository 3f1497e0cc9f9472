"""The judgement of a small graph by small shapes. The committee is invented."""

import json
from pathlib import Path

import pyoxigraph
import pytest
from rdflib import RDF, SH, Graph

from cppcc_graph.converter import graph_of
from cppcc_graph.validation import BadShapes, validate

PREFIXES = """
@prefix cppcc: <https://w3id.org/cppcc-graph/ontology#> .
@prefix cppccsh: <https://w3id.org/cppcc-graph/shapes#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@base <https://w3id.org/cppcc-graph/> .
"""
SHAPES = """
cppccsh:Claim a sh:NodeShape ; sh:targetClass cppcc:Claim ; sh:property cppccsh:Claim-status .
cppccsh:Claim-status sh:path cppcc:status ; sh:minCount 1 ; dcterms:identifier "R7" ;
    sh:message "给出一个状态。"@zh , "Give it a status."@en .
cppccsh:Report a sh:NodeShape ; sh:targetClass cppcc:Report ; sh:severity sh:Warning ; sh:sparql cppccsh:Report-plans .
cppccsh:Report-plans dcterms:identifier "R9" ;
    sh:message "{?value}:计划不算已完成。"@zh , "{?value}: a plan is not done."@en ;
    sh:select '''SELECT $this ?value WHERE {
        ?value <https://w3id.org/cppcc-graph/ontology#statedIn> $this ;
               <https://w3id.org/cppcc-graph/ontology#status> "planned-and-done" }''' .
"""
DATA = """
cppcc:Observed rdfs:subClassOf cppcc:Claim .
<report/xinglan-2031> a cppcc:Report .
<report/xinglan-2031/observation/filed> a cppcc:Observed ; rdfs:label "立案"@zh , "Filed"@en ;
    cppcc:statedIn <report/xinglan-2031> ; cppcc:status "done" ; cppcc:evidence <report/xinglan-2031/span/47-69> .
<report/xinglan-2031/span/47-69> oa:start 47 ; oa:end 69 .
"""
WITHOUT_STATUS = ('cppcc:status "done" ; ', "")
PLANNED = ('cppcc:status "done"', 'cppcc:status "planned-and-done"')


def graph(turtle):
    return Graph().parse(data=PREFIXES + turtle, format="turtle")


def judged(*changes, shapes=SHAPES):
    data = DATA
    for old, new in changes:
        assert old in data
        data = data.replace(old, new)
    return validate(graph(data), graph(shapes))


def test_data_that_keep_the_shapes_conform():
    report = judged()

    assert report.conforms
    assert report.findings == ()
    assert report.summary() == ("conforms: 0 violations, 0 warnings, 0 infos; 2 nodes looked at under 2 rules")


def test_a_finding_tells_node_property_rule_spans_and_what_to_do():
    [finding] = judged(WITHOUT_STATUS).findings

    assert (finding.severity, finding.rule, finding.path) == ("Violation", "R7", "cppcc:status")
    assert finding.focus == "https://w3id.org/cppcc-graph/report/xinglan-2031/observation/filed"
    assert (finding.label_zh, finding.label_en) == ("立案", "Filed")
    assert (finding.message_zh, finding.message_en) == ("给出一个状态。", "Give it a status.")
    assert finding.evidence == ("47–69",)
    assert finding.component == "MinCountConstraintComponent"


def test_a_text_with_a_base_direction_is_no_text_with_a_language_alone():
    """rdflib knows no base directions; it must not be told that there is none."""
    label = "sh:path rdfs:label ; sh:datatype <http://www.w3.org/1999/02/22-rdf-syntax-ns#langString> ; sh:message 'x'"
    shapes = graph(f"cppccsh:C sh:targetSubjectsOf rdfs:label ; sh:property [ {label} ] .")

    def n_findings(text):
        data = f"<x:a> <http://www.w3.org/2000/01/rdf-schema#label> {text} ."
        triples = [quad.triple for quad in pyoxigraph.parse(data, format=pyoxigraph.RdfFormat.TURTLE)]
        return len(validate(graph_of(triples), shapes).findings)

    assert [n_findings("'x'@en"), n_findings("'x'@en--ltr"), n_findings("'x'")] == [0, 1, 1]


def test_a_rule_that_looks_at_a_whole_report_tells_the_offender_and_not_the_report():
    [finding] = judged(PLANNED).findings

    assert finding.focus == "https://w3id.org/cppcc-graph/report/xinglan-2031/observation/filed"
    assert (finding.severity, finding.rule, finding.evidence) == ("Warning", "R9", ("47–69",))
    assert (finding.message_zh, finding.message_en) == (
        f"<{finding.focus}>:计划不算已完成。",
        f"<{finding.focus}>: a plan is not done.",
    )


def test_a_graph_with_warnings_only_does_not_conform():
    report = judged(PLANNED)

    assert not report.conforms
    assert dict(report.counts) == {"Violation": 0, "Warning": 1, "Info": 0}


def test_the_turtle_is_a_w3c_validation_report():
    report = Graph().parse(data=judged(WITHOUT_STATUS).as_turtle(), format="turtle")

    [node] = report.subjects(RDF.type, SH.ValidationReport)
    assert report.value(node, SH.conforms).toPython() is False
    assert len(list(report.objects(node, SH.result))) == 1


def test_the_json_holds_counts_and_findings():
    told = json.loads(judged(WITHOUT_STATUS).as_json())

    assert told["conforms"] is False
    assert told["counts"] == {"Violation": 1, "Warning": 0, "Info": 0}
    assert told["findings"][0]["rule"] == "R7"


@pytest.mark.parametrize(("language", "message"), [("zh", "给出一个状态。"), ("en", "Give it a status.")])
def test_the_table_speaks_the_language_asked_for_and_fits_its_width(language, message):
    table = judged(WITHOUT_STATUS).as_table(width=100, language=language)

    assert message in table
    assert "R7" in table
    assert max(len(line) for line in table.splitlines()) <= 100


def test_the_data_are_not_changed_by_judging():
    data = graph(DATA)
    before = set(data)
    validate(data, graph(SHAPES))

    assert set(data) == before


def test_a_misspelt_shacl_term_is_refused_with_the_right_one():
    with pytest.raises(BadShapes, match=r"sh:dataType in <https.*Claim-status> .*did you mean sh:datatype\?"):
        judged(shapes=SHAPES.replace("sh:minCount 1", "sh:dataType xsd:string"))


def test_shapes_without_a_target_are_refused():
    with pytest.raises(BadShapes, match="no shape with a target"):
        judged(shapes="cppccsh:Claim a sh:NodeShape .")


def test_an_ill_formed_shape_is_refused_in_words():
    with pytest.raises(BadShapes, match="the shapes cannot be used"):
        judged(shapes=SHAPES.replace("sh:minCount 1", "sh:minCount 1 , 2"))


def test_a_rule_in_broken_sparql_is_refused_with_its_name():
    with pytest.raises(BadShapes, match=r"the query of <https.*Report-plans> does not parse: .*WHE"):
        judged(shapes=SHAPES.replace("SELECT $this ?value WHERE", "SELECT $this ?value WHEN"))


def test_a_rule_with_an_undeclared_prefix_is_refused_with_its_name():
    with pytest.raises(BadShapes, match=r"the query of <https.*Report-plans> does not parse: .*[Pp]refix"):
        judged(shapes=SHAPES.replace("<https://w3id.org/cppcc-graph/ontology#status>", "nowhere:status"))


def test_a_rule_with_declared_prefixes_is_used():
    declared = """
    <shapes> a owl:Ontology ; sh:declare [ sh:prefix "c" ;
        sh:namespace "https://w3id.org/cppcc-graph/ontology#"^^xsd:anyURI ] .
    cppccsh:Report-plans sh:prefixes <shapes> ."""
    shapes = SHAPES.replace("<https://w3id.org/cppcc-graph/ontology#status>", "c:status") + declared

    assert [finding.rule for finding in judged(PLANNED, shapes=shapes).findings] == ["R9"]


def test_imports_are_never_followed(tmp_path):
    imported = tmp_path / "more.ttl"
    imported.write_text(PREFIXES + "<a> a cppcc:Claim .", encoding="utf-8")
    imports = f"<ontology> a owl:Ontology ; owl:imports <{Path(imported).as_uri()}> ."

    assert validate(graph(DATA + imports), graph(SHAPES + imports)).conforms


PATHS = [
    ("sh:path ( cppcc:evidence oa:start )", "cppcc:evidence/oa:start"),
    ("sh:path [ sh:inversePath cppcc:statedIn ]", "^cppcc:statedIn"),
    ("sh:path [ sh:alternativePath ( rdfs:comment rdfs:seeAlso ) ]", "(rdfs:comment|rdfs:seeAlso)"),
    ("sh:path [ sh:zeroOrMorePath rdfs:seeAlso ]", "rdfs:seeAlso*"),
]


@pytest.mark.parametrize(("path", "shown"), PATHS)
def test_a_path_is_shown_as_sparql_writes_it(path, shown):
    shapes = f"cppccsh:P a sh:NodeShape ; sh:targetClass cppcc:Observed ; sh:property [ {path} ; sh:minCount 5 ] ."
    [finding] = judged(shapes=shapes).findings

    assert finding.path == shown
