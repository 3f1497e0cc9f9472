"""``server/SECURITY.md`` names tests that exist, and leaves out no item of the standard."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "server" / "SECURITY.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/.]+)::(\w+)`", PAGE)
LEVEL_1 = {
    "2.1": "1 2 3 4 5 6 7 8 9 10 11 12",
    "2.2": "1 2 3",
    "2.3": "1",
    "2.5": "1 2 3 4 5 6",
    "2.7": "1 2 3 4",
    "2.8": "1",
    "3.1": "1",
    "3.2": "1 2 3",
    "3.3": "1 2",
    "3.4": "1 2 3 4 5",
    "3.7": "1",
    "4.1": "1 2 3 5",
    "4.2": "1 2",
    "4.3": "1 2",
    "5.1": "1 2 3 4 5",
    "5.2": "1 2 3 4 5 6 7 8",
    "5.3": "1 2 3 4 5 6 7 8 9 10",
    "5.5": "1 2 3 4",
    "6.2": "1",
    "7.1": "1 2",
    "7.4": "1",
    "8.2": "1 2 3",
    "8.3": "1 2 3 4",
    "9.1": "1 2 3",
    "10.3": "1 2 3",
    "11.1": "1 2 3 4 5",
    "12.1": "1",
    "12.3": "1 2 3 4 5",
    "12.4": "1 2",
    "12.5": "1 2",
    "12.6": "1",
    "13.1": "1 3",
    "13.2": "1 2 3",
    "13.3": "1",
    "14.2": "1 2 3",
    "14.3": "2 3",
    "14.4": "1 2 3 4 5 6 7",
    "14.5": "1 2 3",
}
"""The requirements of level 1 by section. Source: OWASP ASVS 4.0.3, chapters V2 to V14."""


@pytest.mark.parametrize(("path", "name"), NAMED, ids=lambda part: part)
def test_a_test_that_the_page_names_exists(path, name):
    assert re.search(rf"^def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)


def test_every_row_of_what_is_met_names_a_test():
    rows = [line for line in part("Met").splitlines() if re.match(r"\| \d", line)]

    assert len(rows) > 30
    assert [row for row in rows if "::test_" not in row] == []


def test_every_item_of_level_1_stands_on_the_page_once():
    every = [f"{section}.{number}" for section, numbers in LEVEL_1.items() for number in numbers.split()]
    told = [item for name in ("Met", "Without an object here", "Not met") for item in items(part(name))]

    assert sorted(told) == sorted(every)


def part(heading: str) -> str:
    """The text below a heading; of a table, what stands in its first column."""
    return re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)[1]


def items(text: str) -> list[str]:
    """The items that rows and points of a list begin with, ranges written out."""
    starts = re.findall(r"^(?:\| |- )([0-9., –\n]+?)(?=[:|])", text, re.MULTILINE)
    found = []
    for first, last in re.findall(r"(\d+\.\d+\.\d+)(?:–(\d+\.\d+\.\d+))?", " ".join(starts)):
        section, number = first.rsplit(".", 1)
        end = int(last.rsplit(".", 1)[1]) if last else int(number)
        found += [f"{section}.{n}" for n in range(int(number), end + 1)]
    return found
