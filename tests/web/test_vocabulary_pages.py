"""The ontology, the vocabularies and the shapes as their own documentation: definitions, examples, uses and rules."""

import html
import re
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import Literal, NamedNode, Triple
from cppcc_graph.web import create_app
from cppcc_graph.web.diagram import link_diagram

BASE = "https://w3id.org/cppcc-graph/"
USES = """
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
SELECT (COUNT(*) AS ?n) {
  { ?s ?p ?term FILTER(?p NOT IN (rdf:subject, rdf:predicate, rdf:object)) } UNION { ?s ?term ?o }
  VALUES ?term { <%s> }
  FILTER(REGEX(STR(?s), "^https://w3id.org/cppcc-graph/(id|report)/"))
}
"""


def term(text: str, anchor: str) -> str:
    """The section about one term."""
    found = re.search(rf'<section class="term" id="{anchor}".*?</section>', text, re.DOTALL)
    assert found is not None, anchor
    return html.unescape(found[0])


@pytest.fixture
def pages(published_client: FlaskClient) -> dict[str, str]:
    addresses = ("ontology", "shapes", "vocabulary/units", "vocabulary/statuses")
    return {name: published_client.get(f"/doc/{name}.html?lang=en").text for name in addresses}


@pytest.mark.parametrize(
    ("page", "anchor"),
    [
        ("ontology", "organisedBy"),
        ("ontology", "Committee"),
        ("vocabulary/units", "person-times"),
        ("vocabulary/statuses", "planned"),
    ],
)
def test_a_term_tells_how_often_the_data_use_it(
    pages: dict[str, str], published: EmbeddedStore, page: str, anchor: str
) -> None:
    """As often as a query counts that is written here again."""
    [row] = published.select(USES % f"{BASE}{page}#{anchor}")
    [told] = re.findall(r">([\d,]+) times</a>", term(pages[page], anchor))

    assert int(told.replace(",", "")) == int(row["n"].value) > 0


def test_a_term_has_definition_example_note_and_what_it_links(pages: dict[str, str]) -> None:
    organised = term(pages["ontology"], "organisedBy")

    assert "convenes it and bears the main responsibility" in organised
    assert "2024 Hengyang Entrepreneurs Conference" in organised
    assert "No actor is both organiser and host of one event" in organised
    assert '<a href="/ontology#Event"' in organised
    assert 'aria-label="event, programme → organised by → ' in organised.lower()


def test_a_term_shows_things_that_use_it_by_name(pages: dict[str, str]) -> None:
    committee = term(pages["ontology"], "Committee")

    assert re.search(
        r'such as at <a href="/id/organisation/[^"]+" title="[^"]+">[^<]*Committee of the CPPCC</a>', committee
    )


def test_a_term_names_the_rules_that_judge_it_and_they_name_it(pages: dict[str, str]) -> None:
    kind = term(pages["ontology"], "programmeKind")
    rule = term(pages["shapes"], "Programme-kind")

    assert '<a href="/shapes#Programme-kind"' in kind
    assert "R193 Kind of programme" in kind
    assert '<a href="/ontology#programmeKind"' in rule
    assert "Brand, mechanism, platform, slogan and so on." in rule
    assert "Take one cppcc:programmeKind or more" in rule


def test_both_languages_tell_the_same_terms(published_client: FlaskClient, pages: dict[str, str]) -> None:
    chinese = published_client.get("/doc/ontology.html?lang=zh").text
    anchors = [re.findall(r'<section class="term" id="([^"]*)"', text) for text in (pages["ontology"], chinese)]

    assert anchors[0] == anchors[1]
    assert "由…主办" in term(chinese, "organisedBy")
    assert "主办与承办不能是同一活动的同一主体" in term(chinese, "organisedBy")
    assert re.search(r"数据中: ?|数据中：", term(chinese, "organisedBy"))


def test_every_diagram_is_well_formed_and_has_a_text_alternative(pages: dict[str, str]) -> None:
    drawn = re.findall(r'<svg class="diagram".*?</svg>', pages["ontology"], re.DOTALL)
    read = [ET.fromstring(one) for one in drawn]  # our own page

    assert len(read) > 50
    assert all(" → " in one.attrib["aria-label"] and one.attrib["role"] == "img" for one in read)
    assert all(float(one.attrib["width"]) > 100 for one in read)


def test_names_in_a_diagram_are_text() -> None:
    hostile = '"><script>alert(1)</script>'
    drawn = link_diagram([hostile], hostile, ["a"])

    assert "<script" not in drawn
    assert ET.fromstring(drawn).attrib["aria-label"] == f"{hostile} → {hostile} → a"


def test_what_is_said_of_a_term_is_no_markup_and_no_other_link() -> None:
    store, hostile = EmbeddedStore(), "<b>bold</b>"
    label = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
    kind = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    above = NamedNode("http://www.w3.org/2000/01/rdf-schema#subClassOf")
    one = NamedNode(f"{BASE}ontology#X")
    triples = [
        Triple(NamedNode(f"{BASE}ontology"), label, Literal(hostile, language="en")),
        Triple(one, kind, NamedNode("javascript:alert(1)")),
        Triple(one, label, Literal(hostile, language="en")),
        Triple(one, above, NamedNode("javascript:alert(2)")),
    ]
    store.replace_graph(f"{BASE}ontology", triples)
    text = create_app(Settings(), store).test_client().get("/doc/ontology.html?lang=en").text

    assert hostile not in text
    assert 'href="javascript' not in text
