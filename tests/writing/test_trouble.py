"""Disks that are full or only read, clocks that go back, and two who want to write: refused in words, nothing lost."""

import http.client
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from tests.workers.server import Reply, Server, children, cpu_s, wait_until
from tests.writing.conftest import token_for
from tests.writing.curator import GRAPHS, TURTLE, Curator, address, cppcc, writable

from cppcc_graph.store.commits import Commit
from cppcc_graph.store.journal import Journal
from cppcc_graph.store.lock import lock_for_writing
from cppcc_graph.store.patch import Patch
from cppcc_graph.terms import Literal, NamedNode, Quad

pytestmark = pytest.mark.slow

G, EX = f"{GRAPHS}trouble", "http://example.org/"
COUNT = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{G}> {{ ?s ?p ?o }} }}"


def many(n: int, start: int = 0, *, n_bytes: int = 32) -> str:
    """Turtle that hardly packs."""
    return " ".join(f'<{EX}{k}> <{EX}is> "{os.urandom(n_bytes).hex()}" .' for k in range(start, start + n))


def n_of(curator: Curator) -> int:
    return int(curator.rows(COUNT)[0]["n"])


def put(curator: Curator, turtle: str, method: str = "PUT"):
    return curator.send(method, address("/graphs", graph=G), turtle, TURTLE)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("allowed: this user may mount no disk")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.fixture
def small(disk: Path, filled: Path) -> Path:
    """The filled folder on it."""
    return Path(shutil.copytree(filled, disk / "store"))


def fill(disk: Path) -> Path:
    """A file that takes what is left of the disk."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            pass
    return ballast


def test_a_full_disk_is_said_and_writing_goes_on_when_there_is_room(disk, small):
    curator_token = token_for(small, "curator")
    with writable(small) as server:
        curator = Curator(server.port, curator_token)
        assert put(curator, many(100)).status == 201
        before = (small / "journal").read_bytes()
        ballast = fill(disk)
        refusals = [put(curator, many(100, 100 * n), "POST") for n in range(1, 4)]
        n_meanwhile = n_of(curator)
        after = (small / "journal").read_bytes()
        ballast.unlink()
        again = put(curator, many(100, 900), "POST")

        assert {refused.status for refused in refusals} == {507}
        assert {json.loads(refused.body)["type"].partition("#")[2] for refused in refusals} == {"not-kept"}
        assert b"Nothing was changed" in refusals[0].body
        assert n_meanwhile == 100
        assert after == before
        assert (again.status, n_of(curator)) == (204, 200)
        assert int(again.headers["data-version"]) == 3
        curator.close()
    assert cppcc("check", "--store", small, "--no-shapes").returncode == 0


def test_a_disk_that_is_filled_by_writing_keeps_all_that_it_acknowledged(disk, small):
    curator_token = token_for(small, "curator")
    n_kept = 0
    with writable(small) as server:
        curator = Curator(server.port, curator_token)
        while (reply := put(curator, many(50, n_kept, n_bytes=20_000), "POST")).status != 507:
            assert reply.status in (201, 204), reply.body
            n_kept += 50
        assert n_kept > 0
        assert n_of(curator) == n_kept
        curator.close()
    refused = cppcc("serve", "--store", small, "--writable", "--port", 0)
    subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
    assert (refused.returncode, "No space left on device" in refused.stderr) == (2, True)
    with writable(small) as server:
        curator = Curator(server.port, curator_token)
        assert n_of(curator) == n_kept
        assert put(curator, many(10, n_kept), "POST").status == 204
        curator.close()


def test_commands_on_a_full_disk_say_so_and_lose_nothing(disk, small, tmp_path):
    data = tmp_path / "more.trig"
    data.write_text(f"<{G}> {{ {many(2000)} }}")
    ballast = fill(disk)
    refused = cppcc("publish", "--store", small, data)
    meanwhile = cppcc("check", "--store", small, "--no-shapes")
    ballast.unlink()
    done = cppcc("publish", "--store", small, data)

    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1), refused.stderr
    assert "No space left on device" in refused.stderr
    assert meanwhile.returncode == 0, meanwhile.stdout
    assert done.returncode == 0, done.stderr
    assert cppcc("check", "--store", small, "--no-shapes").returncode == 0


def test_a_folder_that_is_only_read_is_served_to_readers_and_refused_to_writers(disk, small, tmp_path):
    assert token_for(small, "curator")
    data = tmp_path / "more.trig"
    data.write_text(f"<{G}> {{ {many(2)} }}")
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    served = cppcc("serve", "--store", small, "--writable", "--port", 0, timeout_s=30)
    published = cppcc("publish", "--store", small, data)
    asked = cppcc("query", "--store", small, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
    done = cppcc("publish", "--store", small, data)

    assert [(end.returncode, end.stderr.count("\n")) for end in (served, published)] == [(2, 1), (2, 1)], served.stderr
    assert "Read-only file system" in served.stderr
    assert "Read-only file system" in published.stderr
    assert asked.returncode == 0, asked.stderr
    assert done.returncode == 0, done.stderr


def test_a_journal_that_becomes_read_only_stops_the_changes_and_nothing_else(curator, folder):
    assert put(curator, many(3)).status == 201
    if subprocess.run(["chattr", "+i", folder / "journal"], capture_output=True, check=False).returncode:
        pytest.skip("allowed: this system lets no file be made immutable")
    try:
        refused = put(curator, many(3, 3), "POST")
        n_meanwhile = n_of(curator)
    finally:
        subprocess.run(["chattr", "-i", folder / "journal"], check=True)
    again = put(curator, many(3, 3), "POST")

    assert (refused.status, n_meanwhile) == (507, 3)
    assert (again.status, n_of(curator)) == (204, 6)


def test_a_journal_that_is_damaged_meanwhile_stops_the_changes_and_nothing_else(curator, folder):
    assert put(curator, many(3)).status == 201
    whole = (folder / "journal").read_bytes()
    damaged = bytearray(whole)
    damaged[-20] ^= 1
    (folder / "journal").write_bytes(damaged)
    refused = [put(curator, many(3, 3), "POST") for _ in range(2)]
    n_meanwhile, left = n_of(curator), (folder / "journal").read_bytes()
    (folder / "journal").write_bytes(whole)
    again = put(curator, many(3, 3), "POST")

    assert [reply.status for reply in refused] == [507, 507]
    assert (n_meanwhile, left) == (3, bytes(damaged))
    assert (again.status, n_of(curator)) == (204, 6)


def test_a_clock_that_goes_back_changes_no_order(folder, token):
    journal = Journal.open(folder)
    future = datetime.now(UTC) + timedelta(days=400)
    quad = Quad(NamedNode(f"{EX}s"), NamedNode(f"{EX}p"), Literal("1"), NamedNode(G))
    commit = Commit(agent="local:clock", operation="update", graphs={G: None}, data_version="")
    journal.append(commit, Patch(added=(quad,)), now=future)
    with writable(folder) as server:
        curator = Curator(server.port, token)
        replies = [curator.update(f"INSERT DATA {{ GRAPH <{G}> {{ <{EX}s> <{EX}p> {n} }} }}") for n in range(3)]
        curator.close()
    entries = Journal.read(folder).entries

    assert [reply.status for reply in replies] == [204] * 3
    assert [entry.at for entry in entries] == sorted({entry.at for entry in entries})
    assert entries[-1].at - future == timedelta(microseconds=3)


LONG_TO_JUDGE = f"""
PREFIX sh: <http://www.w3.org/ns/shacl#>
INSERT DATA {{ GRAPH <https://w3id.org/cppcc-graph/shapes/trouble> {{
  <{EX}Slow> a sh:NodeShape ; sh:targetClass <https://w3id.org/cppcc-graph/ontology#Report> ;
    sh:sparql [ sh:message "slow"@en ;
      sh:select "SELECT $this {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(?c = ?f + ?i) }}" ]
}} }}"""
"""A rule that is looked at for hours."""


def judging(server: Server, curator: Curator) -> list[int]:
    """The new processes of a server that is busy with this rule."""
    before = set(server.pids)

    def send() -> None:
        with suppress(OSError, http.client.HTTPException):
            curator.update(LONG_TO_JUDGE)

    def busy() -> list[int]:
        return [pid for pid in server.pids if pid not in before and cpu_s(pid) > 0.5]

    Thread(target=send, daemon=True).start()
    wait_until(busy, timeout_s=20)
    return [pid for pid in server.pids if pid not in before]


def test_a_judgement_ends_with_its_server_and_the_folder_is_free(server, curator, folder):
    before = (folder / "journal").read_bytes()
    working = judging(server, curator)
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()

    wait_until(lambda: not {*working} & {*server.pids}, timeout_s=2)
    wait_until(lambda: server.pids == [], timeout_s=15)
    lock_for_writing(folder, patience_s=1).release()
    assert (folder / "journal").read_bytes() == before


def test_a_judge_that_is_killed_leaves_everything_as_it_was_and_says_so(server, curator, folder):
    before = (folder / "journal").read_bytes()
    replies: list[Reply] = []
    thread = Thread(target=lambda: replies.append(curator.update(LONG_TO_JUDGE)))
    thread.start()
    killed = wait_until(lambda: kill_judge(server), timeout_s=20)
    thread.join()

    assert killed < 20
    assert (replies[0].status, replies[0].headers["retry-after"]) == (503, "5")
    assert json.loads(replies[0].body)["type"].endswith("#judgement-interrupted")
    assert (folder / "journal").read_bytes() == before
    assert put(curator, many(3)).status == 201


def kill_judge(server: Server) -> bool:
    """The child of the writer, which is a child of the nursery."""
    judges = [judge for writer in children(server.nursery) for judge in children(writer) if cpu_s(judge) > 0.2]
    for pid in judges:
        os.kill(pid, signal.SIGKILL)
    return bool(judges)


def test_a_second_server_on_one_folder_is_refused_in_a_sentence(folder, curator):
    second = cppcc("serve", "--store", folder, "--writable", "--port", 0, timeout_s=30)

    assert (second.returncode, second.stderr.count("\n")) == (2, 1)
    assert "is in use by a server that writes" in second.stderr
    assert put(curator, many(3)).status == 201


@pytest.mark.parametrize("command", ["load", "publish"])
def test_a_command_beside_a_server_that_writes_is_refused_in_a_sentence(command, folder, curator, tmp_path):
    data = tmp_path / "more.trig"
    data.write_text(f"<{G}> {{ {many(2)} }}")
    before = (folder / "journal").read_bytes()
    refused = cppcc(command, "--store", folder, data)

    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "is in use by a server that writes; send changes to it" in refused.stderr
    assert (folder / "journal").read_bytes() == before
    assert put(curator, many(3)).status == 201


def test_whoever_reads_a_folder_sees_what_the_server_beside_has_written(folder, curator):
    assert put(curator, many(7)).status == 201
    asked = cppcc("query", "--store", folder, COUNT, "--format", "csv")

    assert asked.stdout.split() == ["n", "7"], asked.stderr


def test_the_folder_is_free_as_soon_as_the_server_has_ended(server: Server, folder, curator, tmp_path):
    data = tmp_path / "more.trig"
    data.write_text(f"<{G}> {{ {many(5)} }}")
    assert put(curator, many(3)).status == 201
    curator.close()
    assert server.stop() == 0
    done = cppcc("publish", "--store", folder, data)

    assert done.returncode == 0, done.stderr
    assert "3 removed" in done.stdout
