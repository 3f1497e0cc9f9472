"""Things lead to documents, documents to evidence, evidence to the characters."""

import html
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from cppcc_graph.describe import Source, Span
from cppcc_graph.describe.things import Named
from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import NamedNode, Triple
from cppcc_graph.web import create_app
from cppcc_graph.web.quotes import quote, sentence

BASE = "https://w3id.org/cppcc-graph/"
OBSERVATION = "report/mingchuan-2033/observation/filed-proposals"
COMMITTEE = "/doc/organisation/cppcc-mingchuan"


@pytest.mark.parametrize(
    ("thing", "document"),
    [
        ("/id/organisation/cppcc-mingchuan", COMMITTEE),
        ("/report/mingchuan-2033", "/doc/report/mingchuan-2033"),
        (f"/{OBSERVATION}", f"/doc/{OBSERVATION}"),
        ("/ontology", "/doc/ontology"),
        ("/vocabulary/units", "/doc/vocabulary/units"),
        ("/id/organisation/cppcc-mingchuan?format=turtle", f"{COMMITTEE}?format=turtle"),
    ],
)
def test_a_thing_answers_303_to_its_document(client: FlaskClient, thing: str, document: str) -> None:
    answer = client.get(thing)

    assert (answer.status_code, answer.headers["Location"]) == (303, document)


@pytest.mark.parametrize(
    ("address", "accept", "content_type"),
    [
        (COMMITTEE, "text/html,*/*;q=0.8", "text/html; charset=utf-8"),
        (COMMITTEE, "*/*", "text/turtle; charset=utf-8"),
        (COMMITTEE, "application/ld+json", "application/ld+json"),
        (COMMITTEE, "application/json", "application/ld+json"),
        (COMMITTEE, "application/n-triples", "application/n-triples"),
        (f"{COMMITTEE}.ttl", "text/html", "text/turtle; charset=utf-8"),
        (f"{COMMITTEE}.jsonld", "text/html", "application/ld+json"),
        (f"{COMMITTEE}.nt", "text/html", "application/n-triples"),
        (f"{COMMITTEE}.html", "text/turtle", "text/html; charset=utf-8"),
        (f"{COMMITTEE}?format=rdfxml", "text/turtle", "application/rdf+xml"),
        ("/doc/shapes", "text/turtle", "text/turtle; charset=utf-8"),
        ("/doc/ontology", "text/turtle", "text/turtle; charset=utf-8"),
        ("/doc/vocabulary/units.jsonld", "*/*", "application/ld+json"),
    ],
)
def test_a_document_comes_in_the_format_that_was_asked_for(
    client: FlaskClient, address: str, accept: str, content_type: str
) -> None:
    answer = client.get(address, headers={"Accept": accept})

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, content_type)


def test_a_document_links_its_other_forms(client: FlaskClient) -> None:
    links = client.get(f"{COMMITTEE}.html").headers["Link"].split(", ")

    assert links[0] == f'<{BASE}id/organisation/cppcc-mingchuan>; rel="describes"'
    assert f'<{COMMITTEE}.ttl>; rel="alternate"; type="text/turtle"' in links
    assert f'<{COMMITTEE}.jsonld>; rel="alternate"; type="application/ld+json"' in links


def test_vary_tells_what_a_document_depended_on(client: FlaskClient) -> None:
    assert client.get(COMMITTEE).headers["Vary"] == "Accept"
    assert "Vary" not in client.get(f"{COMMITTEE}.ttl").headers
    assert client.get(f"{COMMITTEE}.html").headers["Vary"] == "Accept-Language, Cookie"


def test_a_document_says_both_directions_and_brings_its_evidence(client: FlaskClient) -> None:
    lines = client.get(f"/doc/{OBSERVATION}.nt").text.splitlines()
    committee = client.get(f"{COMMITTEE}.nt").text

    assert f"<{BASE}{OBSERVATION}> <{BASE}ontology#indicator> <{BASE}vocabulary/indicators#filed-proposals> ." in lines
    assert f'<{BASE}report/mingchuan-2033/span/56-60> <http://www.w3.org/ns/oa#exact> "210件" .' in lines
    assert f"<{BASE}{OBSERVATION}> <{BASE}ontology#reportedBody> <{BASE}id/organisation/cppcc-mingchuan> ." in committee


def test_a_page_shows_label_type_description_aliases_and_links(client: FlaskClient) -> None:
    text = client.get(f"{COMMITTEE}.html?lang=zh").text

    assert '<h1 class="name">中国人民政治协商会议明川市委员会</h1>' in text
    assert (
        '<a href="/ontology#Committee" title="https://w3id.org/cppcc-graph/ontology#Committee">政协委员会</a>' in text
    )
    assert "明川市的政协组织。" in text
    assert '<span lang="en">CPPCC Mingchuan</span>' in text
    assert '<a href="/report/mingchuan-2033/observation/filed-proposals"' in text


def test_a_link_that_a_report_states_leads_to_its_record(client: FlaskClient) -> None:
    text = client.get("/doc/event/river-lantern-talk.html?lang=en").text
    record = "/report/mingchuan-2033/statement/river-lantern-talk--organisedBy--cppcc-mingchuan-office"

    assert re.search(rf'Office of CPPCC Mingchuan</a> <a class="source" href="{record}">source</a>', text)


def test_a_vocabulary_page_has_an_anchor_for_each_term(client: FlaskClient) -> None:
    text = client.get("/doc/vocabulary/units.html?lang=en").text

    assert '<section class="term" id="item-jian"' in text
    assert "What proposals are counted in." in text


def test_of_many_referring_things_some_are_shown_and_all_are_a_query_away() -> None:
    crowded = EmbeddedStore()
    place, link = NamedNode(f"{BASE}id/place/somewhere"), NamedNode(f"{BASE}ontology#link")
    crowded.replace_graph(
        f"{BASE}crowd", [Triple(NamedNode(f"{BASE}id/topic/t{number}"), link, place) for number in range(41)]
    )
    client = create_app(Settings(), crowded).test_client()
    text = client.get("/doc/place/somewhere.html").text
    [everything] = re.findall(r'<a href="(/sparql[^"]+)">All 41</a>', text)

    assert text.count('<a href="/id/topic/t') == 30
    assert client.get(f"{html.unescape(everything)}&format=csv").text.count("/id/topic/t") == 41


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/doc/organisation/nobody", 404),
        ("/doc/report/mingchuan-2033/observation/none", 404),
        ("/doc/vocabulary/none", 404),
        ("/doc/nothing", 404),
        ("/doc/organisation/a%20b", 400),
        ("/doc/organisation/%3Cx%3E", 400),
        (f"{COMMITTEE}?format=csv", 406),
    ],
)
def test_what_is_unknown_or_malformed_is_told_apart(client: FlaskClient, address: str, status: int) -> None:
    assert client.get(address).status_code == status


# --- evidence -------------------------------------------------------------------------------------


def test_without_texts_a_page_shows_the_figure_and_where_it_stands(client: FlaskClient) -> None:
    text = client.get(f"/doc/{OBSERVATION}.html?lang=en").text

    assert '<blockquote lang="zh"><mark>210件</mark></blockquote>' in text
    assert "line 4, characters 56–60" in text
    assert '<a href="http://example.org/mingchuan-2033" rel="external">published original</a>' in text


def test_with_texts_a_figure_stands_highlighted_in_its_sentence(client_with_texts: FlaskClient) -> None:
    text = client_with_texts.get(f"/doc/{OBSERVATION}.html").text

    assert '<blockquote lang="zh">2033年,明川市政协立案提案<mark>210件</mark>,办复率96.4%。</blockquote>' in text


def test_a_span_without_a_quoted_string_is_shown_from_the_text(client_with_texts: FlaskClient) -> None:
    text = client_with_texts.get("/doc/report/mingchuan-2033/span/70-85.html").text

    assert "<mark>市政协办召开“河灯夜话”协商会</mark>,市水利局参加。</blockquote>" in text


def test_what_is_inferred_shows_from_what(client_with_texts: FlaskClient) -> None:
    text = client_with_texts.get("/doc/report/mingchuan-2033/observation/visits.html?lang=en").text

    assert "Inferred from:" in text
    assert "<mark>500余人次</mark>" in text
    assert "<mark>明川市政协</mark>" in text


def span(start: int, end: int, sha256: str) -> Span:
    source = Source(iri="x:t", file_name="t.txt", sha256=sha256, length=12, published=None)
    return Span(
        iri="x:s", start=start, end=end, exact=None, line=1, report=Named(iri="x:r"), is_basis=False, source=source
    )


def test_a_text_with_another_hash_is_never_quoted(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("甲乙丙。丁戊己庚辛。壬癸", encoding="utf-8")

    assert quote(span(4, 6, "0" * 64), tmp_path) is None


def test_no_folder_means_no_quote(tmp_path: Path) -> None:
    assert quote(span(4, 6, "0" * 64), None) is None
    assert quote(span(4, 6, "0" * 64), tmp_path / "missing") is None


@pytest.mark.parametrize(
    ("text", "marked", "found"),
    [
        ("甲乙。丙丁戊。己庚。", "丁", "丙丁戊。"),
        ("甲乙。丙丁戊", "丁", "丙丁戊"),
        ("甲乙\n丙丁戊\n己", "丁", "丙丁戊"),
        ("甲“乙。”丙丁!己", "丙", "丙丁!"),
        ("甲乙。丙丁。己庚。", "丁。己", "丙丁。己庚。"),
        ("甲。 丙丁。", "丁", "丙丁。"),
        ("甲乙。", "甲乙。", "甲乙。"),
    ],
)
def test_a_sentence_ends_with_its_stop_or_its_line(text: str, marked: str, found: str) -> None:
    start = text.index(marked)
    first, last = sentence(text, start, start + len(marked))

    assert text[first:last] == found
