"""Which queries look like lookups."""

import pytest

from cppcc_graph.guard.lookup import looks_like_a_lookup

LOOKUPS = [
    "SELECT ?label { <https://example.org/a> <https://example.org/p> ?label }",
    "PREFIX e: <x:>\n# a comment with GROUP BY\nSELECT ?p ?o WHERE { e:a ?p ?o }",
    "SELECT ?s { ?s a <https://example.org/order> }",
    'ASK { ?s ?p "value" }',
    "base <https://example.org/> prefix : <count#> select * { :a ?p ?o } ",
]
OTHERS = [
    "SELECT ?a { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "SELECT (COUNT(?o) AS ?n) { <x:a> ?p ?o }",
    "SELECT ?o { <x:a> <x:p>+ ?o }",
    "SELECT ?o { <x:a> ?p ?o } ORDER BY ?o",
    "SELECT ?o { <x:a> ?p ?o OPTIONAL { ?o ?q ?r } }",
    "",
    "SELECT ?o { <x:a> ?p ?o }" + " " * 2_000,
]


@pytest.mark.parametrize("query", LOOKUPS)
def test_a_short_query_that_names_its_subject_or_object_is_a_lookup(query):
    assert looks_like_a_lookup(query.replace("select *", "select ?p"))


@pytest.mark.parametrize("query", OTHERS)
def test_what_scans_groups_or_sorts_is_none(query):
    assert not looks_like_a_lookup(query)
