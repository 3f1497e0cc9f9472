"""
The approved answers of the given questions against their published key.

The key, ``domain/questions.json``, is not part of the project: it is looked for in the folder that ``CPPCC_SHARED``
names, by default in ``shared`` beside the checkout. Without the variable and without that folder these tests are
skipped, which fails where CI is set; a variable that leads nowhere is an error.
"""

import csv
import json
import os
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import pytest

from cppcc_graph.questions import questions

EXPECTED = Path(__file__).parent / "expected"
CHECKOUT = Path(__file__).parents[2]
VARIABLE = "CPPCC_SHARED"

Row = dict[str, str]
Names = Callable[[str], set[str]]
Json = dict[str, "Json"] | list["Json"] | str | float | bool | None
Key = dict[str, dict[str, Json]]

SLUGS = {question.header["id"]: question.slug for question in questions() if "id" in question.header}

UNITS = {"名次": "位次"}
"""The key's word for a unit, where ours is another."""

BOUNDS = {"exact": "准确", "more_than": "多于"}

LABELS = [
    ("D02", "editor", "editor"),
    ("D03", "outlet", "outlet"),
    ("D04", "meeting", "event"),
    ("D04", "convened_by", "organiser"),
    ("D04", "subjects", "topic"),
    ("D05", "visited", "visited"),
    ("D06", "founder", "founder"),
    ("D07", "parts", "part"),
    ("D10", "suggestions", "suggestion"),
    ("D10", "by", "adopter"),
    ("D11", "subjects", "topic"),
    ("D12", "named", "topic"),
    ("D17", "recipient", "recipient"),
    ("D19", "goals", "goal"),
    ("D23", "events", "event"),
    ("D28", "invited", "invited"),
]
"""Question, key and column whose distinct values are labels of the things that the key names."""

FIGURES = [
    ("D01", "activities", {"indicator": "调研视察活动场数"}, "value"),
    ("D01", "reports", {"indicator": "调研报告篇数"}, "value"),
    ("D08", "amount", {}, "value"),
    ("D13", "rank_of_micro_suggestion_reply_rate", {"ranked": "微建议办复率"}, "rank"),
    ("D13", "rank_of_works_selected", {"ranked": "入选作品件数"}, "rank"),
    ("D14", "figures", {}, "value"),
    ("D15", "six_years", {"years": "6"}, "value"),
    ("D15", "thirteen_years", {"years": "13"}, "value"),
]
"""Question, key, the rows meant, and the column that holds the value."""

DERIVED = [
    ("D12", "unnamed", "unnamed"),
    ("D20", "total", "total"),
    ("D24", "total", "total"),
    ("D30", "average", "average"),
]
STRINGS = [("D05", "post", "post"), ("D27", "levels", "mark"), ("D28", "subject", "topic")]
BOOLEANS = [("D18", "stated", "chairman"), ("D19", "done", "done")]


@pytest.fixture(scope="session")
def key() -> Key:
    """What the key says, by the question's number."""
    shared = Path(os.environ.get(VARIABLE, CHECKOUT.parent / "shared"))
    path = shared / "domain" / "questions.json"
    if VARIABLE not in os.environ and not path.is_file():
        pytest.skip(f"no folder 'shared' with the key beside the checkout; name another with {VARIABLE}")
    content = json.loads(path.read_text(encoding="utf-8"))
    return {question["id"]: question for question in content["questions"]}


@pytest.fixture(scope="session")
def names(published: list[pyoxigraph.Quad]) -> Names:
    """All Chinese names of whatever has a given label, that label included."""
    store = pyoxigraph.Store()
    store.bulk_extend(published)
    query = """
        PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
        SELECT (STR(?label) AS ?official) (STR(?name) AS ?other)
        WHERE {
          ?it rdfs:label ?label ; rdfs:label|skos:altLabel ?name
          FILTER (LANG(?label) = "zh" && LANG(?name) = "zh")
        }
    """
    found = defaultdict(set)
    for solution in store.query(query):
        found[solution["official"].value].add(solution["other"].value)
    return lambda label: found[label] | {label}


def rows(number: str) -> list[Row]:
    text = (EXPECTED / f"{SLUGS[number]}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def pair(labels: set[str], wanted: list[dict[str, Json]], names: Names) -> tuple[set[str], list[str]]:
    """The labels that no wanted thing accepts, and the wanted things that no single label answers."""
    answered = {label: [w["label"] for w in wanted if names(label) & {w["label"], *w["accept"]}] for label in labels}
    missing = [w["label"] for w in wanted if sum(w["label"] in found for found in answered.values()) != 1]
    return {label for label, found in answered.items() if len(found) != 1}, missing


@pytest.mark.parametrize(("number", "part", "column"), LABELS)
def test_the_things_named_are_those_of_the_key(number: str, part: str, column: str, key: Key, names: Names) -> None:
    labels = {row[column] for row in rows(number)} - {""}

    assert pair(labels, key[number]["answer"][part]["values"], names) == (set(), [])


@pytest.mark.parametrize(("part", "role"), [("author", "作者"), ("correspondents", "通讯员")])
def test_the_writers_are_those_of_the_key(part: str, role: str, key: Key, names: Names) -> None:
    people = {row["person"] for row in rows("D03") if row["part"] == role}

    assert pair(people, key["D03"]["answer"][part]["values"], names) == (set(), [])


@pytest.mark.parametrize(("number", "part", "chosen", "column"), FIGURES)
def test_the_figures_are_those_of_the_key(number: str, part: str, chosen: Row, column: str, key: Key) -> None:
    meant = [row for row in rows(number) if chosen.items() <= row.items()]
    wanted = key[number]["answer"][part]["values"]

    assert sorted((float(row[column]), row["unit"], row["bound"], row["figure"]) for row in meant) == sorted(
        (float(w["value"]), UNITS.get(w["unit"], w["unit"]), BOUNDS[w["bound"]], w["figure"]) for w in wanted
    )


@pytest.mark.parametrize(("number", "part", "column"), DERIVED)
def test_the_computed_numbers_are_those_of_the_key(number: str, part: str, column: str, key: Key) -> None:
    wanted = key[number]["answer"][part]

    assert {(float(row[column]), row["unit"]) for row in rows(number)} == {(float(wanted["value"]), wanted["unit"])}


@pytest.mark.parametrize(("number", "part", "column"), STRINGS)
def test_the_words_are_those_of_the_key(number: str, part: str, column: str, key: Key) -> None:
    assert {row[column] for row in rows(number)} - {""} == set(key[number]["answer"][part]["values"])


@pytest.mark.parametrize(("number", "part", "column"), BOOLEANS)
def test_the_yes_or_no_is_that_of_the_key(number: str, part: str, column: str, key: Key) -> None:
    wanted = str(key[number]["answer"][part]["value"]).lower()

    assert {row[column] for row in rows(number)} == {wanted}


def test_the_dates_are_those_of_the_key(key: Key) -> None:
    assert {row["date"] for row in rows("D02")} == {key["D02"]["answer"]["date"]["value"]}
    assert key["D29"]["answer"]["date"]["kind"] == "not stated"
    assert [(row["dated"], row["date"]) for row in rows("D29")] == [("false", "")]


def test_each_county_committee_has_the_brands_of_the_key(key: Key, names: Names) -> None:
    wanted = key["D09"]["answer"]["owner_to_brand"]["values"]
    owners = {row["committee"] for row in rows("D09")}

    assert pair(owners, [entry["key"] for entry in wanted], names) == (set(), [])
    for entry in wanted:
        theirs = {row["programme"] for row in rows("D09") if entry["key"]["label"] in names(row["committee"])}

        assert pair(theirs, entry["values"], names) == (set(), [])


def test_the_path_leads_over_the_things_of_the_key(key: Key, names: Names) -> None:
    [path] = rows("D16")
    passed = {path[column] for column in ("body", "plan", "middle", "provincial")}

    assert pair(passed, key["D16"]["answer"]["path"]["values"], names) == (set(), [])


def test_each_count_of_proposals_has_the_actor_and_the_act_of_the_key(key: Key, names: Names) -> None:
    wanted = key["D21"]["answer"]

    assert {row["value"] for row in rows("D21")} == set(wanted)
    for row in rows("D21"):
        assert pair({row["body"]}, wanted[row["value"]]["who"]["values"], names) == (set(), [])
        assert wanted[row["value"]]["act"]["values"] == [row["act"]]


def test_the_spans_of_the_two_amounts_are_those_of_the_key(key: Key) -> None:
    wanted = key["D22"]["answer"]["spans"]["values"]

    assert [(row["figure"], int(row["start"]), int(row["end"])) for row in rows("D22")] == [
        (w["figure"], w["start"], w["end"]) for w in wanted
    ]


def test_those_who_guide_and_lead_are_those_of_the_key(key: Key, names: Names) -> None:
    for part, relation in (("guides", "受…指导"), ("leads", "受…领导")):
        others = {row["other"] for row in rows("D25") if row["relation"] == relation}

        assert pair(others, key["D25"]["answer"][part]["values"], names) == (set(), [])


def test_the_activities_hosted_and_assisted_are_those_of_the_key(key: Key, names: Names) -> None:
    for part, relation in (("hosted", "由…承办"), ("assisted", "由…配合")):
        activities = {row["activity"] for row in rows("D26") if row["relation"] == relation}

        assert pair(activities, key["D26"]["answer"][part]["values"], names) == (set(), [])


def test_the_organs_and_members_at_the_conference_are_those_of_the_key(key: Key, names: Names) -> None:
    wanted = key["D27"]["answer"]
    [members] = wanted["members"]["values"]
    counted = [row for row in rows("D27") if row["members"]]
    organs = {row["group"] for row in rows("D27")} - {row["group"] for row in counted}

    assert pair(organs, wanted["organs"]["values"], names) == (set(), [])
    assert {(int(row["members"]), row["unit"]) for row in counted} == {(members["value"], members["unit"])}
    assert {row["mark"] for row in counted} == set(wanted["levels"]["values"])


@pytest.mark.parametrize("number", sorted(SLUGS))
def test_each_answer_rests_on_the_spans_of_the_key(number: str, key: Key) -> None:
    """Each span of the key is touched by a row's evidence, and each row's evidence touches a span of the key."""
    spans = [(span["start"], span["end"]) for span in key[number]["support"]]
    evidence = [(int(row["start"]), int(row["end"])) for row in rows(number)]

    assert [span for span in spans if not any(_touch(span, other) for other in evidence)] == []
    assert [span for span in evidence if not any(_touch(span, other) for other in spans)] == []


def _touch(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def test_every_part_of_the_key_is_compared(key: Key) -> None:
    compared = {(number, part) for number, part, *_ in (*LABELS, *FIGURES, *DERIVED, *STRINGS, *BOOLEANS)}
    compared |= {
        ("D02", "date"),
        ("D03", "author"),
        ("D03", "correspondents"),
        ("D09", "owner_to_brand"),
        ("D16", "path"),
    }
    compared |= {("D21", value) for value in ("19", "332", "4", "203", "12")} | {("D22", "spans"), ("D29", "date")}
    compared |= {("D25", "guides"), ("D25", "leads"), ("D26", "hosted"), ("D26", "assisted")}
    compared |= {("D27", "organs"), ("D27", "members")}

    assert {(number, part) for number, question in key.items() for part in question["answer"]} == compared
