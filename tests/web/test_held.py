"""What an answer holds is what a reader gets: no format loses anything without a word, and no failure is unchanged."""

from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest

NOT_PARSED = "SELECT * {"


def get(client, query, **headers):
    return client.get(f"/sparql?query={quote(query)}", headers=headers)


@pytest.mark.parametrize(
    "query", [NOT_PARSED, "SELECT (<x:f>(1) AS ?y) {}", "SELECT * { SERVICE <http://127.0.0.1:1/> {} }"]
)
def test_a_failure_is_never_unchanged(published_client, query):
    """RFC 9110, section 13.2.1: preconditions are not evaluated where the answer would be no success."""
    failed = get(published_client, query, **{"If-None-Match": "*"})

    assert failed.status_code in (400, 403)
    assert "ETag" not in failed.headers


def test_a_query_that_is_posted_is_answered_again(published_client):
    asked = {"query": "ASK {}"}
    tag = get(published_client, "ASK {}").headers["ETag"]

    assert published_client.post("/sparql", data=asked, headers={"If-None-Match": tag}).status_code == 200


def test_a_carriage_return_survives_xml(published_client):
    """XML 1.0, section 2.11: a raw one would be read as a line feed."""
    answer = get(published_client, 'SELECT ("a\\rb" AS ?x) {}', Accept="application/sparql-results+xml")

    assert [node.text for node in ET.fromstring(answer.data).iter() if node.tag.endswith("literal")] == ["a\rb"]


@pytest.mark.parametrize("character", ["\\u0001", "\\uFFFE"])
def test_a_character_that_no_xml_can_hold_is_refused_in_words(published_client, character):
    answer = get(published_client, f'SELECT ("a{character}b" AS ?x) {{}}', Accept="application/sparql-results+xml")

    assert answer.status_code == 406
    assert answer.json["supported"] == ["json", "csv", "tsv", "excel-csv"]


def test_a_triple_term_does_not_go_into_json_ld(published_client):
    query = "CONSTRUCT { <a:a> <a:b> <<( <a:s> <a:p> <a:o> )>> } {}"
    answer = get(published_client, query, Accept="application/ld+json")

    assert answer.status_code == 406


def test_a_silent_service_keeps_its_variables(published_client):
    """SPARQL 1.1 Federated Query, section 2.3: one solution that binds none of them."""
    answer = get(published_client, "SELECT * { SERVICE SILENT <http://127.0.0.1:1/> { ?s ?p ?o } }")

    assert sorted(answer.json["head"]["vars"]) == ["o", "p", "s"]
    assert answer.json["results"]["bindings"] == [{}]
