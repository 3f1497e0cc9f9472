"""A client with a cache of its own: requests with CacheControl asks again with If-None-Match, and is never wrong."""

import re
from collections.abc import Iterator
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
import requests
from cachecontrol import CacheControl

pytestmark = pytest.mark.slow

FIGURES = "research-activities-and-reports"
NAMES = "SELECT ?name { ?s <http://example.org/name> ?name } ORDER BY ?name"
AS_CSV = {"Accept": "text/csv"}


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with CacheControl(requests.Session()) as cached:
        yield cached


@pytest.fixture
def statuses(caplog: pytest.LogCaptureFixture):
    """The status of every answer that came over the network, in order."""
    caplog.set_level("DEBUG", logger="urllib3.connectionpool")
    return lambda: [int(found[1]) for line in caplog.messages if (found := re.search(r'HTTP/1.1" (\d+)', line))]


def write(endpoint: str, name: str) -> None:
    update = f"INSERT DATA {{ <x:s> <http://example.org/name> '{name}' }}"
    with urlopen(endpoint, data=urlencode({"update": update}).encode(), timeout=10):
        pass


@pytest.mark.parametrize("coding", ["identity", "gzip"])
def test_the_second_answer_is_a_304_and_the_same_text(endpoint, question, session, statuses, coding):
    asked = {"params": {"query": question(FIGURES)}, "headers": {**AS_CSV, "Accept-Encoding": coding}}
    first, second = session.get(endpoint, **asked), session.get(endpoint, **asked)

    assert statuses() == [200, 304]
    assert second.text == first.text
    assert "中国人民政治协商会议衡阳市委员会,2024年,调研视察活动场数,286,场,准确,286场,1043,1047" in second.text


def test_formats_and_codings_of_one_query_are_never_mixed_up(endpoint, session, statuses):
    asked = {"query": "SELECT ('政协' AS ?x) {}"}
    csv = session.get(endpoint, params=asked, headers=AS_CSV)
    json = session.get(endpoint, params=asked, headers={"Accept": "application/sparql-results+json"})
    again = session.get(endpoint, params=asked, headers=AS_CSV)

    assert (csv.text, again.text) == ("x\r\n政协\r\n", "x\r\n政协\r\n")
    assert json.json()["results"]["bindings"] == [{"x": {"type": "literal", "value": "政协"}}]
    assert statuses() == [200, 200, 200]  # it keeps one answer for each address


def test_the_named_formats_are_documents_of_their_own(endpoint, session, statuses):
    addresses = [{"query": "SELECT ('政协' AS ?x) {}", "format": name} for name in ("csv", "tsv", "csv", "tsv")]
    texts = [session.get(endpoint, params=asked).text for asked in addresses]

    assert texts == ["x\r\n政协\r\n", '?x\n"政协"\n'] * 2
    assert statuses() == [200, 200, 304, 304]


def test_after_a_change_the_new_answer_comes(bare, session, statuses):
    texts = []
    for name in ("甲", "乙"):
        write(bare, name)
        texts += [session.get(bare, params={"query": NAMES}, headers=AS_CSV).text for _ in range(2)]

    assert texts == ["name\r\n甲\r\n"] * 2 + ["name\r\n乙\r\n甲\r\n"] * 2
    assert statuses() == [200, 304, 200, 304]


@pytest.mark.parametrize("function", ["NOW()", "RAND()", "UUID()", "STRUUID()", "BNODE()"])
def test_what_differs_each_time_is_asked_each_time(endpoint, session, statuses, function):
    asked = {"query": f"SELECT ({function} AS ?x) {{}}"}
    answers = [session.get(endpoint, params=asked, headers=AS_CSV) for _ in range(2)]

    assert statuses() == [200, 200]
    assert ["ETag" in answer.headers for answer in answers] == [False, False]


def test_a_failure_is_never_answered_from_a_cache(endpoint, session, statuses):
    answers = [session.get(endpoint, params={"query": "SELECT {"}, headers=AS_CSV) for _ in range(2)]

    assert statuses() == [400, 400]
    assert answers[0].text == answers[1].text
