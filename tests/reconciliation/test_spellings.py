"""Names as people write them (``spellings.tsv``): what is found, what is certain, and how often both are right."""

import json
from pathlib import Path

import pytest

LINES = Path(__file__).with_name("spellings.tsv").read_text(encoding="utf-8").splitlines()
ROWS = [line.split("\t") for line in LINES if not line.startswith("#")]
NOTHING = "-"
CERTAIN = {"official", "short", "usual", "traditional", "traditional, short", "English", "full-width"}


@pytest.fixture(scope="module")
def results(app):
    queries = {str(number): {"query": written} for number, (written, _meant, _how) in enumerate(ROWS)}
    answer = app.test_client().post("/reconcile", data={"queries": json.dumps(queries)})
    return [(*row, answer.json[str(number)]["result"]) for number, row in enumerate(ROWS)]


def slug(candidate):
    return candidate["id"].rpartition("/")[2]


def test_the_table_is_long_and_repeats_nothing():
    assert len(ROWS) >= 60
    assert len({written for written, _meant, _how in ROWS}) == len(ROWS)


def test_the_first_candidate_is_what_is_meant(results):
    """Recall of the first candidate: all of the 78 that have something meant."""
    wrong = [
        (written, meant, [(slug(known), known["score"]) for known in found[:2]])
        for written, meant, _how, found in results
        if meant != NOTHING and (not found or slug(found[0]) != meant)
    ]

    assert wrong == []


def test_what_is_certain_is_right_and_most_is_certain(results):
    """Precision of certain matches is 1; their recall is 55 of 78, as pinyin and typos are never certain."""
    certain = [(meant, slug(known)) for _w, meant, _how, found in results for known in found if known["match"]]
    n_meant = sum(meant != NOTHING for _w, meant, _how, _found in results)

    assert [pair for pair in certain if pair[0] != pair[1]] == []
    assert len(certain) >= 0.7 * n_meant


def test_an_official_or_usual_name_is_certain_in_any_script(results):
    unsure = [written for written, _meant, how, found in results if how in CERTAIN and not found[0]["match"]]

    assert unsure == []


def test_pinyin_and_typos_are_never_certain(results):
    certain = [
        written
        for written, _meant, how, found in results
        if ("pinyin" in how or "typo" in how) and any(known["match"] for known in found)
    ]

    assert certain == []


def test_three_names_of_one_party_weigh_the_same(asked):
    names = ("中国民主同盟", "民盟", "China Democratic League")
    found = asked({name: {"query": name} for name in names})

    assert [(slug(known[0]), known[0]["score"], known[0]["match"]) for known in found.values()] == [
        ("cdl", 100, True)
    ] * 3
