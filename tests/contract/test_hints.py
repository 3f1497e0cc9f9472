"""Why an answer is empty: a name or a text of the query that the data do not have, one slip away from one they have."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cppcc_graph.errors import BadSyntax
from cppcc_graph.formats import CSV
from cppcc_graph.store.base import Hint, QueryRequest
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import Literal, NamedNode, Triple

REPORT, TYPE = NamedNode("https://e.org/o#Report"), NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
LABEL, EXACT, NAME = (NamedNode(f"http://e.org/p/{name}") for name in ("label", "exact", "name"))
CITY = NamedNode("https://e.org/id/hengyang-2024")
PROLOGUE = "PREFIX o: <https://e.org/o#>\nPREFIX p: <http://e.org/p/>\nPREFIX id: <https://e.org/id/>\n"


@pytest.fixture(scope="module")
def store() -> EmbeddedStore:
    made = EmbeddedStore()
    made.replace_graph(
        "https://e.org/graph",
        [
            Triple(CITY, TYPE, REPORT),
            Triple(CITY, LABEL, Literal("衡阳", language="zh")),
            Triple(CITY, NAME, Literal("Hengyang")),
            Triple(CITY, EXACT, Literal("衡阳")),
        ],
    )
    return made


def hinted(store: EmbeddedStore, query: str) -> list[tuple[str, str]]:
    hints = store.answer(QueryRequest(query=PROLOGUE + query, formats=())).hints
    return [(hint.written, hint.suggested) for hint in hints]


@pytest.mark.parametrize(
    ("query", "written", "suggested"),
    [
        ("SELECT * { ?r a o:Reprot }", "<https://e.org/o#Reprot>", "<https://e.org/o#Report>"),
        ("ASK { ?r a o:report }", "<https://e.org/o#report>", "<https://e.org/o#Report>"),
        ("SELECT * { ?r a o:Repport }", "<https://e.org/o#Repport>", "<https://e.org/o#Report>"),
        ("SELECT * { ?r a o:Repot }", "<https://e.org/o#Repot>", "<https://e.org/o#Report>"),
        ("SELECT * { ?r a o:Rebort }", "<https://e.org/o#Rebort>", "<https://e.org/o#Report>"),
        ("SELECT * { ?r a <http://e.org/o#Report> }", "<http://e.org/o#Report>", "<https://e.org/o#Report>"),
        ("SELECT * { ?r a <https://e.org/o/Report> }", "<https://e.org/o/Report>", "<https://e.org/o#Report>"),
        ("CONSTRUCT WHERE { ?r p:lable ?o }", "<http://e.org/p/lable>", "<http://e.org/p/label>"),
        ("DESCRIBE id:henyang-2024", "<https://e.org/id/henyang-2024>", "<https://e.org/id/hengyang-2024>"),
        ("SELECT * FROM <https://e.org/grpah> {?s ?p ?o}", "<https://e.org/grpah>", "<https://e.org/graph>"),
        ("SELECT * { ?r p:label '衡阳' }", '"衡阳"', '"衡阳"@zh'),
        ("SELECT * { ?r p:label '''衡阳'''@en }", '"衡阳"@en', '"衡阳"@zh'),
        ("SELECT * { ?r p:name 'Hengyang'@en }", '"Hengyang"@en', '"Hengyang"'),
        ("SELECT * { ?r p:label ?l FILTER(?l = '衡阳') }", '"衡阳"', '"衡阳"@zh'),
        ("SELECT * { ?r p:label ?l FILTER('衡阳' = ?l) }", '"衡阳"', '"衡阳"@zh'),
    ],
)
def test_an_empty_answer_comes_with_what_may_be_meant(store, query, written, suggested):
    assert hinted(store, query) == [(written, suggested)]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?r a o:Report ; p:name 'Nowhere' }",
        "SELECT * { ?r a o:Committee }",
        "SELECT * { id:hengyang-2025 ?p ?o }",
        "SELECT * { ?r p:label ?l FILTER(CONTAINS(?l, '衡陽')) }",
        "SELECT * { ?r p:label ?l FILTER(STR(?l) = '衡陽') }",
        "SELECT * { ?r p:label ?l FILTER(?l != '衡阳' && ?l = 1) }",
        "SELECT * { ?r p:exact '衡阳' ; p:name 1 }",
        "SELECT * { ?r p:label '衡阳'^^<http://www.w3.org/2001/XMLSchema#string> ; p:name 1 }",
        "SELECT * { ?r p:label ?l FILTER(<http://www.w3.org/2001/XMLSchema#integer>(?l) = 1) }",
        "SELECT * { ?s ?p ?o FILTER(?s = 1) } ORDER BY ('衡')",
    ],
)
def test_an_empty_answer_without_a_likely_slip_comes_alone(store, query):
    answer = store.answer(QueryRequest(query=PROLOGUE + query))

    assert (answer.n_rows, answer.hints) == (0, ())


def test_an_answer_that_says_something_comes_alone(store):
    assert hinted(store, "SELECT * { ?r a o:Report OPTIONAL { ?r p:lable ?l } }") == []


def test_a_hint_tells_the_place_in_the_query(store):
    [hint] = store.answer(QueryRequest(query=f"{PROLOGUE}SELECT * {{\n  ?r a o:Reprot . ?r a o:Reprot }}")).hints

    assert hint == Hint(written="<https://e.org/o#Reprot>", suggested="<https://e.org/o#Report>", line=5, column=8)


def test_a_hint_changes_no_answer(store):
    answer = store.answer(QueryRequest(query=f"{PROLOGUE}SELECT ?r {{ ?r a o:Reprot }}", formats=(CSV,)))

    assert (answer.body, answer.n_rows) == (b"r\r\n", 0)


def test_an_answer_that_is_written_elsewhere_has_hints_too(store, tmp_path):
    with (tmp_path / "answer").open("wb") as into:
        answers = [
            store.answer(QueryRequest(query=f"{PROLOGUE}{query}"), into)
            for query in ("ASK { ?r a o:Reprot }", "SELECT ?r { ?r a o:Reprot }", "CONSTRUCT WHERE { ?r a o:Reprot }")
        ]

    assert [[hint.suggested for hint in answer.hints] for answer in answers] == [["<https://e.org/o#Report>"]] * 3


def test_at_most_five_hints_are_given_for_a_query_of_ordinary_length(store):
    many = " . ".join(f"?r{n} a o:Report{letter}" for n, letter in enumerate("abcdefghi"))

    assert len(hinted(store, f"SELECT * {{ {many} }}")) == 5
    assert hinted(store, f"SELECT * {{ {many} }} # {'x' * 10_000}") == []


PIECES = ("<x:a>", "o:b", "?x", "'a'", "@en", "^^", "=", "(", ")", "{", "}", ".", "a", "<", "?x = 'a'", "[]", "!")


@settings(max_examples=300, deadline=None)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=8))
def test_no_query_fails_for_want_of_a_hint(store, pieces):
    query = f"SELECT * {{ ?s ?p ?o FILTER(?s = 1) {' '.join(pieces)} }}"
    with contextlib.suppress(BadSyntax):
        assert store.answer(QueryRequest(query=PROLOGUE + query)).n_rows == 0
