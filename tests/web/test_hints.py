"""Why an answer is empty, told beside it: in a header for programs, in words for people."""

import pytest
from flask.testing import FlaskClient

from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import Literal, NamedNode, Triple
from cppcc_graph.web import create_app

PREFIXES = """\
PREFIX cppcc: <https://w3id.org/cppcc-graph/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
MISSPELT = PREFIXES + "SELECT ?report { ?report a cppcc:Reprot }"
UNTAGGED = PREFIXES + "ASK { ?body skos:altLabel '明川市政协' }"


def test_a_program_gets_the_hint_in_a_header(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": MISSPELT})

    assert answer.json["results"]["bindings"] == []
    assert answer.headers["Hint"] == (
        '<https://w3id.org/cppcc-graph/ontology#Reprot>; did-you-mean="<https://w3id.org/cppcc-graph/ontology#Report>"'
    )
    assert answer.headers["Access-Control-Expose-Headers"] == "*"


def test_a_hint_in_a_header_is_ascii(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": UNTAGGED})

    name = "%22%E6%98%8E%E5%B7%9D%E5%B8%82%E6%94%BF%E5%8D%8F%22"
    assert answer.headers["Hint"] == f'{name}; did-you-mean="{name}@zh"'


def test_a_header_holds_as_many_hints_as_servers_on_the_way_let_pass() -> None:
    store = EmbeddedStore()
    node, long = NamedNode("x:report"), "政" * 300
    store.replace_graph("x:g", [Triple(node, node, Literal(text, language="zh")) for text in (long, "短")])
    client = create_app(Settings(), store).test_client()
    query = f"ASK {{ ?a <x:report> '{long}' . ?b <x:reprot> '短' }}"

    [answer, whole] = [
        client.get("/sparql", query_string={"query": query, "format": name}) for name in ("json", "html")
    ]

    assert answer.headers["Hint"] == '<x:reprot>; did-you-mean="<x:report>"'
    assert "政政政&#34;@zh" in whole.text


@pytest.mark.parametrize(
    ("query", "language", "words"),
    [
        (MISSPELT, "en", "Line 3, column 28: cppcc:Reprot does not occur in the data; did you mean cppcc:Report?"),
        (MISSPELT, "zh", "第 3 行第 28 列：数据中没有 cppcc:Reprot；是否想写 cppcc:Report？"),
        (UNTAGGED, "en", "&#34;明川市政协&#34; does not occur there in the data, but &#34;明川市政协&#34;@zh does"),
        (UNTAGGED, "zh", "数据中此处没有 &#34;明川市政协&#34;，但有 &#34;明川市政协&#34;@zh"),
    ],
)
def test_a_page_explains_an_empty_answer(client: FlaskClient, query: str, language: str, words: str) -> None:
    answer = client.get("/sparql", query_string={"query": query, "format": "html", "lang": language})

    assert words in answer.text


def test_an_answer_with_rows_has_no_hint(client: FlaskClient) -> None:
    answer = client.get("/sparql", query_string={"query": PREFIXES + "SELECT * { ?report a cppcc:Report }"})

    assert "Hint" not in answer.headers
