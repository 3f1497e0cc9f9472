"""The doors through which the W3C's tests come in: Flask alone, and the server as it runs."""

import http.client
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pyoxigraph
import pytest
from tests.engines import cppcc

from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.web import create_app

BARE = ("--empty", "--default-graph", "separate", "--shapes", "none", "--writable", "--no-auth")
AUTHORITY = "www.example"


@dataclass(frozen=True)
class Got:
    """An answer; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Door = Callable[..., Got]


def flask_door(store: EmbeddedStore, settings: Settings) -> Door:
    client = create_app(settings, store).test_client()

    def send(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Got:
        answer = client.open(path, method=method, headers=dict(headers), data=body, base_url=f"http://{AUTHORITY}")
        return Got(answer.status_code, {name.lower(): value for name, value in answer.headers}, answer.data)

    return send


def served_door(address: str) -> Door:
    host, port = address.rsplit(":", 1)

    def send(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Got:
        connection = http.client.HTTPConnection(host, int(port), timeout=60)
        try:
            connection.request(method, path, body or None, {"Host": AUTHORITY, **headers})
            answer = connection.getresponse()
            got = {name.lower(): value for name, value in answer.getheaders()}
            return Got(answer.status, got, answer.read())
        finally:
            connection.close()

    return send


@pytest.fixture(scope="session")
def served() -> Iterator[str]:
    """Host and port of ``cppcc serve`` in bare mode."""
    with cppcc.served(options=BARE) as engine:
        yield engine.query_url.removeprefix("http://").removesuffix("/sparql")


@pytest.fixture(params=["flask", pytest.param("served", marks=pytest.mark.slow)])
def bare(request: pytest.FixtureRequest) -> Door:
    """A door to an empty writable store."""
    if request.param == "flask":
        settings = Settings(empty=True, default_graph="separate", shapes="none", writable=True, no_auth=True)
        return flask_door(EmbeddedStore(is_merged=False), settings)
    door = served_door(request.getfixturevalue("served"))
    emptied = door("POST", "/sparql", {"Content-Type": "application/sparql-update"}, b"DROP ALL")
    assert emptied.status == 204
    return door


def fill(door: Door, graphs: Mapping[str, Path]) -> None:
    """Puts files of N-Triples into named graphs."""
    for iri, path in graphs.items():
        headers = {"Content-Type": "application/n-triples"}
        put = door("PUT", f"/graphs?graph={quote(iri, safe='')}", headers, path.read_bytes())
        assert put.status == 201


def reading(graphs: Mapping[str, Path]) -> Door:
    """A door to a server of the normal mode that holds these graphs: read-only, the default graph is the union."""
    store = EmbeddedStore()
    store.replace_graphs(
        {
            iri: [quad.triple for quad in pyoxigraph.parse(path=path, format=pyoxigraph.RdfFormat.N_TRIPLES)]
            for iri, path in graphs.items()
        }
    )
    return flask_door(store, Settings())
