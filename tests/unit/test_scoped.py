"""The dataset written into the text of a query."""

import pyoxigraph
import pytest

from cppcc_graph.errors import BadSyntax
from cppcc_graph.store.scoped import NOWHERE, Scope, scoped
from cppcc_graph.terms import Literal, NamedNode, Quad

OURS = Scope(default=("x:merge",), named=("x:g1", "x:g2"))
CLAUSES = f"FROM <x:merge> FROM NAMED <x:g1> FROM NAMED <x:g2> FROM NAMED <{NOWHERE}>"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT * { ?s ?p ?o }", "SELECT * {clauses}  { ?s ?p ?o }"),
        ("SELECT * WHERE { ?s ?p ?o }", "SELECT * {clauses}  WHERE { ?s ?p ?o }"),
        ("SELECT ?s FROM <x:other> FROM NAMED <x:g1> { ?s ?p 1 }", "SELECT ?s {clauses}    { ?s ?p 1 }"),
        ("SELECT (EXISTS { ?s ?p 'FROM' } AS ?x) {}", "SELECT (EXISTS { ?s ?p 'FROM' } AS ?x) {clauses}  {}"),
        ("ASK FROM <x:other> { ?s ?p '}' }", "ASK {clauses}   { ?s ?p '}' }"),
        ("CONSTRUCT { ?s ?p 1 } WHERE { ?s ?p 1 }", "CONSTRUCT { ?s ?p 1 } {clauses}  WHERE { ?s ?p 1 }"),
        ("CONSTRUCT WHERE { ?s ?p 1 }", "CONSTRUCT {clauses}  WHERE { ?s ?p 1 }"),
        ("DESCRIBE <x:a> ?s FROM <x:g1> WHERE { ?s ?p 1 }", "DESCRIBE <x:a> ?s {clauses}   WHERE { ?s ?p 1 }"),
        ("DESCRIBE <x:a>", "DESCRIBE <x:a> {clauses} "),
        (
            "PREFIX select: <x:> # FROM\nSELECT ?FROM { ?FROM select:from '{' }",
            "PREFIX select: <x:> # FROM\nSELECT ?FROM {clauses}  { ?FROM select:from '{' }",
        ),
        ("ASK { GRAPH <x:g1> { ?s ?p ?o } }", "ASK {clauses}  { GRAPH <x:g1> { ?s ?p ?o } }"),
        ("ASK { GRAPH <x:other> { ?s ?p ?o } }", f"ASK {{clauses}}  {{ GRAPH <{NOWHERE}> {{ ?s ?p ?o }} }}"),
        (
            "PREFIX e: <x:> ASK { GRAPH e:g2 {} GRAPH e:merge {} }",
            f"PREFIX e: <x:> ASK {{clauses}}  {{ GRAPH e:g2 {{}} GRAPH <{NOWHERE}> {{}} }}",
        ),
    ],
)
def test_the_clauses_stand_where_the_grammar_wants_them_and_the_query_s_own_are_gone(query, expected):
    text = scoped(query, OURS)

    assert text == expected.replace("{clauses}", CLAUSES)
    pyoxigraph.Store().query(text)


def test_without_graphs_there_is_nothing_to_see():
    store = pyoxigraph.Store()
    store.extend([Quad(NamedNode("x:a"), NamedNode("x:p"), Literal("1"), graph) for graph in (NamedNode("x:g"),)])
    store.add(Quad(NamedNode("x:a"), NamedNode("x:p"), Literal("1")))

    text = scoped("ASK { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }", Scope(default=(), named=()))
    assert not store.query(text)


def test_a_base_stands_before_everything():
    assert scoped("ASK { <a> <b> 1 }", OURS, base_iri="http://example.org/").startswith(
        "BASE <http://example.org/> ASK FROM <x:merge>"
    )


def test_keywords_without_a_space_are_told():
    with pytest.raises(BadSyntax, match="write a space behind each keyword"):
        scoped("SELECTDISTINCT ?s { ?s ?p ?o }", OURS)
