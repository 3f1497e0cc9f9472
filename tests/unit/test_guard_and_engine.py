"""
The guard against the engine itself: seeded random queries made of the pieces that confuse tokenizers.

Whatever the guard lets through is given to the engine with every IRI leading to a socket of ours; nobody may call.
"""

import contextlib
import random
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

import pyoxigraph
import pytest

from cppcc_graph.errors import CppccError
from cppcc_graph.guard import inspect
from cppcc_graph.store.base import UpdateRequest
from cppcc_graph.store.embedded import EmbeddedStore

N_QUERIES = 20_000
SEED = 2024
PIECES = (
    *(
        "SERVICE",
        "service ",
        "SERVICE SILENT ",
        "SERVICEex:",
        "ex:",
        "ex:a",
        "ex:SERVICE",
        "?service",
        "?x",
        "$x",
        "_:b",
    ),
    *("<IRI>", "<IRI#a>", "<'b>", "<?b#>", "<str(?b)#>", "^^<IRI>", "<", ">", " < ", "<=", "<<(", ")>>"),
    *("{", "}", "(", ")", "[]", "{ ?s ?p ?o }", " . ", ";", ",", " ", "\n", "#", "# c\n"),
    *(
        "'",
        '"',
        "'''",
        '"""',
        "''",
        "'a'",
        '"a"@en',
        "@en",
        '"a"@en--ltr',
        "--",
        "\\'",
        "\\u0041",
        "ex:a\\'",
        "1",
        "1.",
        "1e5",
        "true",
        "UNDEF",
    ),
    *("||", "&&", "!", "=", "+", "-", "*", "/", "a ", "GRAPH ", "FILTER(", "FILTER EXISTS {", "NOT EXISTS {"),
    *("BIND(1 AS ?y)", "UNION", "OPTIONAL {", "MINUS {", "VALUES ?x {", "SELECT * {"),
)
WHOLE = (
    "SELECT * {{ ?s ?p ?o FILTER(1<{0} && EXISTS {{ SERVICE <IRI> {{ ?a ?b ?c }} }} && {1}1=1) }}",
    "SELECT * {{ ?s ?p ?o FILTER(?s {0}\n || EXISTS {{ SERVICE <IRI> {{ ?a ?b ?c }} }}) }} #{1}",
    "SELECT * {{ ?s ?p ?o . FILTER(?s{0}) SERVICE <IRI> {{ ?a ?b ?c }} }} {1}",
    "SELECT * {{ ?s ?p {0} SERVICE <IRI> {{ ?a ?b ?c }} {1} }}",
    "PREFIX ex: <IRI> SELECT * {{ {0} SERVICEex:{{ ?a ?b ?c }} {1} }}",
    "SELECT * {{ FILTER(1{0} || EXISTS {{ SERVICE <IRI> {{ }} }} {1}) }}",
    "PREFIX ex: <IRI> SELECT * {{ {0} {1} }}",
)


@pytest.fixture
def server() -> Iterator[tuple[str, list[int]]]:
    """An IRI on this machine, and a list that grows with every connection to it."""
    calls: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=count_calls, args=(listening, calls), daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/", calls


def count_calls(listening: socket.socket, calls: list[int]) -> None:
    with contextlib.suppress(OSError):
        while True:
            listening.accept()[0].close()
            calls.append(1)


def random_query(chance: random.Random, iri: str) -> str:
    middle = ["".join(chance.choice(PIECES) for _ in range(chance.randrange(6))) for _ in range(2)]
    return chance.choice(WHOLE).format(*middle).replace("IRI", iri)


@pytest.mark.slow
def test_no_query_that_passes_the_guard_opens_a_connection(server):
    iri, calls = server
    chance = random.Random(SEED)
    store = pyoxigraph.Store()
    store.add(pyoxigraph.Quad(*[pyoxigraph.NamedNode(iri)] * 3))
    passed = 0
    for _ in range(N_QUERIES):
        query = random_query(chance, iri)
        with contextlib.suppress(CppccError, SyntaxError, OSError, RuntimeError):
            inspect(query)
            passed += 1
            results = store.query(query)
            if not isinstance(results, pyoxigraph.QueryBoolean):
                list(results)
        assert calls == [], query

    assert passed > 100


UPDATES = (
    "LOAD <IRI>",
    "LOAD SILENT <IRI> INTO GRAPH <x:g>",
    "LOADex:a",
    "PREFIX ex: <IRI> ",
    "PREFIXex:<IRI>",
    "BASE <IRI> ",
    *("INSERT DATA {", "DELETE DATA {", "DELETE WHERE {", "INSERT {", "DELETE {", "WHERE {", "WITH <x:g> "),
    *("USING <IRI> ", "USING NAMED <x:g> ", "CLEAR ALL", "CREATE SILENT GRAPH <x:g>", " ; ", " ; ", "}", "} ; "),
)


@pytest.mark.slow
@pytest.mark.parametrize("graphs", [(), ("x:g",), ("x:g", "x:h")])
def test_no_update_that_passes_the_guard_opens_a_connection(server, graphs):
    iri, calls = server
    chance = random.Random(SEED)
    store = EmbeddedStore(is_merged=False)
    passed = 0
    for _ in range(N_QUERIES // 2):
        pieces = [chance.choice(chance.choice((PIECES, UPDATES))) for _ in range(chance.randrange(12))]
        hidden = random_query(chance, iri).removeprefix("SELECT *")
        text = chance.choice(("", "INSERT { ?s ?p ?o } WHERE " + hidden)) + chance.choice(("", " ; ")) + "".join(pieces)
        with contextlib.suppress(CppccError):
            store.update(UpdateRequest(update=text.replace("IRI", iri), using_graph_iris=graphs))
            passed += 1
        assert calls == [], text

    assert passed > 100


DEEPEST = {
    "parentheses": "SELECT * { FILTER(" + "(" * 126 + "1" + ")" * 126 + ") }",
    "calls": "SELECT (" + "STR(" * 127 + "1" + ")" * 127 + " AS ?x) {}",
    "exists": "SELECT * {" + " FILTER EXISTS { ?s ?p ?o" * 120 + "}" * 121,
    "or": "SELECT * { ?s ?p ?o FILTER(?s=1" + "||?s=1" * 660 + ") }",
    "bind": "SELECT * {" + "".join(f" BIND(1 AS ?x{i})" for i in range(250)) + "}",
    "minus": "SELECT * { ?s ?p ?o" + " MINUS { ?s ?p 3 }" * 254 + "}",
    "union": "SELECT * { {?s ?p ?o}" + " UNION {?s ?p ?o}" * 990 + "}",
    "reified triples": "SELECT * { " + "<< " * 499 + "<x:s> <x:p> <x:o> " + ">> <x:p> <x:o> " * 498 + ">> <x:p> 1 }",
    "triple terms": "SELECT * { ?x ?p " + "<<( ?s ?p " * 127 + "<x:o>" + " )>>" * 127 + " }",
    "annotations": "SELECT * { ?x ?p ?o " + "~ {| <x:p> <x:o> " * 127 + " |}" * 127 + " }",
    "alternatives": "SELECT * { ?s <x:p>" + "|<x:p>" * 990 + " ?o }",
}
ASK = """
import sys, threading, pyoxigraph
threading.stack_size(2 * 1024 * 1024)
store = pyoxigraph.Store()
store.add(pyoxigraph.Quad(*[pyoxigraph.NamedNode("x:s")] * 3))
asked = threading.Thread(target=lambda: list(store.query(sys.stdin.read())))
asked.start()
asked.join()
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", DEEPEST)
def test_the_deepest_query_that_passes_does_not_crash_a_thread_with_2_mb_of_stack(kind):
    """The smallest default stack of a thread on Linux; the server's threads have sixteen times as much."""
    inspect(DEEPEST[kind])
    done = subprocess.run([sys.executable, "-c", ASK], input=DEEPEST[kind], text=True, timeout=120, check=False)

    assert done.returncode == 0
