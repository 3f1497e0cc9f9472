"""Search over ``cppcc serve``: by processes that share an index, after changes, and from a folder that is only read."""

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from tests.workers.server import BARE, Server, serving
from tests.writing.conftest import token_for
from tests.writing.curator import QUIET, UPDATE, Curator, cppcc, writable

pytestmark = pytest.mark.slow

BASE = "https://w3id.org/cppcc-graph/"
FN = f"PREFIX fn: <{BASE}function#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
COMMITTEE = f"{BASE}id/organisation/cppcc-hengyang"
NAMED = f'GRAPH <{BASE}entities/organisations> {{ <{COMMITTEE}> skos:altLabel "衡州议政会"@zh }}'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("searched") / "store"
    loaded = cppcc("load", "--store", store, timeout_s=600)
    assert loaded.returncode == 0, loaded.stderr
    return store


@pytest.fixture(scope="module")
def curator(folder: Path) -> Iterator[tuple[Server, Curator]]:
    token = token_for(folder, "curator")
    with writable(folder) as server:
        made = Curator(server.port, token)
        yield server, made
        made.close()


def found(server: Server, words: str, path: str = "/search") -> list[str]:
    name = "q" if path == "/search" else "prefix"
    reply = server.request("GET", f"{path}?{urlencode({name: words, 'format': 'json'})}")
    assert reply.status == 200, reply.body
    return [hit["id"] for hit in json.loads(reply.body).get("hits", json.loads(reply.body).get("result"))]


def scored(server: Server, words: str) -> bytes:
    reply = server.ask(f'{FN} SELECT ?s {{ ?s a ?c FILTER(fn:score(?s, "{words}") = 95) }}')
    assert reply.status == 200, reply.body
    return reply.body


def test_a_change_is_found_at_once_and_what_is_deleted_no_more(curator: tuple[Server, Curator]) -> None:
    server, writer = curator
    assert found(server, "衡州议政会") == []

    assert writer.send("POST", "/sparql", f"{FN} INSERT DATA {{ {NAMED} }}", UPDATE).status < 300
    assert found(server, "衡州议政会") == [COMMITTEE]
    assert found(server, "hzyzh", "/suggest/entity") == [COMMITTEE]
    assert COMMITTEE.encode() in scored(server, "衡州议政会")

    assert writer.send("POST", "/sparql", f"{FN} DELETE DATA {{ {NAMED} }}", UPDATE).status < 300
    assert found(server, "衡州议政会") == []
    assert scored(server, "衡州议政会") == b"s\r\n"


def test_an_evaluator_that_was_killed_is_replaced_by_one_that_finds(curator: tuple[Server, Curator]) -> None:
    server, _writer = curator
    for pid in server.evaluators:
        os.kill(pid, signal.SIGKILL)

    assert found(server, "hyszx")[0] == COMMITTEE


def test_a_folder_that_is_only_read_is_searched_too(folder: Path) -> None:
    with serving("--store", folder, *QUIET) as server:
        assert found(server, "衡陽市政協")[0] == COMMITTEE
        assert COMMITTEE.encode() in scored(server, "衡阳市政协")


def test_a_plain_store_without_data_knows_words_too() -> None:
    update = f'{FN} INSERT DATA {{ <x:a> skos:prefLabel "政协"@zh }}'.encode()
    with serving(*BARE, *QUIET) as server:
        assert found(server, "zhengxie") == []
        assert server.request("POST", "/sparql", body=update, headers={"Content-Type": UPDATE}).status == 204
        assert found(server, "zhengxie") == ["x:a"]


def test_a_function_that_fails_says_so_and_sends_no_rows(curator: tuple[Server, Curator]) -> None:
    server, _writer = curator
    reply = server.ask(f'{FN} SELECT ?s {{ ?s a ?c FILTER(fn:matches("x", "{"x" * 201}")) }}')

    assert reply.status == 400
    assert b"200" in reply.body
