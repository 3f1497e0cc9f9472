"""What is done to a stranger's query, and what is refused, before it is sent to another engine."""

import pyoxigraph
import pytest

from cppcc_graph.errors import BadSyntax, UnknownFunction
from cppcc_graph.store.plain import check_functions, without_escapes


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (r"SELECT ('a\u0027b' AS ?x) {}", r"SELECT ('a\'b' AS ?x) {}"),
        (r"SELECT ('''a\u0027''' AS ?x) {}", r"SELECT ('''a\'''' AS ?x) {}"),
        (r'SELECT ("a\u0022b\u000A" AS ?x) {}', r'SELECT ("a\"b\n" AS ?x) {}'),
        (r"SELECT ('\u653F\U0001F600' AS ?x) {}", "SELECT ('政😀' AS ?x) {}"),
        (r"SELECT ('a\u005Cn' AS ?x) {}", r"SELECT ('a\\n' AS ?x) {}"),
        (r"SELECT ('a\\n' AS ?x) {}", r"SELECT ('a\\n' AS ?x) {}"),
        (r"ASK FROM <x:\u0041> { <x:s> <x:p> 1 }", "ASK FROM <x:A> { <x:s> <x:p> 1 }"),
    ],
)
def test_the_character_itself_stands_there_and_the_meaning_is_the_same(query, expected):
    assert without_escapes(query) == expected
    before, after = (pyoxigraph.Store().query(text) for text in (query, expected))
    assert bool(before) == bool(after) if query.startswith("ASK") else str(next(before)) == str(next(after))


@pytest.mark.parametrize("query", [r"SELECT ('a\\u0027' AS ?x) {}", r"SELECT ('a\u005Cu0027' AS ?x) {}"])
def test_what_could_be_read_as_an_escape_elsewhere_is_refused(query):
    with pytest.raises(BadSyntax, match="a text with a backslash, u and digits is not sent to another engine"):
        without_escapes(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (<x:f>(1) AS ?y) {}",
        "SELECT (IF(true, 1, <x:f>('http://127.0.0.1/')) AS ?y) {}",
        "PREFIX e: <x:> SELECT * { FILTER(true || e:f(1)) }",
        "PREFIX e: <x:> SELECT * { FILTER e:f(1) }",
        "PREFIX e: <x:> SELECT * { ?s ?p ?o } GROUP BY ?s e:f(?s)",
        "PREFIX e: <x:> SELECT ?s { ?s ?p ?o } ORDER BY DESC(?o) e:f(?s)",
        "PREFIX e: <x:> SELECT ?s { { SELECT ?s { ?s ?p ?o } GROUP BY ?s HAVING e:f(?s) } }",
        "BASE <x:> SELECT (<f>(1) AS ?y) {}",
    ],
)
def test_a_function_that_only_an_engine_knows_is_refused_even_where_nothing_would_call_it(query):
    with pytest.raises(UnknownFunction, match="does not exist here"):
        check_functions(query, None)


@pytest.mark.parametrize("name", ["<bif:http_get>", "<sql:x>", "<JAVA:java.lang.System.exit>"])
def test_an_iri_that_names_something_inside_an_engine_is_refused(name):
    for query in (f"SELECT * {{ ?s {name} ?o }}", f"PREFIX b: {name} SELECT * {{ ?s b: ?o }}"):
        with pytest.raises(BadSyntax, match="names something inside an engine"):
            check_functions(query, None)


@pytest.mark.parametrize(
    "query",
    [
        "PREFIX x: <http://www.w3.org/2001/XMLSchema#> SELECT (x:integer('1') AS ?n) { FILTER(x:decimal(?o) > 1) }",
        "SELECT (<http://www.w3.org/2001/XMLSchema#date>(?o) AS ?x) { ?s ?p ?o } ORDER BY STR(?o)",
        "PREFIX e: <x:> SELECT * { ?s e:list (1 2) ; e:other (3) . FILTER(?x > 1) ?s e:third (4) }",
        "PREFIX e: <x:> SELECT * { ?s ?p ?o FILTER(?o IN (e:a, e:b)) } # <bif:x>(1)",
        "SELECT ('<bif:x>(1)' AS ?y) {}",
    ],
)
def test_casts_and_lists_are_sent(query):
    check_functions(query, None)
