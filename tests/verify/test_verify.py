"""
A graph against its text. The committee, its year and its report are invented.

Each test changes one string of a graph that agrees with its text, and reads what is told about it.
"""

import json
from hashlib import sha256
from pathlib import Path
from shutil import copy

import pytest
from rdflib import Graph

from cppcc_graph.errors import BadSource
from cppcc_graph.verify import verify

HERE = Path(__file__).parent / "fictional"
TURTLE = (HERE / "xinglan-2031.ttl").read_text(encoding="utf-8")
NAMES = "statement/lamp-talk--organisedBy--cppcc-xinglan-office"


def verified(*changes, texts=HERE):
    """The verification after each of *changes* (old, new) was made once in the Turtle."""
    turtle = TURTLE
    for old, new in changes:
        assert old in turtle, f"the fixture does not hold {old!r}"
        turtle = turtle.replace(old, new, 1)
    return verify(Graph().parse(data=turtle, format="turtle"), texts)


def problems(*changes):
    """(check, last part of the IRI, message) of every problem."""
    [report] = verified(*changes).reports
    return [(problem.check, problem.iri.rsplit("/", 1)[-1], problem.message) for problem in report.problems]


def test_a_graph_that_agrees_with_its_text_is_sound():
    verification = verified()

    assert verification.is_sound
    assert {name: (check.n_sound, check.total) for name, check in verification.reports[0].checks.items()} == {
        "paragraphs": (5, 5),
        "spans": (14, 14),
        "edges": (14, 14),
        "figures": (5, 5),
        "dates": (2, 2),
        "names": (9, 9),
    }


CHANGES = [
    # figures
    (('"120"^^xsd:decimal', '"121"^^xsd:decimal'), "figures", "“120件”: value 121, printed 120"),
    (('"2000000"^^xsd:decimal', '"200"^^xsd:decimal'), "figures", "value 200, printed 2000000"),
    (("bounds#more-than", "bounds#exact"), "figures", "“200余万元”: bound exact, printed more-than"),
    (("units#percent> ;", "units#item-jian> ;"), "figures", "unit printed as 件, here %"),
    (('printedForm "第"', 'printedForm "名"'), "figures", "unit printed as 名, here 第"),
    (('oa:exact "第三" ;', ""), "figures", "no figure string in the evidence"),
    # dates
    (
        ('"2031-03-05"^^xsd:date', '"2031-05-03"^^xsd:date'),
        "dates",
        "2031-05-03 is stated, the evidence prints ????-03-05",
    ),
    (('"2031-03-05"^^xsd:date', '"2030-03-05"^^xsd:date'), "dates", "no span that it is inferred from prints 2030"),
    (("certainties#inferred", "certainties#stated"), "dates", "the year 2031 is not printed with the date"),
    # spans and paragraphs
    (('oa:exact "120件"', 'oa:exact "120场"'), "spans", "quotes “120场”, the text has “120件”"),
    (("cppcc:paragraphNumber 7", "cppcc:paragraphNumber 6"), "paragraphs", "is not line 6"),
    (("cppcc:paragraphNumber 7", "cppcc:paragraphNumber 70"), "paragraphs", "there is no line 70"),
    # names
    (
        ("rdf:object <id/organisation/cppcc-xinglan-office>", "rdf:object <id/organisation/cppcc-xinglan>"),
        "names",
        "whom neither its evidence nor that sentence names",
    ),
    (
        ("reportedBody <id/organisation/leaders>", "reportedBody <id/organisation/cppc-xinglan>"),
        "names",
        "whom neither its evidence nor that sentence names",
    ),
    (
        ("reportedBody <id/organisation/league-xinglan>", "reportedBody <id/organisation/cppc-xinglan>"),
        "names",
        "whom neither its evidence nor that sentence names",
    ),
]


@pytest.mark.parametrize(("change", "check", "message"), CHANGES)
def test_one_change_in_the_graph_is_told_by_the_check_it_concerns(change, check, message):
    found = problems(change)

    assert found[0][0] == check
    assert message in found[0][2]


def test_a_moved_span_is_told_with_the_place_where_its_string_stands():
    [report] = verified(
        ('/span/65-69> a cppcc:TextSpan ;\n    oa:start "65"', '/span/65-69> a cppcc:TextSpan ;\n    oa:start "64"')
    ).reports

    assert report.problems[0].message == "quotes “120件”, the text has “案120件”"
    assert report.problems[0].advice == "the string stands at 65–69"
    assert (report.problems[0].start, report.problems[0].end) == (64, 69)


def test_a_span_beyond_the_end_of_the_text_is_told():
    [found] = [message for check, _, message in problems(('oa:end "116"', 'oa:end "999"')) if check == "spans"]

    assert found.endswith("999 is no stretch of a text of 153 code points")


def test_a_span_in_another_paragraph_than_it_names_is_told():
    found = problems(
        ("paragraph/4> .\n\n<report/xinglan-2031/span/47-69", "paragraph/5> .\n\n<report/xinglan-2031/span/47-69")
    )

    assert [check for check, _, _ in found] == ["spans"]
    assert "is outside its paragraph 103–142" in found[0][2]


def test_a_span_whose_iri_says_other_offsets_is_told():
    exact = '/span/79-84> a cppcc:TextSpan ;\n    oa:start "79"'
    found = problems((exact, exact.replace('"79"', '"80"')))

    assert found == [("spans", "79-84", "the IRI does not end in 80-84")]


EDGES = [
    ("47-60", "48-60", "48 lies inside the name 星澜市政协"),
    ("103-125", "103-126", "125 is a separating mark"),
    ("47-69", "46-69", "46 is a separating mark"),
    ("85-101", "86-101", "86 lies inside the name 市委"),
]


@pytest.mark.parametrize(("old", "new", "message"), EDGES)
def test_a_span_whose_edge_is_inside_a_name_or_on_a_mark_is_told(old, new, message):
    (old_start, old_end), (start, end) = old.split("-"), new.split("-")
    span = (
        f'/span/{old}> a cppcc:TextSpan ;\n    oa:start "{old_start}"^^xsd:nonNegativeInteger ;\n    oa:end "{old_end}"'
    )
    moved = f'/span/{new}> a cppcc:TextSpan ;\n    oa:start "{start}"^^xsd:nonNegativeInteger ;\n    oa:end "{end}"'
    used = f"cppcc:evidence <report/xinglan-2031/span/{old}>"
    pairs = [(span, moved)] + [(used, used.replace(old, new))] * (used in TURTLE)

    assert ("edges", new, message) in problems(*pairs)


def test_a_span_whose_edge_is_inside_a_number_is_told():
    span = "<report/xinglan-2031/span/66-69> a cppcc:TextSpan ; oa:start 66 ; oa:end 69 ; "
    more = span + "cppcc:inParagraph <report/xinglan-2031/paragraph/4> .\n<report/xinglan-2031/span/65-69> a"

    assert problems(("<report/xinglan-2031/span/65-69> a", more)) == [("edges", "66-69", "66 lies inside a number")]


def test_a_line_without_a_paragraph_is_told():
    found = problems(
        ("<report/xinglan-2031/paragraph/7> a cppcc:Paragraph", "<report/xinglan-2031/paragraph/7> a cppcc:Thing")
    )

    assert found == [("paragraphs", "7", "line 7 has no paragraph")]


def test_a_unit_and_its_body_may_both_be_read_from_the_units_name():
    found = problems(("rdf:subject <id/event/lamp-talk>", "rdf:subject <id/organisation/cppcc-xinglan>"))

    assert found == []


def test_a_name_inside_a_longer_one_counts_where_the_statement_says_that_it_is_inferred_from_it():
    to_body = ("rdf:object <id/organisation/cppcc-xinglan-office>", "rdf:object <id/organisation/cppcc-xinglan>")
    from_name = (
        "cppcc:certainty <vocabulary/certainties#stated> ;\n    cppcc:evidence <report/xinglan-2031/span/108-116>",
        "cppcc:inferredFrom <report/xinglan-2031/span/108-113> ; cppcc:evidence <report/xinglan-2031/span/108-116>",
    )
    span = (
        "<report/xinglan-2031/span/108-116> a",
        """<report/xinglan-2031/span/108-113> a cppcc:TextSpan ; oa:start 108 ; oa:end 113 ;
            cppcc:inParagraph <report/xinglan-2031/paragraph/5> .
        <report/xinglan-2031/span/108-116> a""",
    )

    assert [check for check, _, _ in problems(to_body)] == ["names"]
    assert problems(to_body, from_name, span) == []


def test_an_event_that_the_text_does_not_name_is_known_by_its_own_evidence_in_the_sentence():
    unnamed = ('"座谈会"@zh', '"夜间谈话"@zh')
    elsewhere = (
        "cppcc:evidence <report/xinglan-2031/span/103-125> .",
        "cppcc:evidence <report/xinglan-2031/span/85-101> .",
    )

    assert problems(unnamed) == []
    assert [(check, iri) for check, iri, _ in problems(unnamed, elsewhere)] == [
        ("dates", "lamp-talk"),
        ("names", "lamp-talk--organisedBy--cppcc-xinglan-office"),
    ]


def test_a_publication_date_that_no_dateline_prints_is_told():
    found = problems(('"2032-01-08"^^xsd:date', '"2032-01-09"^^xsd:date'))

    assert found == [("dates", "xinglan-2031", "issued 2032-01-09, the dateline prints 2032-01-08")]


def test_a_date_of_an_event_may_be_qualified_by_a_statement_of_its_own():
    certain = ("certainties#inferred", "certainties#stated")
    statement = (
        "<id/event/lamp-talk> a cppcc:Event",
        """<report/xinglan-2031/statement/lamp-talk--startDate--2031-03-05> a cppcc:Statement ;
            rdf:subject <id/event/lamp-talk> ; rdf:predicate schema:startDate ; rdf:object "2031-03-05"^^xsd:date ;
            cppcc:certainty <vocabulary/certainties#inferred> ;
            cppcc:inferredFrom <report/xinglan-2031/span/41-46> ;
            cppcc:evidence <report/xinglan-2031/span/103-125> .
        <id/event/lamp-talk> a cppcc:Event""",
    )

    assert [check for check, _, _ in problems(certain)] == ["dates"]
    assert problems(certain, statement) == []


def test_a_text_with_another_hash_verifies_nothing(tmp_path):
    (tmp_path / "xinglan-2031.txt").write_text("另一篇文章", encoding="utf-8")
    [report] = verified(texts=tmp_path).reports

    assert report.checks == {}
    assert [problem.check for problem in report.problems] == ["text"]
    assert f"its SHA-256 is {sha256('另一篇文章'.encode()).hexdigest()}" in report.problems[0].message


def test_a_missing_text_is_told_with_the_folder_and_the_name(tmp_path):
    [report] = verified(texts=tmp_path).reports

    assert report.problems[0].message == (
        f"{tmp_path} holds no file xinglan-2031.txt, and none with its SHA-256; put the published text there"
    )


def test_a_text_under_another_name_is_found_by_its_hash(tmp_path):
    copy(HERE / "xinglan-2031.txt", tmp_path / "copy.txt")

    assert verified(texts=tmp_path).is_sound


def test_a_wrong_length_is_told():
    [report] = verified(('length "153"', 'length "152"')).reports

    assert report.problems[0].message.startswith("the graph says 152 code points, xinglan-2031.txt has 153")


def test_a_folder_that_is_none_is_an_error_with_its_path(tmp_path):
    with pytest.raises(BadSource, match="nowhere: is not a folder"):
        verified(texts=tmp_path / "nowhere")


def test_a_graph_without_reports_is_not_called_sound():
    verification = verify(Graph(), HERE)

    assert not verification.is_sound
    assert "no report in the data" in verification.as_table()


def test_the_table_counts_what_was_checked_and_fits_its_width():
    table = verified().as_table(width=80)

    assert "xinglan-2031" in table
    assert "14/14" in table
    assert max(len(line) for line in table.splitlines()) <= 80


def test_the_table_tells_iri_offsets_and_what_to_do():
    table = verified(('"120"^^xsd:decimal', '"121"^^xsd:decimal')).as_table(width=200)

    assert "figures at 65–69: “120件”: value 121, printed 120" in table
    assert "https://w3id.org/cppcc-graph/report/xinglan-2031/observation/filed-proposals" in table
    assert "→ correct the observation, or point at its figure" in table


def test_the_json_holds_counts_and_problems():
    told = json.loads(verified(('"120"^^xsd:decimal', '"121"^^xsd:decimal')).as_json())

    assert told["sound"] is False
    assert told["reports"][0]["checks"]["figures"] == {"sound": 4, "total": 5}
    assert told["reports"][0]["problems"][0]["iri"].endswith("/observation/filed-proposals")
