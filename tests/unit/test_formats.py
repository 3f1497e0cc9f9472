"""Names and media types of formats, and how answers are counted and written."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cppcc_graph.errors import UnknownFormat, UnsuitableFormat
from cppcc_graph.formats import (
    CSV,
    FORMATS,
    JSON,
    RESULTS_FORMATS,
    TURTLE,
    XML,
    ResultForm,
    choose,
    format_named,
)
from cppcc_graph.store.base import QueryRequest
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.terms import Literal, NamedNode, Triple


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("json", "application/sparql-results+json"),
        ("xml", "application/sparql-results+xml"),
        ("csv", "text/csv"),
        ("tsv", "text/tab-separated-values"),
        ("excel-csv", "text/csv"),
        ("turtle", "text/turtle"),
        ("ntriples", "application/n-triples"),
        ("rdfxml", "application/rdf+xml"),
        ("jsonld", "application/ld+json"),
        ("trig", "application/trig"),
        ("nquads", "application/n-quads"),
        ("graphml", "application/graphml+xml"),
        ("gexf", "application/gexf+xml"),
        ("lists", "application/zip"),
    ],
)
def test_each_format_has_a_name_and_a_media_type(name, media_type):
    assert format_named(name).media_type == media_type
    assert format_named(f" {name.upper()} ").name == name


def test_there_are_no_other_formats():
    assert len(FORMATS) == 14


def test_an_unknown_format_is_told_with_the_known_ones():
    with pytest.raises(
        UnknownFormat, match="unknown format 'excel'; known are: json, xml, csv, tsv, excel-csv, turtle"
    ):
        format_named("excel")


def test_text_formats_say_their_charset():
    assert CSV.content_type == "text/csv; charset=utf-8"
    assert JSON.content_type == "application/sparql-results+json"


def test_the_first_suitable_format_is_chosen():
    assert choose((), ResultForm.GRAPH) is TURTLE
    assert choose((TURTLE, CSV, XML), ResultForm.SOLUTIONS) is CSV
    assert choose((TURTLE, CSV, XML), ResultForm.BOOLEAN) is XML
    with pytest.raises(UnsuitableFormat, match="a graph, which csv and xml cannot hold; use one of: turtle, ntriples"):
        choose((CSV, XML), ResultForm.GRAPH)


AWKWARD = [
    '},{"x":{"type":"',
    "},{}",
    "a\r\nb",
    '"',
    "<result>",
    "\t",
    "},{",
    '\\"},{"',
    "",
    '},{"',
    "}},{",
    '}},{"',
    ',"\r\n',
    "\r",
    '"\r\n',
]


@pytest.mark.parametrize("results_format", RESULTS_FORMATS, ids=lambda f: f.name)
@pytest.mark.parametrize("n_rows", [0, 1, 2, 9, len(AWKWARD)])
def test_rows_are_counted_whatever_the_values_hold(results_format, n_rows):
    store = EmbeddedStore()
    p = NamedNode("x:p")
    store.replace_graph(
        "x:g", [Triple(NamedNode(f"x:s{i}"), p, Literal(text)) for i, text in enumerate(AWKWARD[:n_rows])]
    )
    answer = store.answer(QueryRequest(query="SELECT ?o ?x { ?s ?p ?o }", formats=(results_format,)))

    assert answer.n_rows == n_rows


@pytest.mark.parametrize("n_rows", [0, 1, 3])
def test_rows_without_any_value_are_counted(n_rows):
    query = f"SELECT ?none {{ VALUES ?x {{ {'1 ' * n_rows} }} }}"

    for results_format in RESULTS_FORMATS:
        assert EmbeddedStore().answer(QueryRequest(query=query, formats=(results_format,))).n_rows == n_rows


@pytest.mark.parametrize("results_format", RESULTS_FORMATS, ids=lambda f: f.name)
@given(texts=st.lists(st.text(alphabet='{}[],:"\\\r\n\t<>a', max_size=6)))
@example(texts=["},{", "a"])
def test_rows_of_any_texts_are_counted(results_format, texts):
    terms = " ".join(f"({Literal(text)} {Literal(text, language='en')})" for text in texts)
    query = f"SELECT ?x ?y {{ VALUES (?x ?y) {{ {terms} }} }}"

    assert EmbeddedStore().answer(QueryRequest(query=query, formats=(results_format,))).n_rows == len(texts)


def test_rows_of_more_than_a_mebibyte_are_not_counted():
    query = f"SELECT ?x ?y {{ VALUES ?x {{ '{'a' * 600_000}' }} VALUES ?y {{ %s }} }}"

    assert EmbeddedStore().answer(QueryRequest(query=query % "1", formats=(CSV,))).n_rows == 1
    assert EmbeddedStore().answer(QueryRequest(query=query % "1 2", formats=(CSV,))).n_rows is None
