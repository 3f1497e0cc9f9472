"""What is said about a query that does not parse: where, what stands there, what could, and what to write."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cppcc_graph.errors import BadSyntax, ServiceRefused, UpdateRefused
from cppcc_graph.store import expected
from cppcc_graph.store.base import QueryRequest
from cppcc_graph.store.embedded import EmbeddedStore


def complaint(query: str, base_iri: str | None = None) -> BadSyntax:
    with pytest.raises(BadSyntax) as refused:
        EmbeddedStore().answer(QueryRequest(query=query, base_iri=base_iri))
    return refused.value


TERMS = ("(", "[", "?variable", "<IRI>", '"text"', "number")


@pytest.mark.parametrize(
    ("query", "place", "token", "fitting"),
    [
        ("SELECT * { ?s ?p ;; }", (1, 18), ";", TERMS),
        ("SELECT ?x\nWHERE { ?x ?y }", (2, 15), "}", TERMS),
        ("* { ?s ?p ?o }", (1, 1), "*", ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE", "PREFIX", "BASE")),
        ("SELECT DISTINCT { ?s ?p ?o }", (1, 17), "{", ("(", "?variable", "*")),
        ("SELECT * WHERE ?s ?p ?o", (1, 16), "?s", ("{",)),
        ("SELECT (1 AS 2) {}", (1, 14), "2", ("?variable",)),
        ("SELECT * { FILTER(STRLEN(1,2)) }", (1, 27), ",", (")", "NOT", "IN")),
        ("SELECT * { FILTER(NOT ?a) }", (1, 23), "?a", ("EXISTS",)),
        ("SELECT * { ?s ?p ?o } LIMIT 1.5", (1, 29), "1.5", ("whole number",)),
        ("SELECT * { ?s ?p ?o } LIMIT 10 GROUP BY ?s", (1, 32), "GROUP", ("VALUES", "OFFSET")),
        ("SELECT ?x { ?x ?y ?z } GROUP ?x", (1, 30), "?x", ("BY",)),
        ("SELECT ?x { ?x ?y ?z } ORDER BY DESC ?x", (1, 38), "?x", ("(",)),
        ("DESCRIBE", (1, 9), "", ("?variable", "<IRI>", "*")),
        ("SELECT * { FILTER(?x = 1 }", (1, 26), "}", (")",)),
        ("SELECT * { ?s ?p ?o ", (1, 10), "{", ("}",)),
        ("SELECT * {\n ?s ?p '''a\n\nb''' , 'c' }\nLIMIT ?x", (5, 7), "?x", ("whole number",)),
    ],
)
def test_the_place_the_token_and_what_could_stand_there_are_told(query, place, token, fitting):
    error = complaint(query)

    assert ((error.line, error.column), error.token, error.expected) == (place, token, fitting)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("  \n", "line 1, column 1: there is no query: the text is empty"),
        ("SELEC * {}", "line 1, column 1: SELEC is not a word of SPARQL; did you mean SELECT?"),
        ("SELECT * { ?s ?p 'a }", "line 1, column 18: a string begins with ' and does not end on this line"),
        ('SELECT * { ?s ?p "a\\q" }', "line 1, column 20: \\q means nothing in a string"),
        (
            "PREFIX ex: http://x/ SELECT * {}",
            "line 1, column 12: http: begins an IRI, which is written between < and >",
        ),
        ("PREFIX ex <http://x/> SELECT * {}", "line 1, column 8: a prefix ends in a colon: ex:"),
        ("SELECT * { FILTER(?a == 1) }", "line 1, column 22: SPARQL compares with a single ="),
        ("SELECT ?x (COUNT(*) AS ?n) { ?x ?y ?z }", "line 1, column 8: ?x is neither in GROUP BY nor inside an aggr"),
        ("SELECT (MAX(?y) AS ?m) ?x ?z {?x ?y ?z} GROUP BY ?x", "line 1, column 27: ?z is neither in GROUP BY nor"),
        ("SELECT * { ?s ?p ?o } GROUP BY ?s", "line 1, column 8: SELECT * cannot stand with GROUP BY"),
        ("SELECT (?x AS ?y) { ?x ?y ?z }", "line 1, column 15: AS ?y would give a new value"),
        ("SELECT * { ?s ?p ?o . BIND(1 AS ?s) }", "line 1, column 33: AS ?s would give a new value"),
        ("SELECT * { VALUES (?a ?b) { (1) } }", "each row of VALUES has as many values as there are variables"),
        ("SELECT * { <http://e/%zz> ?p ?o }", "line 1, column 12: <http://e/%zz> is not a valid IRI"),
        ("SELECT * { _:a ?p ?o { _:a ?q ?r } }", "line 1, column 24: a blank node belongs to one group of patterns"),
        ("SELECT * { ?s <rel> ?o }", "line 1, column 15: <rel> is a relative IRI, and no BASE is declared"),
        ("SELECT * { ?s ?p ?o } }", "line 1, column 23: this } closes nothing"),
        ("SELECT (<x:f>(1) AS ?y) {}", "line 1, column 9: the function <x:f> does not exist here"),
    ],
)
def test_a_usual_mistake_is_told_in_plain_words(query, message):
    assert message in str(complaint(query))


@pytest.mark.parametrize(
    ("query", "suggestion"),
    [
        ("ASK { ?s a qb:DataSet }", "PREFIX qb: <http://purl.org/linked-data/cube#>"),
        ("ASK { ?s a cppcc:Report }", "PREFIX cppcc: <https://w3id.org/cppcc-graph/ontology#>"),
        ("ASK { wd:Q42 wdt:P31 ?o }", "PREFIX wd: <http://www.wikidata.org/entity/>"),
        ("ASK { ?s dct:title ?o }", "PREFIX dct: <http://purl.org/dc/terms/>"),
        ("ASK { ?s RDFS:label ?o }", "PREFIX RDFS: <http://www.w3.org/2000/01/rdf-schema#>"),
        ("ASK { ?s sokos:prefLabel ?o }", "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>"),
        ("PREFIX report: <x:> ASK { ?s reprot:title ?o }", "report:"),
        ("ASK { ?s zzz:q ?o }", ""),
    ],
)
def test_an_unknown_prefix_comes_with_what_to_write(query, suggestion):
    error = complaint(query)

    assert error.suggestion == suggestion
    assert suggestion in error.message


def test_a_token_of_any_length_is_told_by_its_beginning():
    error = complaint(f"ASK {{ ?s {'a' * 100_000} ?o }}")

    assert error.token == "a" * 200
    assert len(str(error)) < 300


def test_a_declaration_that_was_suggested_mends_the_query():
    query = "ASK { ?s a qb:DataSet }"
    mended = f"{complaint(query).suggestion}\n{query}"

    assert EmbeddedStore().answer(QueryRequest(query=mended)).n_rows == 1


PIECES = (
    *("SELECT", "ASK", "WHERE", "{", "}", "(", ")", "[", "]", ".", ";", ",", "?x", "<x:y>", "<y>", "<", ">", "=", "!"),
    *("'a'", "'", '"""', "'''b\nc'''", "@en", "^^", "_:b", "x:y", "1", "1.5", "#", "# c\n", "\n", "AS", "BIND("),
    *("GROUP BY", "COUNT(*)", "FILTER", "EXISTS", "a", "|", "||", "&", "^", "\\", "\x01", "政", "http://x/", "VALUES"),
    *("==", "PREFIX x: <x:>", "SELECT * {", "ASK { FILTER("),
)


@settings(max_examples=300, deadline=None)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=14), base_iri=st.sampled_from([None, "http://e/"]))
def test_whatever_is_wrong_is_told_with_a_place_in_the_text(pieces, base_iri):
    query = " ".join(pieces)
    error: BadSyntax | None = None
    try:
        EmbeddedStore().answer(QueryRequest(query=query, base_iri=base_iri))
    except (ServiceRefused, UpdateRefused):
        return
    except BadSyntax as found:
        error = found

    if error is not None:
        rest = query.split("\n", error.line - 1)[-1]
        assert 1 <= error.column <= len(rest.split("\n")[0]) + 1
        assert rest[error.column - 1 :].startswith(error.token)
        assert "%(" not in error.message


def test_a_long_query_is_told_its_place_without_trying_what_could_stand_there():
    query = "SELECT * { VALUES ?x { " + "1 " * 20_000 + "} ?s ?p ?o ?q }"
    error = complaint(query)

    assert (error.column, error.token, error.expected) == (len(query) - 3, "?q", ())


def test_nothing_that_is_tried_is_ever_a_whole_query():
    """It ends in a control character, which is in no SPARQL; so not even an ASK is evaluated."""
    reached, said = expected.complaint("ASK {}", base_iri=None)

    assert reached >= len("ASK {}")
    assert said.startswith("error at")
