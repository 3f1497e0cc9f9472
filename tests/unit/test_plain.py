"""Escapes in a stranger's query, before it is sent to another engine."""

import pyoxigraph
import pytest

from cppcc_graph.errors import BadSyntax
from cppcc_graph.store.plain import without_escapes


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
