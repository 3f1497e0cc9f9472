"""``cppcc serve --empty``: a plain SPARQL store over given files, or over nothing."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.engines import cppcc as server
from tests.engines.engine import Engine, request

pytestmark = pytest.mark.slow

WRITABLE = ("--empty", "--default-graph", "separate", "--shapes", "none", "--writable", "--no-auth")
IN_DEFAULT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
IN_NAMED = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("data")
    (folder / "plain.ttl").write_text("<x:a> <x:p> 1 , 2 . _:b <x:p> 3 .", encoding="utf-8")
    (folder / "named.trig").write_text("<x:a> <x:p> 1 . _:b <x:p> 3 . <x:g> { <x:c> <x:p> 4 }", encoding="utf-8")
    return [folder / "plain.ttl", folder / "named.trig"]


@pytest.fixture(scope="module")
def engine(files: list[Path]) -> Iterator[Engine]:
    with server.served(files, options=(*WRITABLE, "--deadline", "1")) as running:
        yield running


def number(engine: Engine, query: str) -> int:
    status, body = request("GET", f"{engine.query_url}?query={quote(query)}&format=json")
    assert status == 200
    return int(json.loads(body)["results"]["bindings"][0]["n"]["value"])


def update(engine: Engine, text: str) -> int:
    headers = {"Content-Type": "application/sparql-update"}
    return request("POST", engine.query_url, body=text.encode(), headers=headers)[0]


def test_triples_without_a_graph_are_in_the_default_graph_and_others_in_theirs(engine: Engine) -> None:
    """A triple of both files is there once; their blank nodes are two."""
    assert number(engine, IN_DEFAULT) == 4
    assert number(engine, IN_NAMED) == 1


def test_what_is_written_is_read_at_once_by_every_evaluator(engine: Engine) -> None:
    for n in range(1, 6):
        assert update(engine, f"INSERT DATA {{ GRAPH <x:w> {{ <x:w> <x:p> {n} }} }}") == 204
        assert [number(engine, IN_NAMED) for _ in range(4)] == [1 + n] * 4
    assert update(engine, "DROP GRAPH <x:w>") == 204
    assert update(engine, "DROP GRAPH <x:w>") == 409
    assert number(engine, IN_NAMED) == 1


def test_an_update_that_takes_too_long_changes_nothing_and_the_next_one_is_done(engine: Engine) -> None:
    heavy = " ".join(f"?a{n} ?p{n} ?b{n} ." for n in range(16))

    assert (
        update(
            engine, f"DELETE DATA {{ <x:a> <x:p> 1 }}; INSERT {{ ?a0 <x:y> ?u }} WHERE {{ {heavy} BIND(UUID() AS ?u) }}"
        )
        == 503
    )
    assert number(engine, IN_DEFAULT) == 4
    assert update(engine, "INSERT DATA { <x:y> <x:y> <x:y> }; DELETE DATA { <x:y> <x:y> <x:y> }") == 204
    assert number(engine, IN_DEFAULT) == 4


def test_a_bare_server_that_only_reads_may_take_the_named_graphs_as_one(files: list[Path]) -> None:
    with server.served(files, options=("--empty",)) as engine:
        assert number(engine, IN_DEFAULT) == 5
        assert update(engine, "CLEAR ALL") == 403
        assert request("GET", engine.query_url.replace("/sparql", "/"), headers={"Accept": "text/html"})[0] == 200


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--writable"], "cppcc: writable: what is written has to stay somewhere; add --store DIR\n"),
        ([*WRITABLE, "--host", "0.0.0.0"], "cppcc: writable: whoever reaches 0.0.0.0 could write"),
        (["--empty", "--store", "s"], "cppcc: empty: the bare mode holds its data in memory; leave out --store\n"),
        (["--empty", "--data", "nowhere.ttl"], "cppcc: nowhere.ttl: there is no such file or folder\n"),
    ],
)
def test_options_that_do_not_fit_are_told_in_one_line(cppcc, options: list[str], message: str) -> None:
    ran = cppcc("serve", "--port", "0", *options)

    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(message)
    assert ran.err.count("\n") == 1
