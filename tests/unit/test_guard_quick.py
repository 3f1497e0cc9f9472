"""The guard's short way, held against the thorough one."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cppcc_graph.errors import CppccError
from cppcc_graph.guard import Outline, inspect, thorough_outline
from cppcc_graph.guard.outline import Form
from cppcc_graph.guard.quick import quick_outline

PIECES = (
    *(
        "SELECT",
        "select ",
        "ſELECT ",
        "ASK",
        "ASK{",
        "CONSTRUCT ",
        "DESCRİBE ",
        "DESCRIBE<",
        "INSERT ",
        "WITH ",
        "FORM ",
    ),
    *(
        "PREFIX ",
        "prefix ex:",
        "PREFIX :<x:>",
        "PREFIX -a:<x:>",
        "PREFIX ex: <http://e/#(>",
        "PREFIX e.: <x:> ",
        "PREFİX ",
    ),
    *(
        "BASE ",
        "BASE<x:>",
        "BASE <x:>",
        "VERSION '1.2'",
        "<x:>",
        "<http://e/a/b.c?d=(e)>",
        "<",
        ">",
        "#",
        "# c\n",
        "\r",
        "\v",
    ),
    *(
        " ",
        "\n",
        "\t",
        "\u00a0",
        "*",
        "?x",
        "$x",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        ".",
        ";",
        ",",
        "/",
        "|",
        "||",
        "1",
        "'a'",
        "''",
    ),
    *(
        '"',
        '"""',
        "@en",
        "_:b",
        ":",
        "ex:a",
        "a",
        "VALUES ?x {",
        "UNION",
        "FILTER(",
        "FROM ",
        "service",
        "ſervice",
        "\ud800",
    ),
)
BEGINNINGS = (
    "",
    "SELECT * ",
    "PREFIX ex: <http://e/> SELECT ?x WHERE { ",
    "# SELECT\nBASE <x:>\nASK {",
    "CONSTRUCT WHERE{",
)
TEXTS = st.builds(
    lambda beginning, runs: beginning + "".join(piece * n for piece, n in runs),
    st.sampled_from(BEGINNINGS),
    st.lists(
        st.tuples(st.sampled_from(PIECES), st.sampled_from([1, 1, 1, 1, 2, 120, 130, 250, 260, 400])), max_size=12
    ),
)


def way(query: str) -> Outline | str:
    try:
        return thorough_outline(query)
    except CppccError as error:
        return type(error).__name__


@settings(max_examples=500, deadline=None)
@given(TEXTS)
@example("PREFIX -a:<x:>SELECT * {}")
@example("SELECTED {}")
@example("ASK:x {}")
@example("SELECT * {" + "(" * 119 + ")" * 119)
@example("SELECT * {" + "(" * 129)
@example("SELECT * {" + "?x." * 257)
@example("SELECT * { ?s ?p (" + "1 " * 260)
def test_whatever_the_short_way_lets_through_the_thorough_way_lets_through_alike(query):
    outline = quick_outline(query)

    assert outline is None or outline == way(query)


TYPICAL = """\
# what is said of one thing
PREFIX cppcc: <https://w3id.org/cppcc-graph/ontology#>
BASE <https://w3id.org/cppcc-graph/>
SELECT ?p ?o WHERE { <report/hengyang-2024> ?p ?o . OPTIONAL { ?o cppcc:indicator ?i } FILTER (?o != "提案") }
LIMIT 50"""


@pytest.mark.parametrize(
    ("query", "form"),
    [
        (TYPICAL, Form.SELECT),
        ("ASK{}", Form.ASK),
        ("describe<x:y>", Form.DESCRIBE),
        ("PREFIX :<x:>CONSTRUCT { :a :b :c } {}", Form.CONSTRUCT),
        (TYPICAL + " # " + "x" * 1_500, Form.SELECT),
    ],
)
def test_the_usual_query_takes_the_short_way(query, form):
    outline = quick_outline(query)

    assert outline == thorough_outline(query)
    assert outline.form is form


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM <x:g> {}",
        "SELECT * { SERVICE <x:s> {} }",
        "CLEAR ALL",
        "nonsense",
        "",
        "ASK {}" + " " * 2_000,
        "SELECT * {" + "(" * 129,
        "SELECT * {" + "?s ?p ?o." * 200,
    ],
)
def test_what_needs_a_closer_look_does_not_take_it(query):
    assert quick_outline(query) is None


@pytest.mark.parametrize("base_iri", [None, "http://localhost/sparql"])
@pytest.mark.parametrize("iri", ["http://e/a/../b", "https://e.org:8080/a.b#c/d", "http://e/", "http://e/~a_b-c"])
def test_a_plain_graph_name_is_what_the_engine_makes_of_it(iri, base_iri):
    """Written with an escape, the same name goes to the engine to be resolved."""
    escaped = f"<{iri.replace('e', chr(92) + 'u0065', 1)}>"

    assert inspect(f"ASK FROM <{iri}> {{}}").dataset(base_iri) == ([iri], [])
    assert inspect(f"ASK FROM {escaped} {{}}").dataset(base_iri) == ([iri], [])
