"""Files with all of the data, fetched in whole and in parts."""

import hashlib
from base64 import b64decode

import pytest

from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.web import create_app
from cppcc_graph.web.dumps import DUMPS

NAMES = [dump.name for dump in DUMPS]


@pytest.fixture(scope="module")
def client(published):
    return create_app(Settings(), published).test_client()


@pytest.mark.parametrize("name", NAMES)
def test_parts_together_are_the_file(client, name):
    whole = client.get(f"/dumps/{name}")
    half = len(whole.data) // 2
    parts = [
        client.get(f"/dumps/{name}", headers={"Range": asked}) for asked in (f"bytes=0-{half - 1}", f"bytes={half}-")
    ]

    assert [part.status_code for part in parts] == [206, 206]
    assert b"".join(part.data for part in parts) == whole.data
    assert parts[0].headers["Content-Range"] == f"bytes 0-{half - 1}/{len(whole.data)}"
    assert {part.headers["ETag"] for part in parts} == {whole.headers["ETag"]}
    assert [part.content_length for part in (whole, *parts)] == [len(part.data) for part in (whole, *parts)]


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=-10", slice(-10, None)),
        ("bytes=5-99999999999", slice(5, None)),
        ("bytes=-99999999999", slice(None)),
    ],
)
def test_a_part_is_where_it_was_asked_for(client, asked, part):
    answer = client.get("/dumps/all.nq.gz", headers={"Range": asked})

    assert answer.status_code == 206
    assert answer.data == client.get("/dumps/all.nq.gz").data[part]


@pytest.mark.parametrize("asked", ["bytes=99999999999-", "bytes=-0"])
def test_a_part_that_is_not_there_is_refused_with_the_length(client, asked):
    answer = client.get("/dumps/all.nq.gz", headers={"Range": asked})

    assert (answer.status_code, answer.mimetype) == (416, "application/problem+json")
    assert answer.headers["Content-Range"] == f"bytes */{len(client.get('/dumps/all.nq.gz').data)}"


@pytest.mark.parametrize(
    "asked", ["bytes=", "bytes=-", "bytes=5-2", "bytes=0-1,4-5", "lines=1-2", "nonsense", "bytes=a-b"]
)
def test_what_is_no_single_part_gets_the_whole(client, asked):
    assert client.get("/dumps/all.nq.gz", headers={"Range": asked}).status_code == 200


def test_a_part_of_a_file_that_has_changed_is_not_sent(client):
    tag = client.get("/dumps/all.nq.gz").headers["ETag"]
    statuses = [
        client.get("/dumps/all.nq.gz", headers={"Range": "bytes=0-9", "If-Range": given}).status_code
        for given in (tag, '"another"', f"W/{tag}", "Mon, 23 Nov 2026 00:00:00 GMT")
    ]

    assert statuses == [206, 200, 200, 200]


@pytest.mark.parametrize("name", NAMES)
def test_the_checksum_is_that_of_the_file(client, name):
    answer = client.get(f"/dumps/{name}", headers={"Accept-Encoding": "gzip, zstd"})
    digest = hashlib.sha256(answer.data)

    assert "Content-Encoding" not in answer.headers
    assert b64decode(answer.headers["Repr-Digest"].removeprefix("sha-256=:").removesuffix(":")) == digest.digest()
    assert f"{digest.hexdigest()}  {name}\n" in client.get("/dumps/SHA256SUMS").text


def test_a_head_request_tells_the_length_and_sends_nothing(client):
    answer = client.head("/dumps/all.nq.gz", headers={"Range": "bytes=0-9"})

    assert (answer.status_code, answer.data) == (200, b"")
    assert int(answer.headers["Content-Length"]) == len(client.get("/dumps/all.nq.gz").data)


def test_there_is_no_other_file(client):
    assert client.get("/dumps/passwd").status_code == 404
    assert client.get("/dumps/..%2f..%2fpasswd").status_code in (400, 404)
    assert client.get("/dumps").headers["Location"] == "/catalogue#files"


def test_a_file_is_made_once_and_anew_when_the_data_change(published, monkeypatch):
    store = EmbeddedStore()
    store.replace_graph("x:g", [next(published.quads()).triple])
    made, answer = [], EmbeddedStore.answer
    monkeypatch.setattr(EmbeddedStore, "answer", lambda self, *given: made.append(given) or answer(self, *given))
    client = create_app(Settings(), store).test_client()
    first = [client.get("/dumps/all.nq") for _again in range(3)]
    store.replace_graph("x:h", [next(published.quads()).triple])
    later = client.get("/dumps/all.nq")

    assert len(made) == 2
    assert len({answer.headers["ETag"] for answer in (*first, later)}) == 2
    assert b"x:h" in later.data
