"""Values put into our own queries."""

import pyoxigraph
import pytest

from cppcc_graph.store.binding import bound
from cppcc_graph.terms import BlankNode, Literal, NamedNode

X = NamedNode("x:it")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT ?x ?y { ?x ?p ?y }", "SELECT (<x:it> AS ?x) ?y { <x:it> ?p ?y }"),
        ("SELECT ?y WHERE { $x ?p ?y }", "SELECT ?y WHERE { <x:it> ?p ?y }"),
        ("SELECT (STR(?x) AS ?s) ?xy { ?x ?p ?xy }", "SELECT (STR(<x:it>) AS ?s) ?xy { <x:it> ?p ?xy }"),
        ("CONSTRUCT { ?x ?p 1 } WHERE { ?x ?p 1 }", "CONSTRUCT { <x:it> ?p 1 } WHERE { <x:it> ?p 1 }"),
        ("ASK { ?x ?p '?x' } # ?x", "ASK { <x:it> ?p '?x' } # ?x"),
        (
            "SELECT ?x { { SELECT ?x (COUNT(?y) AS ?n) { ?x ?p ?y } GROUP BY ?p } }",
            "SELECT (<x:it> AS ?x) { { SELECT (<x:it> AS ?x) (COUNT(?y) AS ?n) { <x:it> ?p ?y } GROUP BY ?p } }",
        ),
    ],
)
def test_a_variable_becomes_its_value_and_stays_a_column(query, expected):
    assert bound(query, {"x": X}) == expected


@pytest.mark.parametrize("text", ['" } ; DROP ALL #', "\\", "\\u0022 }", "'''", "?x", "\n} UNION {", "<x:y>", "\u2028"])
def test_no_value_leaves_its_quotes(text):
    query = bound("SELECT ?x { FILTER(STR(?x) = ?x) }", {"x": Literal(text, language="zh")})

    [row] = pyoxigraph.Store().query(query.replace("= ", "= STR(").replace(") }", ")) }"))
    assert row["x"] == Literal(text, language="zh")


def test_a_blank_node_cannot_be_bound():
    with pytest.raises(TypeError, match=r"\?x: a blank node cannot be bound"):
        bound("ASK { ?x ?p ?o }", {"x": BlankNode("b")})
