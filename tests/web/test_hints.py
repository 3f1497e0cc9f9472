"""Why an answer is empty, told beside it: in a header for programs, in words for people."""

import pytest
from flask.testing import FlaskClient

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
