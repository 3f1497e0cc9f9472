"""The journal after whatever can happen to a file: it ends with a whole commit, or says that it is damaged."""

import errno
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from tests.history.conftest import adding, committed, forked, noted, quad

from cppcc_graph.errors import NotKept, StoreUnavailable
from cppcc_graph.store.commits import Commit
from cppcc_graph.store.journal import Journal
from cppcc_graph.store.patch import Patch, patch_text


def told(journal):
    return [(entry, journal.patch(entry.version)) for entry in journal.entries]


def ends(journal):
    """Where each record ends."""
    return [Journal.read(journal.folder)._ends[n] for n in range(journal.version)]


def test_a_journal_that_is_read_again_says_the_same(three):
    again = Journal.read(three.folder)

    assert told(again) == told(three)
    assert [entry.version for entry in again.entries] == [1, 2, 3]
    assert [(entry.n_added, entry.n_removed) for entry in again.entries] == [(2, 0), (20, 0), (1, 1)]
    assert again.entries[1].commit.agent == "curator"
    assert again.entries[0].commit.message == "first"


def test_each_commit_names_the_hash_of_the_one_before(three):
    first, second, third = three.entries

    assert (first.previous, second.previous, third.previous) == ("0" * 64, first.hash, second.hash)
    assert three.last_hash == third.hash


def test_a_folder_without_a_journal_has_no_history(folder):
    journal = Journal.open(folder)

    assert (journal.version, journal.end, list(journal.entries)) == (0, 0, [])
    assert list(folder.iterdir()) == []


def test_blank_nodes_keep_their_labels(three):
    [blank] = [
        q for q in Journal.read(three.folder).patch(1).added if q.object.value == "one" and q != quad("a", "one")
    ]

    assert blank == quad("b", "one", blank=True)


@pytest.mark.slow
def test_a_journal_cut_anywhere_in_its_last_two_records_ends_with_a_whole_one(three, tmp_path):
    """What a power cut may leave of a write that nobody was told of; and the next write works."""
    whole = (three.folder / "journal").read_bytes()
    before, *_ = marks = ends(three)
    expected = told(three)
    for cut in range(before, len(whole)):
        folder = tmp_path / "cut"
        folder.mkdir()
        (folder / "journal").write_bytes(whole[:cut])

        read = Journal.read(folder)
        n_whole = sum(mark <= cut for mark in marks)
        assert told(read) == expected[:n_whole]
        assert (folder / "journal").stat().st_size == cut

        journal = Journal.open(folder)
        assert (folder / "journal").stat().st_size == journal.end == marks[n_whole - 1]
        noted(journal, adding(quad("c", str(cut))))
        again = told(Journal.read(folder))
        assert again[:-1] == expected[:n_whole]
        assert again[-1][1] == adding(quad("c", str(cut)))
        shutil.rmtree(folder)


@pytest.mark.slow
@pytest.mark.parametrize("flip", [0x01, 0x80, 0xFF])
def test_a_changed_byte_anywhere_is_found(three, flip):
    path = three.folder / "journal"
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ flip]) + whole[place + 1 :])

        with pytest.raises(StoreUnavailable, match="is damaged"):
            Journal.open(three.folder)


def test_the_refusal_of_a_damaged_journal_says_where_and_nothing_is_cut(three):
    path = three.folder / "journal"
    whole = bytearray(path.read_bytes())
    start = ends(three)[0]
    whole[start + 120] ^= 1
    path.write_bytes(whole)

    with pytest.raises(StoreUnavailable, match=f"the record of version 2, which begins at byte {start:,}, cannot"):
        Journal.open(three.folder)
    assert path.read_bytes() == bytes(whole)


@pytest.mark.parametrize("n_zeros", [1, 84, 85, 512, 5000])
def test_zeros_behind_the_last_record_are_what_was_never_written(three, n_zeros):
    path = three.folder / "journal"
    whole = path.read_bytes()
    path.write_bytes(whole + bytes(n_zeros))

    assert Journal.open(three.folder).version == 3
    assert path.read_bytes() == whole


def test_a_last_record_whose_middle_was_never_written_was_not_written(journal, store):
    """A file system may grow a file before all of its sectors are on the disk."""
    committed(journal, store, adding(quad("a", "one")))
    kept = journal.end
    committed(journal, store, adding(*(quad(f"s{n}", f"{n * n * 7919} {n * 104729}") for n in range(400))))
    path = journal.folder / "journal"
    whole = bytearray(path.read_bytes())
    assert len(whole) > kept + 2048
    whole[kept + 1024 - kept % 512 : kept + 1536 - kept % 512] = bytes(512)
    path.write_bytes(whole)

    assert Journal.open(journal.folder).version == 1
    assert path.stat().st_size == kept


def test_zeros_in_an_older_record_are_damage(three):
    path = three.folder / "journal"
    whole = bytearray(path.read_bytes())
    start = ends(three)[0]
    whole[start + 200 : start + 1400] = bytes(1200)
    path.write_bytes(whole)

    with pytest.raises(StoreUnavailable, match="version 2"):
        Journal.open(three.folder)


def test_a_record_taken_out_or_exchanged_is_found(three):
    path = three.folder / "journal"
    whole = path.read_bytes()
    first, second, _ = ends(three)
    for forged in (whole[:first] + whole[second:], whole[first:], whole[:second] + whole[first:second]):
        path.write_bytes(forged)

        with pytest.raises(StoreUnavailable, match="does not continue the record before it"):
            Journal.open(three.folder)


def test_what_a_write_left_that_died_unanswered_is_cut_by_the_next(three, store):
    with (three.folder / "journal").open("ab") as file:
        file.write((three.folder / "journal").read_bytes())
    committed(three, store, adding(quad("c", "four")))

    assert told(Journal.read(three.folder)) == told(three)
    assert three.version == 4


def test_forked_processes_append_one_after_the_other(three, store):
    """A child that succeeds goes on as the parent; one that dies leaves the parent as it was."""
    with forked() as pid:
        if pid == 0:
            committed(three, store, adding(quad("c", "of a child")))
            signal.pause()
        while Journal.read(three.folder).version < 4:
            pass
    committed(three, store, adding(quad("d", "of the parent")))

    journal = Journal.read(three.folder)
    assert journal.version == 4
    assert journal.patch(4) == adding(quad("d", "of the parent"))


def test_time_only_goes_forward(journal, store):
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    times = [noon, noon - timedelta(hours=1), noon + timedelta(microseconds=1), noon + timedelta(days=1)]
    written = [committed(journal, store, adding(quad("a", str(n))), now=now).at for n, now in enumerate(times)]

    assert written == sorted(set(written))
    assert [at.isoformat() for at in written] == [
        "2026-11-23T12:00:00+00:00",
        "2026-11-23T12:00:00.000001+00:00",
        "2026-11-23T12:00:00.000002+00:00",
        "2026-11-24T12:00:00+00:00",
    ]
    assert [entry.at for entry in Journal.read(journal.folder).entries] == written


@pytest.mark.parametrize(
    ("agent", "operation", "message", "words"),
    [
        ("hui", "update", "x" * 501, "501 characters"),
        ("hui", "update", "bell \a", "a character that is none of a text"),
        ("hui", "update", "a terminal reads \x9b31m", "a character that is none of a text"),
        ("hui", "update", "\ud800", "a character that is none of a text"),
        ("hu\x00i", "update", "", "a character that is none of a text"),
        ("hui", "erase", "", "no operation erase"),
    ],
)
def test_a_commit_that_could_not_be_read_again_is_refused(agent, operation, message, words):
    with pytest.raises(ValueError, match=words):
        Commit(agent=agent, operation=operation, message=message, graphs={}, data_version="")


def test_a_message_keeps_its_characters(journal, store):
    message = '更正 "2024"\n\t<b> \\ 𠀀 \u202e' + "." * 400
    committed(journal, store, adding(quad("a", "one")), message=message)

    assert Journal.read(journal.folder).entries[0].commit.message == message


FILL_THE_DISK = """
import resource, sys
from pathlib import Path
from tests.history.conftest import adding, committed, quad
from cppcc_graph.errors import StoreUnavailable
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.journal import Journal

store, journal = EmbeddedStore(), Journal.open(Path(sys.argv[1]))
committed(journal, store, adding(quad("a", "one")))
before = (Path(sys.argv[1]) / "journal").read_bytes()
long = adding(*(quad(f"s{n}", str(n * n * 7919)) for n in range(20_000)))
if sys.argv[2] == "limited":
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, resource.RLIM_INFINITY))
try:
    committed(journal, store, long)
except StoreUnavailable as error:
    print(error.reason)
assert journal.version == 1
assert (Path(sys.argv[1]) / "journal").read_bytes() == before
committed(journal, EmbeddedStore(), adding(quad("b", "small")))
assert Journal.read(Path(sys.argv[1])).version == journal.version == 2
"""


def run(*arguments):
    environment = {"PYTHONPATH": f"server{':'}."}
    return subprocess.run(
        [sys.executable, "-c", *arguments], env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_a_record_that_may_not_be_so_long_leaves_nothing(folder):
    ended = run(FILL_THE_DISK, str(folder), "limited")

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.strip().endswith("journal cannot be written: File too large; nothing was changed")


@pytest.mark.slow
def test_a_full_disk_leaves_nothing(folder):
    """On a file system of its own, so it needs the right to mount one."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("allowed: no right to mount a file system")
    try:
        ended = run(FILL_THE_DISK, str(folder), "mounted")
    finally:
        subprocess.run(["umount", str(folder)], check=True)

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.strip().endswith("journal cannot be written: No space left on device; nothing was changed")


WRITE_ON = """
import sys
from pathlib import Path
from tests.history.conftest import adding, noted, quad
from cppcc_graph.store.journal import Journal

journal = Journal.open(Path(sys.argv[1]))
print("begins", flush=True)
while True:
    n = journal.version + 1
    noted(journal, adding(*(quad(f"s{n}", f"{n} {k * 7919}") for k in range(n % 5 * 3000 + 1))))
    print(n, flush=True)
"""


@pytest.mark.slow
def test_a_writer_may_be_killed_at_any_time_and_what_it_has_said_is_there(folder):
    chance, last = random.Random(11), 0
    for _ in range(12):
        program = [sys.executable, "-c", WRITE_ON, str(folder)]
        with subprocess.Popen(program, env={"PYTHONPATH": "server:."}, stdout=subprocess.PIPE, text=True) as writer:
            writer.stdout.readline()
            time.sleep(chance.random() * 0.3)
            writer.kill()
            said = [int(line) for line in writer.stdout.read().splitlines()]
        journal = Journal.open(folder)
        assert journal.version in (max([last, *said]), max([last, *said]) + 1)
        last = journal.version

    assert last > 12
    for version in range(1, last + 1):
        assert len(journal.patch(version)) == version % 5 * 3000 + 1


def test_a_journal_that_has_become_shorter_gets_nothing_more(three, store):
    (three.folder / "journal").write_bytes(b"")

    with pytest.raises(StoreUnavailable, match="has become shorter"):
        committed(three, store, adding(quad("c", "four")))


@pytest.mark.parametrize("place", [1, 20, 45, 70, 90, 200, -2])
def test_behind_a_last_record_that_was_damaged_nothing_is_added(three, store, place):
    path = three.folder / "journal"
    whole = bytearray(path.read_bytes())
    whole[place if place < 0 else three._ends[1] + place] ^= 1
    path.write_bytes(whole)

    with pytest.raises(NotKept, match=r"the record of version 3, .*; until then nothing is added to it"):
        committed(three, store, adding(quad("z", "later")))
    assert path.read_bytes() == whole
    assert three.version == 3


def test_a_folder_that_is_gone_is_said_in_words(three, store):
    shutil.rmtree(three.folder)

    with pytest.raises(StoreUnavailable, match="cannot be written: No such file or directory; nothing was changed"):
        committed(three, store, adding(quad("c", "four")))
    assert three.version == 3


def test_an_empty_patch_is_a_patch(journal, store):
    committed(journal, store, Patch())

    assert Journal.read(journal.folder).patch(1) == Patch()


# --- read on --------------------------------------------------------------------------------------


def test_a_journal_is_read_on_from_where_it_was_left(three):
    known = Journal.read(three.folder)
    noted(three, adding(quad("c", "new")))
    damaged = bytearray((three.folder / "journal").read_bytes())
    damaged[100] ^= 1  # in the first record, which is not read again
    (three.folder / "journal").write_bytes(damaged)
    later = known.read_on()

    assert (known.version, later.version) == (3, 4)
    assert list(later.entries) == list(three.entries)
    assert later.patch(4) == adding(quad("c", "new"))


def test_reading_on_where_nothing_is_new_gives_the_same_journal(three):
    known = Journal.read(three.folder)

    assert known.read_on() is known


@pytest.mark.parametrize("text", ["two", "another, longer than the one before it was"])
def test_reading_on_sees_that_a_record_was_taken_back(three, text):
    seen, shorter = Journal.read(three.folder), Journal.read(three.folder)
    shorter._entries.pop()
    shorter._ends.pop()
    os.truncate(three.folder / "journal", shorter.end)
    cut = seen.read_on()
    noted(shorter, Patch(removed=(quad("a", "one"),), added=(quad("a", text),)))
    replaced = seen.read_on()

    assert cut.version == 2
    assert [entry.hash for entry in replaced.entries] == [entry.hash for entry in shorter.entries]


def test_reading_on_leaves_out_what_is_not_whole(three):
    known, path = Journal.read(three.folder), three.folder / "journal"
    noted(three, adding(quad("f", "x")))
    os.truncate(path, path.stat().st_size - 3)

    assert known.read_on() is known


def test_the_text_of_a_patch_comes_in_pieces(three):
    many = adding(*(quad(f"many{n}", f"text {n}") for n in range(20_000)))
    noted(three, many)
    pieces = list(three.patch_pieces(4))

    assert len(pieces) > 5
    assert b"".join(pieces) == patch_text(many)
    assert b"".join(three.patch_pieces(3)) == patch_text(three.patch(3))


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_a_disk_that_fails_when_it_must_keep_a_record_leaves_nothing(folder, store, monkeypatch, kind):
    """The system's own answer is what is made up: no disk here fails when it is asked to."""
    keep = os.fsync

    def failing(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode) == (kind == "folder"):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        keep(descriptor)

    journal = Journal.open(folder)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", failing)
        with pytest.raises(StoreUnavailable, match="Input/output error; nothing was changed"):
            committed(journal, store, adding(quad("a", "one")))

    assert (journal.version, (folder / "journal").stat().st_size) == (0, 0)
    committed(journal, store, adding(quad("b", "two")))
    assert Journal.read(folder).patch(1) == adding(quad("b", "two"))
