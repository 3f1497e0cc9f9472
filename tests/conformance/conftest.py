"""The doors through which the W3C's tests come in: Flask alone, and the server as it runs."""

import http.client
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pyoxigraph
import pytest
from tests.engines import cppcc

from cppcc_graph.grants import Grant
from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.tokens import Tokens
from cppcc_graph.web import create_app

AUTHORITY = "www.example"
BARE = (
    *("--empty", "--default-graph", "separate", "--shapes", "none"),
    *("--writable", "--no-auth", "--allowed-host", AUTHORITY),
)


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


def served_door(address: str, token: str = "") -> Door:
    host, port = address.rsplit(":", 1)

    def send(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Got:
        connection = http.client.HTTPConnection(host, int(port), timeout=60)
        try:
            own = {"Host": AUTHORITY} | ({"Authorization": f"Bearer {token}"} if token else {})
            connection.request(method, path, body or None, {**own, **headers})
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
        settings = Settings(
            empty=True,
            default_graph="separate",
            shapes="none",
            writable=True,
            no_auth=True,
            allowed_host=(AUTHORITY,),
        )
        return flask_door(EmbeddedStore(is_merged=False), settings)
    door = served_door(request.getfixturevalue("served"))
    emptied = door("POST", "/sparql", {"Content-Type": "application/sparql-update"}, b"DROP ALL")
    assert emptied.status == 204
    return door


@pytest.fixture(scope="session")
def gated_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A door to ``cppcc serve --writable`` over the bundled data, for who has a token."""
    store = tmp_path_factory.mktemp("gated") / "store"
    store.mkdir()
    token = Tokens(store).create(Grant(name="conformance"))
    options = ("--store", str(store), "--writable", "--allowed-host", AUTHORITY)
    with cppcc.served(options=options) as engine:
        yield served_door(engine.query_url.removeprefix("http://").removesuffix("/sparql"), token)


@pytest.fixture
def gated(gated_server: Door) -> Iterator[Door]:
    """The same, as it was in the beginning."""
    yield gated_server
    back = gated_server("POST", "/versions/1/revert", {}, b"")
    assert back.status == 204


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
