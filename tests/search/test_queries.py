"""The table of words and what they find first (``queries.tsv``)."""

from pathlib import Path

import pytest

LINES = Path(__file__).with_name("queries.tsv").read_text(encoding="utf-8").splitlines()
QUERIES = [line.split("\t")[:2] for line in LINES if not line.startswith("#")]
NOTHING = "-"


def test_the_table_is_long_and_repeats_nothing():
    assert len(QUERIES) >= 80
    assert len({words for words, _first in QUERIES}) == len(QUERIES)


@pytest.mark.parametrize(("words", "expected"), QUERIES)
def test_words_find_first_what_is_meant(first, words, expected):
    hits = first(words)

    assert hits[0].iri.endswith(f"/{expected}") if hits else expected == NOTHING, hits[:3]
