"""What stands for each line, of an invented report."""

import json
from pathlib import Path

import pytest
from rdflib import Graph

from cppcc_graph.errors import CppccError, UnknownEntity
from cppcc_graph.verify.coverage import coverage
from cppcc_graph.verify.coverage_table import as_json, as_markdown, as_table

HERE = Path(__file__).parent / "fictional"
TURTLE = (HERE / "xinglan-2031.ttl").read_text(encoding="utf-8")
TEXT = (HERE / "xinglan-2031.txt").read_text(encoding="utf-8")
KINDS = """
<https://w3id.org/cppcc-graph/vocabulary/paragraph-kinds#furniture> rdfs:label "页面附件"@zh ;
    skos:definition "网页的附件，不属于报告。"@zh .
"""


@pytest.fixture
def report():
    [covered] = coverage(Graph().parse(data=TURTLE + KINDS, format="turtle"), HERE)
    return covered


def line(report, number):
    [found] = [each for each in report.lines if each.number == number]
    return found


def test_a_line_is_counted_by_kind_of_node(report):
    assert {kind: line(report, 4).count(kind) for kind in ("observation", "statement", "event")} == {
        "observation": 4,
        "statement": 1,
        "event": 0,
    }
    assert (line(report, 5).count("observation"), line(report, 5).count("event")) == (1, 1)


def test_the_share_counts_letters_and_digits_under_evidence(report):
    fifth = line(report, 5)

    assert (fifth.n_covered, fifth.n_total, fifth.percent) == (34, 34, 100)
    assert fifth.gaps == ()


def test_what_nothing_stands_for_is_told_as_stretches_without_the_punctuation_around_them(report):
    [gap] = line(report, 4).gaps

    assert TEXT[slice(*gap)] == "2031年"
    assert [TEXT[slice(*gap)] for gap in line(report, 2).gaps] == ["发布时间:2032-01-08 编辑:云岭政协报"]


def test_a_line_without_anything_tells_what_such_a_line_is(report):
    seventh = line(report, 7)

    assert seventh.standing == ()
    assert (seventh.kind, seventh.reason) == ("页面附件", "网页的附件，不属于报告。")


def test_the_markdown_lists_lines_nodes_and_reasons_and_no_sentence(report):
    markdown = as_markdown(report)

    assert "- 7 (页面附件): 网页的附件，不属于报告。" in markdown
    assert "- 65–69 observation [120件](<https://w3id.org/cppcc-graph/report/xinglan-2031/observation/filed" in markdown
    assert "立案提案120件" not in markdown
    assert markdown == as_markdown(report)


def test_the_table_fits_its_width_and_tells_what_is_left_over(report):
    table = as_table([report], width=80)

    assert "41–46" in table
    assert max(len(row) for row in table.splitlines()) <= 80


def test_the_json_holds_the_lines(report):
    [told] = json.loads(as_json([report]))

    assert told["lines"][0]["number"] == 1
    assert told["lines"][2]["gaps"] == [[41, 46]]


def test_one_report_may_be_asked_for_and_an_unknown_one_is_told():
    graph = Graph().parse(data=TURTLE, format="turtle")
    iri = "https://w3id.org/cppcc-graph/report/xinglan-2031"

    assert [covered.iri for covered in coverage(graph, HERE, report_iri=iri)] == [iri]
    with pytest.raises(UnknownEntity, match="nowhere"):
        coverage(graph, HERE, report_iri="https://w3id.org/cppcc-graph/report/nowhere")


def test_a_missing_text_is_an_error_and_no_empty_coverage(tmp_path):
    with pytest.raises(CppccError, match=r"holds no file xinglan-2031\.txt"):
        coverage(Graph().parse(data=TURTLE, format="turtle"), tmp_path)
