"""``/dumps`` of a server that writes, and both commands with ``--server``."""

import gzip
import hashlib
import shutil
import threading
import time

import pytest
from tests.backup.conftest import BASE, SECOND, store_of
from tests.operations.conftest import started_in

from cppcc_graph.grants import Grant
from cppcc_graph.publish import load_published, put
from cppcc_graph.repository import open_gate
from cppcc_graph.settings import Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.journal import Journal
from cppcc_graph.tokens import Tokens
from cppcc_graph.web import create_app
from cppcc_graph.web.dumps import DUMPS

GRAPH = f"/graphs?graph={BASE}graph/notes"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A server that writes, its folder and a token."""
    folder = tmp_path_factory.mktemp("online") / "store"
    open_gate(folder, [SECOND]).close()
    token = Tokens(folder).create(Grant(name="tests"))
    with started_in(tmp_path_factory.mktemp("server")) as start:
        yield start("--store", folder, "--writable"), folder, token


def put_notes(program, token, number):
    body = "\n".join(f"<https://example.org/n{n}> <https://example.org/says> 'note {number}' ." for n in range(50))
    head = f"PUT {GRAPH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nContent-Type: text/turtle\r\n"
    return program.say(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode())


def test_a_dump_is_a_file_with_a_name_and_a_tag(published_client):
    plain, packed = (published_client.get(f"/dumps/all.nq{ending}") for ending in ("", ".gz"))

    assert (plain.content_type, packed.content_type) == ("application/n-quads", "application/gzip")
    assert packed.headers["Content-Disposition"] == 'attachment; filename="all.nq.gz"'
    assert "Content-Encoding" not in packed.headers
    assert gzip.decompress(packed.data) == plain.data
    assert plain.headers["ETag"] != packed.headers["ETag"]


def test_what_a_client_has_already_is_not_sent_again(published_client):
    tag = published_client.get("/dumps/all.nq.gz").headers["ETag"]
    again = published_client.get("/dumps/all.nq.gz", headers={"If-None-Match": tag})

    assert (again.status_code, again.data) == (304, b"")


def test_a_dump_over_http_has_the_lines_of_the_command(published_client, cppcc):
    lines = published_client.get("/dumps/all.nq").text.splitlines()

    assert sorted(lines) == cppcc("dump").out.splitlines()


def test_a_dump_is_not_written_to(published_client):
    assert published_client.post("/dumps/all.nq", data="x").status_code == 405


def test_a_query_cannot_ask_for_a_dump(published_client):
    assert published_client.get("/sparql?query=dump%20plain").status_code == 400


def test_of_a_store_in_memory_no_version_is_told(hard):
    store = EmbeddedStore()
    put(store, load_published([hard]))
    answer = create_app(Settings(), store).test_client().get("/dumps/all.nq")

    assert "Data-Version" not in answer.headers
    assert store_of(answer.data).versions() == store.versions()


@pytest.mark.slow
def test_dumps_while_others_write_are_each_of_the_version_that_they_tell(served):
    program, folder, token = served
    over = threading.Event()
    statuses = []

    def write():
        number = 0
        while not over.is_set():
            statuses.append(put_notes(program, token, number).status)
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        answers = [program.get("/dumps/all.nq")]
        until = time.monotonic() + 60
        while int(answers[-1].headers["data-version"]) < 5 and time.monotonic() < until:
            time.sleep(0.3)
            answers += [program.get(f"/dumps/all.nq{ending}") for ending in ("", ".gz")]
    finally:
        over.set()
        writer.join()
    entries = Journal.read(folder).entries

    assert set(statuses) <= {201, 204}
    numbers = [int(answer.headers["data-version"]) for answer in answers]
    assert numbers == sorted(numbers)
    assert numbers[0] < numbers[-1]
    for number, answer in zip(numbers, answers, strict=True):
        body = gzip.decompress(answer.body) if answer.body[:2] == b"\x1f\x8b" else answer.body
        assert store_of(body).version() == entries[number - 1].commit.data_version
        assert answer.headers["etag"].startswith(f'"v{number}.')


@pytest.mark.slow
def test_a_dump_that_is_kept_answers_no_query_of_its_words(served):
    program, _folder, _token = served
    dump = program.get("/dumps/all.nq.gz")
    asked = program.get("/sparql?query=dump%20gzip", Accept="application/n-quads")

    assert (dump.status, asked.status) == (200, 400)


@pytest.mark.slow
def test_every_form_comes_from_the_processes_too_and_follows_a_write(served):
    program, _folder, token = served

    def sums():
        files = {dump.name: program.get(f"/dumps/{dump.name}") for dump in DUMPS}
        told = dict(line.split("  ")[::-1] for line in program.get("/dumps/SHA256SUMS").body.decode().splitlines())
        assert {name: hashlib.sha256(file.body).hexdigest() for name, file in files.items()} == told
        return told, {file.headers["data-version"] for file in files.values()}

    before, versions = sums()
    assert put_notes(program, token, "that is in every form").status in (201, 204)
    after, later = sums()

    assert len(versions) == len(later) == 1
    assert versions != later
    assert all(before[name] != after[name] for name in before if name != "tables.csv.zip")
    void = program.get("/void?format=ntriples").body.decode()
    assert f'"{BASE}graph/notes"' in void
    part = program.get("/dumps/all.trig", Range="bytes=0-99")
    assert (part.status, len(part.body)) == (206, 100)


@pytest.mark.slow
def test_a_server_is_dumped_and_gets_its_data_back(served, cppcc, tmp_path, monkeypatch):
    program, folder, token = served
    server, dump = f"http://127.0.0.1:{program.port}/", tmp_path / "all.nq.gz"
    monkeypatch.setenv("CPPCC_TOKEN", token)
    assert cppcc("dump", "--server", server, "--output", dump).status == 0
    before = program.get("/dumps/all.nq").body
    assert put_notes(program, token, "that goes away again").status in (201, 204)
    told = cppcc("restore", dump, "--server", server, "--message", "back")

    assert (told.status, told.err) == (0, "")
    assert program.get("/dumps/all.nq").body == before
    last = Journal.read(folder).entries[-1].commit
    assert (last.operation, last.agent, last.message) == ("restore", "tests", "back")
    version = Journal.read(folder).version
    assert cppcc("restore", dump, "--server", server).status == 0
    assert Journal.read(folder).version == version


@pytest.mark.slow
@pytest.mark.parametrize("text", ["<x:a> nonsense .\n", '<x:a> <x:b> "c" .\n'])
def test_what_a_server_finds_wrong_with_a_file_is_told_with_its_name(served, cppcc, tmp_path, monkeypatch, text):
    program, _folder, token = served
    monkeypatch.setenv("CPPCC_TOKEN", token)
    broken = tmp_path / "broken.nq"
    broken.write_text(text)

    told = cppcc("restore", broken, "--server", f"http://127.0.0.1:{program.port}")

    assert (told.status, f"cppcc: {broken}: The text does not parse" in told.err) == (2, True)


@pytest.mark.slow
def test_without_a_token_a_server_keeps_its_data(served, cppcc, tmp_path, monkeypatch):
    program, folder, _token = served
    server, dump = f"http://127.0.0.1:{program.port}", tmp_path / "all.nq"
    cppcc("dump", "--server", server, "--output", dump)
    version = Journal.read(folder).version
    monkeypatch.setenv("CPPCC_TOKEN", "cppcc_wrong")

    assert cppcc("restore", dump, "--server", server).status == 2
    assert Journal.read(folder).version == version


@pytest.mark.slow
def test_a_server_is_exported_as_its_folder_is(served, cppcc, tmp_path):
    program, folder, _token = served
    copy = shutil.copytree(folder, tmp_path / "copy")
    cppcc("export", "--server", f"http://127.0.0.1:{program.port}/", "--into", tmp_path / "one")
    cppcc("export", "--store", copy, "--into", tmp_path / "two")
    one, two = (
        {p.relative_to(f): p.read_text() for p in f.rglob("*.t*")} for f in (tmp_path / "one", tmp_path / "two")
    )

    assert one == two
    assert len(one) >= 2


@pytest.mark.parametrize(
    ("server", "message"),
    [
        ("http://127.0.0.1:9/", "the server at http://127.0.0.1:9/dumps/all.nq.gz does not answer: "),
        ("ftp://example.org/", "server: 'ftp://example.org/' is no address such as https://example.org/"),
        ("nonsense", "server: 'nonsense' is no address such as https://example.org/"),
    ],
)
def test_a_server_that_is_not_there_is_told(cppcc, tmp_path, server, message):
    told = cppcc("dump", "--server", server, "--output", tmp_path / "all.nq")

    assert (told.status, told.out) == (2, "")
    assert message in told.err
    assert list(tmp_path.iterdir()) == []
