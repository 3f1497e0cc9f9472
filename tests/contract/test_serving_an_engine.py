"""A store in an engine, from the first load to the answers of a server, and what happens when something is amiss."""

import socket
import subprocess
import sys
from contextlib import closing, suppress
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from tests.contract.conftest import ON_ENGINES
from tests.engines import cppcc, oxigraph

from cppcc_graph.errors import BadSyntax, ServiceRefused, StoreBusy, StoreUnavailable
from cppcc_graph.store.address import Remote
from cppcc_graph.store.base import QueryRequest
from cppcc_graph.store.deadline import within
from cppcc_graph.store.endpoint import JSON_RESULTS, Endpoint
from cppcc_graph.store.ledger import unfinished
from cppcc_graph.store.remote import RemoteStore
from cppcc_graph.terms import Literal, NamedNode, Triple

ONE = [Triple(NamedNode("x:a"), NamedNode("x:p"), Literal("1"))]
TWO = [Triple(NamedNode("x:a"), NamedNode("x:p"), Literal("2"))]
COUNT = "sparql?query=SELECT(COUNT(*)AS+?n){?s+a+?class}&format=csv"


def got(url: str) -> tuple[int, str]:
    try:
        with urlopen(url) as response:
            return response.status, response.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.mark.slow
def test_a_server_waits_for_the_first_load_and_survives_the_engine():
    with oxigraph.served(is_union=False) as engine, cppcc.served(options=["--store", engine.query_url]) as server:
        home = server.query_url.removesuffix("sparql")
        assert got(f"{home}readyz")[0] == 503

        load = [sys.executable, "-m", "cppcc_graph", "load", "--store", engine.query_url]
        told = subprocess.run(load, capture_output=True, text=True, env=cppcc.environment(), check=False)
        assert (told.returncode, told.stdout.splitlines()[-1]) == (0, "65 graphs changed"), told.stderr
        again = subprocess.run(
            [*load, "--dry-run"], capture_output=True, text=True, env=cppcc.environment(), check=False
        )
        assert again.stdout == "the store says what the files say\n"

        assert got(f"{home}readyz")[0] == 200
        assert got(f"{home}{COUNT}")[1].startswith("n\r\n")
        assert got(f"{home}doc/report/hengyang-2024.ttl")[0] == 200

        engine.process.terminate()
        engine.process.wait()
        status, said = got(f"{home}{COUNT}")
        assert status == 502
        assert "127.0.0.1" not in said


@pytest.mark.slow
@pytest.mark.parametrize("name", ON_ENGINES)
def test_an_interrupted_load_is_told_to_readers_and_mended_by_the_next(remote_store, engine_named, name):
    store = remote_store(name)
    store.replace_graphs({"x:g1": ONE, "x:g2": ONE})
    remote = Remote(query_iri=engine_named(name).query_url)
    endpoint = Endpoint(remote)
    endpoint.query("ASK {}", JSON_RESULTS, within(5), limit_bytes=1000).close()  # learns where updates go
    for step in unfinished(["x:g1"]):
        endpoint.update(step)

    with pytest.raises(StoreBusy, match="the store is busy"):
        store.graphs()
    with closing(RemoteStore(remote, is_mending=True)) as mending:
        mending.replace_graphs({"x:g1": TWO})
    assert [graph.iri for graph in store.graphs()] == ["x:g1", "x:g2"]
    assert [str(row["o"]) for row in store.select("SELECT ?o { ?s ?p ?o } ORDER BY ?o")] == ['"1"', '"2"']


@pytest.mark.slow
@pytest.mark.parametrize("name", ON_ENGINES)
def test_an_engine_is_asked_to_open_no_connection(remote_store, name):
    """Virtuoso 7 fetches an address for anybody who calls <bif:http_get>."""
    store = remote_store(name)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.5)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        for query in (
            f"SELECT (<bif:http_get>('{address}') AS ?x) {{}}",
            f"PREFIX b: <bif:> SELECT (IF(true, 1, b:http_get('{address}')) AS ?x) {{}}",
            f"SELECT * {{ SERVICE <{address}> {{ ?s ?p ?o }} }}",
            f"SELECT * {{ SERVICE SILENT <{address}> {{ ?s ?p ?o }} }}",
            f"SELECT * FROM <{address}> {{ ?s ?p ?o }}",
            f"SELECT * {{ GRAPH <{address}> {{ ?s ?p ?o }} }}",
            f"DESCRIBE <{address}>",
        ):
            with suppress(BadSyntax, ServiceRefused):
                store.answer(QueryRequest(query=query))

        with pytest.raises(TimeoutError):
            listening.accept()


@pytest.mark.slow
def test_graphs_of_others_in_the_same_engine_are_neither_seen_nor_touched(remote_store, engine_named):
    store = remote_store("oxigraph serve")
    endpoint = Endpoint(Remote(query_iri=engine_named("oxigraph serve").query_url))
    endpoint.update("INSERT DATA { GRAPH <x:theirs> { <x:s> <x:p> 'theirs' } }")
    store.replace_graphs({"x:g1": ONE})

    assert [graph.iri for graph in store.graphs()] == ["x:g1"]
    assert store.select("SELECT ?o { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } FILTER(?o = 'theirs') }") == []
    assert not store.ask("ASK { GRAPH <x:theirs> { ?s ?p ?o } }")
    endpoint.update("DROP GRAPH <x:theirs>")


@pytest.mark.slow
def test_an_engine_that_asks_all_graphs_whatever_a_query_says_is_refused():
    with oxigraph.served(is_union=True) as engine, closing(RemoteStore(Remote(query_iri=engine.query_url))) as store:
        store.replace_graphs({"x:g1": ONE})

        with pytest.raises(StoreUnavailable, match="asks all its graphs, whatever FROM says"):
            store.graphs()
