"""Things lead to documents, documents to evidence, evidence to the characters."""

import html
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pyoxigraph
import pytest
from flask.testing import FlaskClient
from tests.web.test_pages import words

from cppcc_graph.describe import Source, Span
from cppcc_graph.describe.things import Named
from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import Literal, NamedNode, Triple
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
    assert client.get(COMMITTEE).headers["Vary"] == "Accept-Encoding, Accept"
    assert client.get(f"{COMMITTEE}.ttl").headers["Vary"] == "Accept-Encoding"
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


# --- addresses ------------------------------------------------------------------------------------

CHINESE = f"{BASE}id/place/明川"
ESCAPED = f"{BASE}id/place/%E6%B2%B3"


@pytest.fixture(scope="module")
def odd() -> FlaskClient:
    """A client of a server whose data have IRIs that are not plain ASCII."""
    store = EmbeddedStore()
    name, label = NamedNode("http://www.w3.org/2000/01/rdf-schema#label"), Literal("明川", language="zh")
    things = [CHINESE, ESCAPED, f"{BASE}id/place/Upper", f"{BASE}id/place/é"]
    store.replace_graph(f"{BASE}entities/odd", [Triple(NamedNode(iri), name, label) for iri in things])
    return create_app(Settings(), store).test_client()


@pytest.mark.parametrize("spelling", ["明川", "%E6%98%8E%E5%B7%9D", "%e6%98%8e%E5%B7%9D", "%E6%98%8E川"])
def test_a_name_in_chinese_is_the_same_raw_and_escaped(odd: FlaskClient, spelling: str) -> None:
    thing = odd.get(f"/id/place/{spelling}")
    document = odd.get(f"/doc/place/{spelling}.nt")

    assert (thing.status_code, thing.headers["Location"]) == (303, "/doc/place/%E6%98%8E%E5%B7%9D")
    assert document.text.startswith(f"<{CHINESE}> ")
    assert f'<{BASE}id/place/%E6%98%8E%E5%B7%9D>; rel="cite-as"' in document.headers["Link"]
    assert odd.get(f"/doc/place/{spelling}.html").status_code == 200


@pytest.mark.parametrize(
    ("address", "status", "location"),
    [
        ("/id/place/明川/", 308, "/id/place/%E6%98%8E%E5%B7%9D"),
        ("/id/place/河", 308, "/id/place/%25E6%25B2%25B3"),
        ("/id/place/%25E6%25B2%25B3", 303, "/doc/place/%25E6%25B2%25B3"),
        ("/id/place/Upper", 303, "/doc/place/Upper"),
        ("/id/place/e\u0301", 308, "/id/place/%C3%A9"),
        ("/doc/place/é/", 308, "/doc/place/%C3%A9"),
        ("/id/place/é.ttl?lang=zh", 308, "/doc/place/%C3%A9.ttl?lang=zh"),
        ("/entities/odd", 303, "/doc/entities/odd"),
        ("/entities/odd/", 308, "/entities/odd"),
        ("/doc/id/place/é.nt", 308, "/doc/place/%C3%A9.nt"),
    ],
)
def test_another_spelling_leads_to_the_right_one(odd: FlaskClient, address: str, status: int, location: str) -> None:
    answer = odd.get(address)

    assert (answer.status_code, answer.headers["Location"]) == (status, location)


@pytest.mark.parametrize(
    ("address", "location"),
    [
        ("/id/organisation/CPPCC-Mingchuan", "/id/organisation/cppcc-mingchuan"),
        ("/report/mingchuan-2033//text", "/report/mingchuan-2033/text"),
        ("/ontology/", "/ontology"),
        ("/doc/organisation/cppcc-mingchuan.TTL?lang=en", f"{COMMITTEE}.ttl?lang=en"),
    ],
)
def test_a_slip_in_an_address_is_mended_for_good(client: FlaskClient, address: str, location: str) -> None:
    answer = client.get(address)

    assert (answer.status_code, answer.headers["Location"]) == (308, location)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/id/organisation/nobody", 404),
        ("/id/report/mingchuan-2033", 404),
        ("/report/mingchuan-2033/span/1-2", 404),
        ("/ontology/nothing", 404),
        ("/graph/nothing", 404),
        ("/id/organisation/a%20b", 400),
        ("/id/organisation/%FF", 400),
        ("/linkset/organisation/nobody", 404),
    ],
)
def test_no_thing_leads_to_a_document_that_does_not_exist(client: FlaskClient, address: str, status: int) -> None:
    assert client.get(address).status_code == status


def test_a_graph_of_which_nothing_is_said_has_a_page_and_a_size(odd: FlaskClient) -> None:
    text = odd.get("/doc/entities/odd.nt").text

    assert f"<{BASE}entities/odd> <http://rdfs.org/ns/void#triples> " in text
    assert '<a href="/graphs/entities/odd">all its triples</a>' in odd.get("/doc/entities/odd.html?lang=en").text


# --- signposts and validators ---------------------------------------------------------------------


def links_by_relation(header: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for target, relation in re.findall(r'<([^>]*)>; rel="([^"]*)"', header):
        found.setdefault(relation, []).append(target)
    return found


def test_a_document_is_signposted(client: FlaskClient) -> None:
    links = links_by_relation(client.get(f"/doc/{OBSERVATION}.html").headers["Link"])

    assert links["cite-as"] == links["describes"] == [f"{BASE}{OBSERVATION}"]
    assert links["type"] == ["https://schema.org/AboutPage", "http://purl.org/linked-data/cube#Observation"]
    assert links["license"] == ["https://creativecommons.org/licenses/by/4.0/"]
    assert links["collection"] == ["/doc/report/mingchuan-2033"]
    assert links["describedby"] == [f"/doc/{OBSERVATION}.{form}" for form in ("ttl", "nt", "rdf", "jsonld")]
    assert links["linkset"] == [f"/linkset/{OBSERVATION}"]
    assert links_by_relation(client.get("/doc/report/mingchuan-2033").headers["Link"])["item"] == [
        "/graphs/report/mingchuan-2033"
    ]


def test_every_signpost_on_this_server_leads_somewhere(client: FlaskClient) -> None:
    header = client.get(f"/doc/{OBSERVATION}.html").headers["Link"]
    local = [target for targets in links_by_relation(header).values() for target in targets if target[0] == "/"]

    assert len(local) > 6
    assert {client.get(target).status_code for target in local} == {200}


def test_the_set_of_links_says_the_same_and_the_way_back(client: FlaskClient) -> None:
    answer = client.get("/linkset/report/mingchuan-2033")
    header = links_by_relation(client.get("/doc/report/mingchuan-2033").headers["Link"])
    landing = "http://localhost/doc/report/mingchuan-2033"
    own, *others = answer.json["linkset"]

    assert answer.headers["Content-Type"] == "application/linkset+json"
    assert own.pop("anchor") == landing
    assert {relation: len(targets) for relation, targets in own.items()} == {
        relation: len(targets) for relation, targets in header.items() if relation != "linkset"
    }
    back = {"href": landing, "type": "text/html"}
    assert {"anchor": f"{landing}.ttl", "describes": [back]} in others
    assert {"anchor": "http://localhost/graphs/report/mingchuan-2033", "collection": [back]} in others


@pytest.mark.parametrize("suffix", ["html", "ttl", "jsonld"])
def test_a_client_that_has_a_document_is_told_so(client: FlaskClient, suffix: str) -> None:
    first = client.get(f"{COMMITTEE}.{suffix}")
    again = client.get(f"{COMMITTEE}.{suffix}", headers={"If-None-Match": first.headers["ETag"]})
    other = client.get(f"{COMMITTEE}.{suffix}?lang=zh", headers={"If-None-Match": '"other"'})

    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert set(again.headers["Vary"].split(", ")) >= set(first.headers.get("Vary", "Accept-Encoding").split(", "))
    assert other.status_code == 200


def test_the_tag_of_a_page_tells_languages_apart(client: FlaskClient) -> None:
    tags = [client.get(f"{COMMITTEE}.html?lang={language}").headers["ETag"] for language in ("en", "zh", "en")]

    assert tags[0] == tags[2] != tags[1]


def test_a_document_tells_when_the_data_changed(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    client.get(f"{COMMITTEE}.ttl")
    seen = client.application.extensions["seen"]
    monkeypatch.setattr(seen, "at", datetime(2003, 5, 1, 8, tzinfo=UTC))
    then = client.get(f"{COMMITTEE}.ttl").headers["Last-Modified"]

    assert then == "Thu, 01 May 2003 08:00:00 GMT"
    assert client.get(f"{COMMITTEE}.ttl", headers={"If-Modified-Since": then}).status_code == 304
    both = {"If-Modified-Since": then, "If-None-Match": '"other"'}
    assert client.get(f"{COMMITTEE}.ttl", headers=both).status_code == 200
    before = {"If-Modified-Since": "Thu, 01 May 2003 07:59:59 GMT"}
    assert client.get(f"{COMMITTEE}.ttl", headers=before).status_code == 200


# --- what a page tells of figures -----------------------------------------------------------------


def cells(text: str) -> list[list[str]]:
    rows = re.findall(r"<tr>(<th scope=\"row\">.*?)</tr>", text, re.DOTALL)
    return [[words(cell) for cell in re.split(r"</t[hd]>", row)][:-1] for row in rows]


def test_a_page_shows_the_figures_of_a_body_with_bounds_units_and_evidence(published_client: FlaskClient) -> None:
    address = "/doc/organisation/cppcc-hengyang-county.html"

    assert cells(published_client.get(f"{address}?lang=en").text)[0] == [
        "Money raised",
        "more than 15,000,000",
        "yuan (CNY)",
        "The six years up to 2024",
        "Hengyang County Committee of the CPPCC",
        "“1500余万元”",
    ]
    assert cells(published_client.get(f"{address}?lang=zh").text)[0][1:3] == ["多于 15,000,000", "元"]


def test_what_goes_without_saying_is_not_said(client: FlaskClient) -> None:
    text = client.get(f"{COMMITTEE}.html?lang=en").text
    rows = cells(text)

    assert next(row for row in rows if "210" in row[1])[1] == "210"
    assert not any(mark in row[5] for row in rows for mark in ("done", "stated"))


def test_a_figure_is_not_told_twice_on_the_page_of_what_it_concerns(client: FlaskClient) -> None:
    assert client.get(f"{COMMITTEE}.html").text.count(f'href="/{OBSERVATION}"') == 1


def test_what_is_inferred_or_planned_says_so(client: FlaskClient, published_client: FlaskClient) -> None:
    figure = client.get("/doc/report/mingchuan-2033/observation/visits.html?lang=en").text
    member = published_client.get("/doc/organisation/cppcc-hengyang-county.html?lang=en").text
    plan = published_client.get("/doc/organisation/cppcc-hengyang.html?lang=en").text

    assert re.search(r'<p><span class="mark"><a href="/vocabulary/certainties#inferred"', figure)
    assert re.search(r'source</a> <span class="mark"><a href="/vocabulary/certainties#inferred"[^>]*>inferred', member)
    assert re.search(r'source</a> <span class="mark"><a href="/vocabulary/statuses#planned"[^>]*>planned', plan)


def block(text: str) -> dict[str, object]:
    [found] = re.findall(r'<script type="application/ld\+json">\n(.*?)\n</script>', text, re.DOTALL)
    return json.loads(found)


def test_a_page_tells_programs_what_schema_org_can_say(published_client: FlaskClient) -> None:
    """Types and properties come from the alignments; nothing has to be fetched to read them."""
    told = block(published_client.get("/doc/event/hunan-tourism-conference-3.html?lang=en").text)

    assert told["@context"] == {"@vocab": "https://schema.org/"}
    assert (told["@id"], told["@type"]) == (f"{BASE}id/event/hunan-tourism-conference-3", ["Event"])
    assert {"@id": f"{BASE}id/place/hengyang"} in told["location"]
    assert len(list(pyoxigraph.parse(json.dumps(told), format=pyoxigraph.RdfFormat.JSON_LD))) > 5


def test_nothing_in_the_data_ends_the_block_or_becomes_markup() -> None:
    store, name = EmbeddedStore(), NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    hostile = '</script><script>alert("&")</script><!--'
    thing, other = NamedNode(f"{BASE}id/place/x"), NamedNode("javascript:alert(1)")
    said = [Triple(thing, name, Literal(hostile, language="en")), Triple(thing, NamedNode("http://ex.org/p"), other)]
    store.replace_graph(f"{BASE}graph/x", said)
    text = create_app(Settings(), store).test_client().get("/doc/place/x.html?lang=en").text

    assert block(text)["name"] == {"@value": hostile, "@language": "en"}
    assert hostile not in text
    assert "<script>" not in text
    assert 'href="javascript' not in text


def test_a_document_about_shapes_tells_all_of_their_paths_and_lists(published_client: FlaskClient) -> None:
    lines = published_client.get("/doc/shapes.nt").text.splitlines()
    named_by = {part for line in lines for part in re.findall(r" (_:\w+) \.$", line)}
    told = {line.split(" ")[0] for line in lines if line.startswith("_:")}

    assert len(told) > 100
    assert told == named_by
