"""Search through the front door: the page, JSON, suggestions, and what is refused."""

import re

import pytest
from flask.testing import FlaskClient

from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import RDFS, Literal, NamedNode, Triple
from cppcc_graph.web import create_app

JSON = {"Accept": "application/json"}
HTML = {"Accept": "text/html"}


@pytest.fixture
def words(client: FlaskClient) -> str:
    """A name that is there."""
    return client.get("/search?q=committee&lang=en", headers=JSON).json["hits"][0]["name"]


def test_a_program_gets_json_and_a_browser_a_page(client: FlaskClient, words: str) -> None:
    told = client.get("/search", query_string={"q": words}, headers=JSON)
    page = client.get("/search", query_string={"q": words, "lang": "en"}, headers=HTML)

    assert told.content_type.startswith("application/json")
    assert told.json["hits"][0]["score"] == 100
    assert told.json["total"] >= len(told.json["hits"])
    assert page.content_type == "text/html; charset=utf-8"
    assert "<mark>" in page.text
    assert "Accept" in told.headers["Vary"]


def test_each_hit_says_where_the_words_stand(client: FlaskClient) -> None:
    hits = client.get("/search?q=comm&lang=en", headers=JSON).json["hits"]

    for hit in hits:
        text = hit["match"]["text"]
        assert {text[start:end].lower() for start, end in hit["match"]["ranges"]} == {"comm"}


def test_a_class_narrows_the_hits_and_the_page_leads_to_each(client: FlaskClient) -> None:
    everything = client.get("/search?q=mingchuan&lang=en", headers=JSON).json
    kind = everything["facets"][0]
    narrowed = client.get("/search", query_string={"q": "mingchuan", "type": kind["id"]}, headers=JSON).json

    assert narrowed["total"] == kind["count"]
    assert {kind["id"]} <= {known["id"] for hit in narrowed["hits"] for known in hit["type"]}


def test_words_are_escaped_wherever_they_come_back(client: FlaskClient) -> None:
    page = client.get("/search", query_string={"q": '"><script>alert(1)</script>'}, headers=HTML)

    assert "<script>alert" not in page.text


def test_an_answer_is_not_sent_again_to_who_has_it(client: FlaskClient) -> None:
    first = client.get("/search?q=mingchuan", headers=JSON)
    again = client.get("/search?q=mingchuan", headers={**JSON, "If-None-Match": first.headers["ETag"]})
    other = client.get("/search?q=mingchua", headers={**JSON, "If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data, other.status_code) == (304, b"", 200)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/search?q=x&page=0", 200),
        ("/search?q=x&page=-1", 400),
        ("/search?q=x&page=501", 400),
        ("/search?q=x&page=%D9%A3", 400),
        ("/search?q=x&page=99999999999999999999", 400),
        ("/search?q=" + "x" * 201, 400),
        ("/search?q=x&format=turtle", 406),
        ("/search?q=x" + "&type=a:b" * 21, 200),
        ("/search?q=x" + "".join(f"&type=a:{n}" for n in range(21)), 400),
        ("/search?q=%ff%fe%00&type=%00", 200),
        ("/suggest/entity?prefix=x&limit=101", 400),
        ("/suggest/entity?prefix=x&limit=y", 400),
        ("/suggest/entity", 200),
    ],
)
def test_odd_requests_are_answered_or_refused_in_words(client: FlaskClient, address: str, status: int) -> None:
    answer = client.get(address, headers=JSON)

    assert answer.status_code == status
    if status >= 400:
        assert answer.json["detail"]
        assert answer.content_type == "application/problem+json"


def test_suggestions_are_those_of_the_reconciliation_services(client: FlaskClient) -> None:
    answer = client.get("/suggest/entity?prefix=mingch&limit=3&lang=en")

    assert len(answer.json["result"]) == 3
    assert all({"id", "name"} <= known.keys() for known in answer.json["result"])
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_every_page_has_a_box_to_search(client: FlaskClient) -> None:
    for address in ("/", "/sparql", "/questions/"):
        page = client.get(address, headers=HTML).text
        assert 'role="search" action="/search"' in page


def test_a_name_in_the_data_runs_nothing() -> None:
    hostile = EmbeddedStore()
    thing = NamedNode("javascript:alert(1)")
    hostile.replace_graph("https://w3id.org/cppcc-graph/x", [Triple(thing, RDFS.label, Literal("<b>hostile</b> name"))])
    page = create_app(Settings(), hostile).test_client().get("/search?q=hostile", headers=HTML).text

    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    assert 'href="javascript' not in page


def test_words_found_in_the_name_are_marked_there_and_the_name_stands_once(published_client: FlaskClient) -> None:
    page = published_client.get("/search?q=提案工作制度", headers={"Accept": "text/html", "Accept-Language": "zh"})
    [first, *_others] = re.findall(r"<li>(.+?)</li>", page.text, re.DOTALL)

    assert "<mark>提案工作制度</mark></a></strong>" in first
    assert first.count("提案工作制度") == 1
