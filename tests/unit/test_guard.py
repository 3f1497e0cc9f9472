"""What is refused before the engine sees it, and what is not."""

import pytest

from cppcc_graph.errors import BadSyntax, ServiceRefused, TooComplex, UpdateRefused
from cppcc_graph.guard import inspect
from cppcc_graph.guard.outline import Form


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://x/> { ?s ?p ?o } }",
        "SELECT * { service silent ?x { ?s ?p ?o } }",
        "SELECT * { ?s ?p 1SERVICE<http://x/>{ } }",
        "SELECT * { ?s ?p 1.5e3SERVICE<http://x/>{ } }",
        "SELECT * { ?s ?p trueSERVICE<http://x/>{ } }",
        "PREFIX ex: <x:> SELECT * { SERVICEex:y{ } }",
        "PREFIX ex: <x:> SELECT * { SERVICESILENTex:y { } }",
        "SELECT * { ?s ?p 'it''s' SERVICE <http://x/> { } }",
        'SELECT * { ?s ?p """a"b""" SERVICE <http://x/> { } }',
        "SELECT * { ?s ?p <x#y> # comment\n SERVICE <http://x/> { } }",
        "SELECT * { FILTER(EXISTS { SERVICE <http://x/> { } }) }",
    ],
)
def test_a_query_that_asks_another_endpoint_is_refused(query):
    with pytest.raises(ServiceRefused):
        inspect(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p 'SERVICE <http://x/> { }' }",
        'SELECT * { ?s ?p """SERVICE <http://x/>\n{ }""" }',
        "SELECT * { ?s <http://x/SERVICE> ?o }",
        "SELECT * { ?s ?p ?o } # SERVICE <http://x/> { }",
        "SELECT ?service { ?service ?p ?o }",
        "PREFIX ex: <x:> SELECT * { ?s ex:service ?o }",
        "PREFIX service: <x:> SELECT * { ?s service:of ?o }",
        "PREFIX service: <x:> SELECT * { GRAPH service:of { ?s ?p ?o } }",
        "SELECT * { _:service ?p 'x'@service }",
    ],
)
def test_the_word_service_elsewhere_is_no_service(query):
    assert inspect(query).form is Form.SELECT


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { FILTER(1<'b>c' && EXISTS { SERVICE <http://x/> { } } && 'x'='x') }",
        'SELECT * { FILTER(1<?b#>"""\n || EXISTS { SERVICE <http://x/> { } } ) } #"""',
        "SELECT * { FILTER(?a <str(?b)#>\n || EXISTS { SERVICE <http://x/> { } }) }",
        "SELECT * { <<?s?p?o#>>'''\n>> ?q 1 . SERVICE <http://x/> { } } #'''",
        "SELECT * { ?x ?q <<(?s?p?o#>'''\n)>> . SERVICE <http://x/> { } } #'''",
        "SELECT * { <<?s?p?o~?r#>>'''\n>> ?q 1 . SERVICE <http://x/> { } } #'''",
    ],
)
def test_a_less_than_sign_cannot_hide_a_service(query):
    """The engine reads ``<`` after an operand as an operator, and then a quote or a comment begins elsewhere."""
    with pytest.raises((BadSyntax, ServiceRefused)):
        inspect(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM <x:g> { VALUES (?a ?b) { (<http://x#a> <http://x#b>) } }",
        "SELECT * FROM <x:g> { ?s ?p ?o FILTER(?s<?o && ?o>?p) }",
        "SELECT * FROM <x:g> { ?s ?p ?o FILTER(?o < 'service') }",
    ],
)
def test_ordinary_less_than_signs_and_iris_pass(query):
    assert inspect(query).default_graphs == ("<x:g>",)


@pytest.mark.parametrize(
    ("query", "keyword", "place"),
    [
        ("INSERT DATA { }", "INSERT", (1, 1)),
        ("# a comment\nPREFIX ex: <x:>\n  delete where { ?s ?p ?o }", "DELETE", (3, 3)),
        ("BASE <x:> LOAD <http://x/>", "LOAD", (1, 11)),
        ("WITH <x:g> DELETE { } WHERE { }", "WITH", (1, 1)),
        ("CLEAR ALL", "CLEAR", (1, 1)),
    ],
)
def test_an_update_is_refused_by_its_first_word(query, keyword, place):
    with pytest.raises(UpdateRefused) as refused:
        inspect(query)

    assert (refused.value.keyword, (refused.value.line, refused.value.column)) == (keyword, place)


NESTED = {
    "parentheses": lambda n: f"SELECT * {{ FILTER({'(' * n}1{')' * n}) }}",
    "groups": lambda n: f"SELECT * {'{' * n}?s ?p ?o{'}' * n}",
    "brackets": lambda n: f"SELECT * {{ ?s ?p {'[?p ' * n}1{']' * n} }}",
    "function calls": lambda n: f"SELECT ({'STR(' * n}1{')' * n} AS ?x) {{}}",
    "subqueries": lambda n: "SELECT * {" * n + "}" * n,
    "parentheses in what may be an IRI": lambda n: f"SELECT * {{ FILTER(1<{'(' * n}1{')' * n}>0) }}",
}


@pytest.mark.parametrize("kind", NESTED)
def test_nesting_is_refused_above_128(kind):
    inspect(NESTED[kind](100))
    with pytest.raises(TooComplex):
        inspect(NESTED[kind](200))


CHAINED = {
    "or": lambda n: f"SELECT * {{ ?s ?p ?o FILTER(?s=1{'||?s=1' * n}) }}",
    "plus": lambda n: f"SELECT ((1{'+1' * n}) AS ?x) {{}}",
    "alternative paths": lambda n: f"SELECT * {{ ?s <x:p>{'|<x:p>' * n} ?o }}",
    "unions": lambda n: f"SELECT * {{ {{?s ?p ?o}}{' UNION {?s ?p ?o}' * n} }}",
    "filters": lambda n: f"SELECT * {{ ?s ?p ?o{' FILTER(?s!=1)' * n} }}",
}


@pytest.mark.parametrize("kind", CHAINED)
def test_long_chains_of_operators_are_refused(kind):
    inspect(CHAINED[kind](250))
    with pytest.raises(TooComplex, match="more than 2,000 operators, keywords and brackets"):
        inspect(CHAINED[kind](3000))


JOINED = {
    "triples": lambda n: f"SELECT * {{ {'?s ?p ?o.' * n} }}",
    "predicates": lambda n: f"SELECT * {{ ?s ?p ?o{';?p ?o' * n} }}",
    "objects": lambda n: f"SELECT * {{ ?s ?p ?o{',?o' * n} }}",
    "sequence paths": lambda n: f"SELECT * {{ ?s <x:p>{'/<x:p>' * n} ?o }}",
    "groups": lambda n: f"SELECT * {{ {'{?s ?p ?o}' * n} }}",
    "list items": lambda n: f"SELECT * {{ ?s ?p ({'?x ' * n}) }}",
}


@pytest.mark.parametrize("kind", JOINED)
def test_more_than_256_joined_patterns_are_refused(kind):
    inspect(JOINED[kind](200))
    with pytest.raises(TooComplex, match="more than 256 joined patterns"):
        inspect(JOINED[kind](300))


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT * {{ VALUES ?s {{ {'<x:s> ' * 20_000} }} }}",
        f"SELECT * {{ VALUES (?s ?o) {{ {'(<x:s> 1) ' * 20_000} }} }}",
        f"SELECT * {{ ?s ?p ?o FILTER(?o IN ({', '.join('1' * 5_000)})) }}",
        f"SELECT ('{'a' * 500_000}' AS ?x) {{}}",
    ],
)
def test_long_lists_of_values_pass(query):
    assert inspect(query).form is Form.SELECT


def test_a_query_of_more_than_a_million_characters_is_refused():
    with pytest.raises(TooComplex, match="1,000,006 characters; at most 1,000,000"):
        inspect("ASK {}" + " " * 1_000_000)


def test_a_lone_surrogate_is_told_with_its_place():
    with pytest.raises(BadSyntax, match="line 2, column 3: a lone surrogate"):
        inspect("ASK {\n  \ud800}")


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("select * {}", Form.SELECT),
        ("PREFIX a: <b:> # SELECT\nBASE <c:> ASK {}", Form.ASK),
        ("CONSTRUCT WHERE {}", Form.CONSTRUCT),
        ("DESCRIBE <x:y>", Form.DESCRIBE),
        ("", None),
        ("nonsense", None),
    ],
)
def test_the_form_is_known_before_parsing(query, form):
    assert inspect(query).form is form
