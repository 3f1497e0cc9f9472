"""A report at a glance: which figures are chosen, and how they are said."""

import re

import pyoxigraph
import pytest
from flask.testing import FlaskClient

from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.web import create_app

BASE = "https://w3id.org/cppcc-graph/"
REPORT = f"{BASE}report/lanxi-2035"
SAME = "body:lanxi ; cppcc:period <id/period/2035> ; cppcc:statedIn <report/lanxi-2035>"
DATA = f"""
@base <{BASE}> .
@prefix cppcc: <ontology#> .
@prefix body: <id/organisation/> .
@prefix bounds: <vocabulary/bounds#> .
@prefix certainties: <vocabulary/certainties#> .
@prefix indicators: <vocabulary/indicators#> .
@prefix kinds: <vocabulary/measure-kinds#> .
@prefix statuses: <vocabulary/statuses#> .
@prefix units: <vocabulary/units#> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix qb: <http://purl.org/linked-data/cube#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

<report/lanxi-2035> a cppcc:Report ; cppcc:reportOf body:lanxi ; cppcc:reportedPeriod <id/period/2035> .
<id/place/lanjiang> rdfs:label "兰江省"@zh, "Lanjiang Province"@en .
bounds:more-than rdfs:label "多于"@zh, "more than"@en .
units:hall skos:notation "堂" ; rdfs:label "堂"@zh, "session (tang)"@en .
units:percent skos:notation "%" ; rdfs:label "百分比"@zh, "per cent"@en .
units:yuan skos:notation "元" ; rdfs:label "元"@zh, "yuan"@en .
units:rank rdfs:label "位次"@zh, "rank"@en .
indicators:talks rdfs:label "座谈<场>数"@zh, "Talks <held>"@en ; cppcc:measureKind kinds:count .
indicators:replies rdfs:label "答复率"@zh, "Replies"@en ; cppcc:measureKind kinds:rate .
indicators:place rdfs:label "答复率排名"@zh, "Place by replies"@en ; cppcc:measureKind kinds:rank .
indicators:money rdfs:label "筹集资金"@zh, "Money raised"@en ; cppcc:measureKind kinds:amount .

<o/money> a qb:Observation ; cppcc:indicator indicators:money ; cppcc:value 1200000.0 ; cppcc:unit units:yuan ;
  cppcc:evidence <s/40> ; cppcc:bound bounds:more-than ; cppcc:reportedBody {SAME} .
<o/talks> a qb:Observation ; cppcc:indicator indicators:talks ; cppcc:value 1234.0 ; cppcc:unit units:hall ;
  cppcc:evidence <s/10>, <s/50> ; cppcc:bound bounds:exact ; cppcc:reportedBody {SAME} .
<o/replies> a qb:Observation ; cppcc:indicator indicators:replies ; cppcc:value 97.9 ; cppcc:unit units:percent ;
  cppcc:evidence <s/20> ; cppcc:bound bounds:exact ; cppcc:reportedBody {SAME} .
<o/place> a qb:Observation ; cppcc:indicator indicators:place ; cppcc:value 2.0 ; cppcc:unit units:rank ;
  cppcc:evidence <s/30> ; cppcc:bound bounds:exact ; cppcc:rankScope <id/place/lanjiang> ; cppcc:reportedBody {SAME} .
<s/10> oa:start 10 ; oa:exact "1234堂" ; cppcc:inParagraph [ cppcc:paragraphNumber 3 ] .
<s/20> oa:start 20 ; cppcc:inParagraph [ cppcc:paragraphNumber 3 ] .
<s/30> oa:start 30 ; oa:exact "第二" ; cppcc:inParagraph [ cppcc:paragraphNumber 4 ] .
<s/40> oa:start 40 ; oa:exact "120余万元" ; cppcc:inParagraph [ cppcc:paragraphNumber 5 ] .
<s/50> oa:start 50 ; oa:exact "又及" ; cppcc:inParagraph [ cppcc:paragraphNumber 6 ] .
"""
OUTRIGHT = "\n".join(
    f"<o/{name}> cppcc:status statuses:done ; cppcc:certainty certainties:stated ."
    for name in ("money", "talks", "replies", "place")
)


def client_of(turtle: str) -> FlaskClient:
    store = EmbeddedStore()
    quads = pyoxigraph.parse(turtle.encode(), format=pyoxigraph.RdfFormat.TURTLE)
    store.replace_graphs({REPORT: [quad.triple for quad in quads]})
    return create_app(Settings(), store).test_client()


def cards(client: FlaskClient, language: str) -> list[str]:
    found = re.findall(r'<li class="card">(.*?)</li>', client.get(f"/?lang={language}").text, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", card).split()) for card in found]


def test_a_report_is_seen_at_a_glance_in_the_order_of_its_text() -> None:
    client = client_of(DATA + OUTRIGHT)

    assert cards(client, "en") == [
        "1,234 Talks &lt;held&gt; 1234堂 line 3",
        "97.9% Replies line 3",
        "rank 2 Lanjiang Province Place by replies 第二 line 4",
        "more than 1,200,000 yuan Money raised 120余万元 line 5",
    ]
    assert cards(client, "zh") == [
        "1,234 堂 座谈&lt;场&gt;数 1234堂 第 3 行",
        "97.9% 答复率 第 3 行",
        "第2名 兰江省 答复率排名 第二 第 4 行",
        "多于 1,200,000 元 筹集资金 120余万元 第 5 行",
    ]


@pytest.mark.parametrize(
    ("said", "instead"),
    [
        ("<o/talks> cppcc:status statuses:done", "<o/talks> cppcc:status statuses:planned"),
        (
            "<o/talks> cppcc:status statuses:done ; cppcc:certainty certainties:stated",
            "<o/talks> cppcc:status statuses:done ; cppcc:certainty certainties:inferred",
        ),
        ("cppcc:value 1234.0", 'cppcc:value "abc"'),
        ("cppcc:value 1234.0", "cppcc:value 1e400"),
        (
            "<s/50> ; cppcc:bound bounds:exact ; cppcc:reportedBody body:lanxi",
            "<s/50> ; cppcc:reportedBody body:others",
        ),
    ],
)
def test_what_is_not_said_outright_of_the_body_is_left_out(said: str, instead: str) -> None:
    """What is planned, inferred, of somebody else, or no number."""
    turtle = DATA + OUTRIGHT
    assert said in turtle

    assert [card.split()[0] for card in cards(client_of(turtle.replace(said, instead)), "en")] == [
        "97.9%",
        "rank",
        "more",
    ]


def test_a_card_opens_the_figure_with_its_evidence(published_client: FlaskClient) -> None:
    found = re.findall(
        r'<li class="card">.*?<a href="([^"]+)".*?<mark lang="zh">(.*?)</mark>',
        published_client.get("/").text,
        re.DOTALL,
    )

    assert ("/report/hengyang-2024/observation/filed-proposals", "332件") in found
    for href, exact in found:
        shown = published_client.get(href, headers={"Accept": "text/html"}, follow_redirects=True)
        assert f"<mark>{exact}</mark>" in shown.text
