"""A folder with a journal: whoever opens it sees the journal's end, and whatever dies meanwhile."""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from pyoxigraph import Quad
from tests.history.conftest import EXAMPLE, adding, committed, quad, removing

from cppcc_graph.errors import StoreUnavailable
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.folder import opened
from cppcc_graph.store.journal import Journal
from cppcc_graph.store.lock import lock_files, lock_for_writing
from cppcc_graph.store.patch import Patch
from cppcc_graph.store.versioned import bring_up, checkpoint_of, in_memory, open_to_read, take_snapshot

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


def python(*arguments, **more):
    """A process of its own, where nothing has started a thread."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}/server:{ROOT}"}
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", *map(str, arguments)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **more,
    )


def said(*arguments):
    with python(*arguments) as child:
        out, err = child.communicate()
    assert (child.returncode, err) == (0, "")
    return out.strip()


def on_disk(folder):
    """What the engine's files hold, whatever the journal says."""
    with closing(EmbeddedStore(folder)) as store:
        return set(store.quads())


def state_of(folder):
    with closing(in_memory(folder)) as store:
        return set(store.quads())


@pytest.fixture
def filled(three):
    """The folder of three commits, whose engine holds the first."""
    whole, path = (three.folder / "journal").read_bytes(), three.folder / "journal"
    path.write_bytes(whole[: three._ends[0]])
    bring_up(three.folder)
    path.write_bytes(whole)
    return three.folder


@pytest.fixture
def after_three(three, store):  # noqa: ARG001  # which is what fills it
    return set(store.quads())


def test_a_checkpoint_behind_the_journal_is_brought_up(filled, after_three):
    assert checkpoint_of(filled).version == 1
    bring_up(filled)

    assert checkpoint_of(filled).version == 3
    assert on_disk(filled) == after_three


def test_an_engine_ahead_of_its_checkpoint_ends_at_the_same_state(filled, after_three):
    early = (filled / "checkpoint").read_bytes()
    bring_up(filled)
    (filled / "checkpoint").write_bytes(early)
    bring_up(filled)

    assert on_disk(filled) == after_three


def test_what_is_up_already_is_not_opened_again(filled):
    bring_up(filled)
    before = {path.name: path.stat().st_mtime_ns for path in filled.iterdir()}
    bring_up(filled)

    assert {path.name: path.stat().st_mtime_ns for path in filled.iterdir()} == before


def test_bringing_up_leaves_a_record_alone_that_is_being_written(filled, after_three):
    with (filled / "journal").open("ab") as file:
        file.write((filled / "journal").read_bytes()[:200])
    before = (filled / "journal").read_bytes()
    bring_up(filled)

    assert (filled / "journal").read_bytes() == before
    assert on_disk(filled) == after_three


def test_a_reader_cuts_off_what_nobody_writes_any_more(filled, after_three):
    size = (filled / "journal").stat().st_size
    with (filled / "journal").open("ab") as file:
        file.write((filled / "journal").read_bytes()[:200])
    with closing(open_to_read(filled)) as store:
        assert set(store.quads()) == after_three

    assert (filled / "journal").stat().st_size == size


def test_a_folder_without_a_history_is_at_version_0(folder):
    with closing(EmbeddedStore(folder)) as store:
        store.replace_graph(f"{EXAMPLE}g", [quad("a", "one").triple])
    bring_up(folder)

    assert checkpoint_of(folder).version == 0
    assert state_of(folder) == {quad("a", "one")}
    assert not (folder / "journal").exists()


def test_the_first_commit_stands_on_what_the_folder_held(folder):
    with closing(EmbeddedStore(folder)) as store:
        store.replace_graph(f"{EXAMPLE}g", [quad("a", "one").triple])
    store = in_memory(folder)
    committed(Journal.open(folder), store, adding(quad("b", "two")))

    assert state_of(folder) == {quad("a", "one"), quad("b", "two")}
    bring_up(folder)
    assert on_disk(folder) == {quad("a", "one"), quad("b", "two")}


def test_memory_holds_the_journals_end_and_nothing_in_the_folder_changes(filled, after_three):
    before = {path.name: path.stat().st_mtime_ns for path in filled.iterdir()}

    assert state_of(filled) == after_three
    assert {path.name: path.stat().st_mtime_ns for path in filled.iterdir()} == before


@pytest.mark.parametrize("is_up", [False, True])
def test_memory_and_engine_are_the_merge_where_graphs_share_a_triple(journal, store, is_up):
    committed(journal, store, adding(quad("a", "shared", "one"), quad("a", "shared", "other")))
    if is_up:
        bring_up(journal.folder)
    committed(journal, store, adding(quad("b", "own", "one")))
    bring_up(journal.folder)
    for found in (in_memory(journal.folder), open_to_read(journal.folder)):
        with closing(found):
            [row] = found.select("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")

            assert row["n"].value == "2"
            assert len(set(found.quads())) == 3


@pytest.mark.slow
def test_a_large_commit_is_carried_out_like_a_small_one(journal, store):
    shared = tuple(quad(f"s{n}", str(n), graph) for n in range(6_000) for graph in ("one", "other"))
    committed(journal, store, adding(quad("old", "1", "one"), quad("old", "2", "one")))
    committed(journal, store, Patch(added=shared, removed=(quad("old", "1", "one"),)))
    committed(journal, store, removing(quad("s1", "1", "one")))
    expected = set(store.quads())

    assert state_of(journal.folder) == expected
    bring_up(journal.folder)
    assert on_disk(journal.folder) == expected
    with closing(open_to_read(journal.folder)) as found:
        [row] = found.select("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
        assert row["n"].value == "6001"


@pytest.mark.slow
def test_a_large_commit_joins_the_merge_that_the_folder_holds(journal, store):
    committed(journal, store, adding(quad("a", "shared", "one"), quad("a", "shared", "other")))
    bring_up(journal.folder)
    committed(journal, store, adding(*(quad(f"s{n}", str(n), "one") for n in range(11_000))))
    bring_up(journal.folder)

    assert counted(journal.folder) == 11_001


def test_blank_nodes_are_the_same_in_the_folder_and_in_memory_and_can_be_removed(journal, store):
    committed(journal, store, adding(quad("b7", "one", blank=True), quad("b8", "two", blank=True)))
    bring_up(journal.folder)
    program = (
        "import sys; from pathlib import Path; from cppcc_graph.store.versioned import in_memory, may_fork\n"
        "assert may_fork()\n"
        "print(sorted(str(q.subject) for q in in_memory(Path(sys.argv[1])).quads()))\n"
        "assert may_fork()"
    )

    assert said(program, journal.folder) == "['_:b7', '_:b8']"
    committed(journal, store, removing(quad("b7", "one", blank=True)))
    bring_up(journal.folder)
    assert on_disk(journal.folder) == {quad("b8", "two", blank=True)}


def test_the_engine_may_be_opened_for_who_forks_afterwards(filled, after_three):
    program = (
        "import sys, os; from pathlib import Path; from cppcc_graph.store.versioned import *\n"
        "brought_up(Path(sys.argv[1])); print(len(os.listdir('/proc/self/task')))"
    )

    assert said(program, filled) == "1"
    assert on_disk(filled) == after_three


COUNTING = (
    "import sys; from pathlib import Path; from cppcc_graph.store.versioned import in_memory, may_fork\n"
    "assert may_fork(); store = in_memory(Path(sys.argv[1]))\n"
    "print(store.select('SELECT (COUNT(*) AS ?n) { ?s ?p ?o }')[0]['n'].value, len(list(store.quads())))"
)


@pytest.mark.parametrize("is_up", [False, True])
def test_what_a_child_reads_is_merged_where_graphs_share_a_triple(journal, store, is_up):
    bring_up(journal.folder)
    committed(journal, store, adding(quad("a", "shared", "one"), quad("a", "shared", "other"), quad("b", "own")))
    if is_up:
        bring_up(journal.folder)

    assert said(COUNTING, journal.folder) == "2 3"


def test_a_merge_that_was_not_made_before_the_process_was_killed_is_made(journal, store):
    bring_up(journal.folder)
    committed(journal, store, adding(quad("a", "shared", "one"), quad("a", "shared", "other")))
    engine = opened(journal.folder)
    engine.extend(store.quads())
    del engine

    assert said(COUNTING, journal.folder) == "1 2"
    bring_up(journal.folder)
    assert counted(journal.folder) == 1


def test_a_failure_in_the_child_is_told_in_its_words(filled):
    (filled / "journal").write_bytes(b"no journal")
    program = (
        "import sys; from pathlib import Path; from cppcc_graph.store.versioned import *\n"
        "from cppcc_graph.errors import StoreUnavailable\n"
        "try: brought_up(Path(sys.argv[1]))\n"
        "except StoreUnavailable as error: print(error.reason)"
    )

    assert "is damaged: the record of version 1, which begins at byte 0" in said(program, filled)


BRINGING_UP = (
    "import sys; from pathlib import Path; from cppcc_graph.store.versioned import *\n"
    "print('begins', flush=True); bring_up(Path(sys.argv[1])); print('done')"
)


def killed(folder, after_s):
    """Whether bringing *folder* up was killed before it was done."""
    with python(BRINGING_UP, folder) as child:
        child.stdout.readline()
        time.sleep(after_s)
        child.send_signal(signal.SIGKILL)
        return "done" not in child.stdout.read()


def counted(folder):
    """Triples of the default graph, as a query counts them."""
    with closing(open_to_read(folder)) as found:
        [row] = found.select("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
        return int(row["n"].value)


@pytest.mark.slow
def test_bringing_up_may_be_killed_at_any_time(journal, store):
    bring_up(journal.folder)
    for n in range(40):
        come = tuple(quad(f"s{n}-{k}", str(k), graph) for k in range(40) for graph in ("one", "other"))
        go = tuple(quad(f"s{n - 1}-{k}", str(k), "one") for k in range(0, 40, 2)) if n else ()
        committed(journal, store, Patch(added=come, removed=go))
    expected, n_killed = set(store.quads()), 0
    for delay_ms in range(0, 200, 8):
        n_killed += killed(journal.folder, delay_ms / 1000)
        assert state_of(journal.folder) == expected
    bring_up(journal.folder)

    assert n_killed > 1
    assert on_disk(journal.folder) == expected
    assert counted(journal.folder) == 40 * 40


@pytest.mark.slow
def test_making_a_store_may_be_killed_at_any_time(tmp_path):
    n_killed = 0
    for delay_ms in range(30):
        folder = tmp_path / str(delay_ms)
        folder.mkdir()
        n_killed += killed(folder, delay_ms / 1000)
        bring_up(folder)
        assert on_disk(folder) == set()

    assert n_killed > 1


def test_a_journal_of_another_folder_is_refused(filled, tmp_path):
    bring_up(filled)
    other = Journal(tmp_path)
    for n in range(3):
        committed(other, EmbeddedStore(), adding(quad("x", str(n))))
    shutil.copy(tmp_path / "journal", filled / "journal")
    with pytest.raises(StoreUnavailable, match="is not the one that the store was made from: version 3 is missing"):
        in_memory(filled)


def test_a_journal_that_lost_commits_is_refused(filled):
    bring_up(filled)
    whole = (filled / "journal").read_bytes()
    (filled / "journal").write_bytes(whole[:-1])

    for opening in (in_memory, bring_up, open_to_read):
        with pytest.raises(StoreUnavailable, match="version 3 is missing"):
            opening(filled)


def test_a_store_that_is_gone_is_not_made_anew_without_its_beginning(filled):
    (filled / "CURRENT").unlink()

    with pytest.raises(StoreUnavailable, match="has lost its store"):
        in_memory(filled)


def test_a_store_that_was_being_made_when_the_process_was_killed_is_made(folder):
    for name in ("lock", "lock.files", "IDENTITY", "LOCK", "LOG", "MANIFEST-000001", "000001.dbtmp"):
        (folder / name).write_bytes(b"")
    bring_up(folder)

    assert on_disk(folder) == set()


def test_a_store_that_lost_its_mark_is_not_made_anew(filled):
    bring_up(filled)
    for name in ("CURRENT", "checkpoint", "journal"):
        (filled / name).unlink()

    with pytest.raises(StoreUnavailable, match="is not a store: it holds other files"):
        bring_up(filled)


def test_only_one_process_writes_and_the_other_is_told_what_to_do(folder):
    with lock_for_writing(folder):
        program = (
            "import sys; from pathlib import Path; from cppcc_graph.store.lock import *\n"
            "from cppcc_graph.errors import StoreUnavailable\n"
            "try: lock_for_writing(Path(sys.argv[1]), patience_s=0.1)\n"
            "except StoreUnavailable as error: print(error.reason)"
        )

        assert said(program, folder) == (
            f"the store {folder} is in use by a server that writes; send changes to it with: cppcc publish --server …, "
            "or stop it"
        )
    with lock_for_writing(folder, patience_s=0):
        pass


def test_a_lock_is_held_as_long_as_a_forked_process_lives(folder):
    program = (
        "import sys, os, time; from pathlib import Path; from cppcc_graph.store.lock import *\n"
        "lock = lock_for_writing(Path(sys.argv[1]))\n"
        "pid = os.fork()\n"
        "if pid == 0: time.sleep(60)\n"
        "lock.release(); print(pid, flush=True); os._exit(0)"
    )
    with python(program, folder) as parent:
        pid = int(parent.stdout.readline())
        parent.wait()
        with pytest.raises(StoreUnavailable, match="in use by a server that writes"):
            lock_for_writing(folder, patience_s=0.1)
        os.kill(pid, signal.SIGKILL)
    with lock_for_writing(folder, patience_s=5):
        pass


def test_who_waits_gets_the_lock_of_a_server_that_ends(folder):
    held = lock_for_writing(folder)
    program = (
        "import sys; from pathlib import Path; from cppcc_graph.store.lock import *\n"
        "print('waits', flush=True); lock_for_writing(Path(sys.argv[1])); print('got it')"
    )
    with python(program, folder) as child:
        child.stdout.readline()
        time.sleep(0.3)
        held.release()

        assert child.stdout.read().strip() == "got it"


def test_a_folder_of_other_things_gets_no_lock(tmp_path):
    (tmp_path / "letter.txt").write_text("…", encoding="utf-8")

    with pytest.raises(StoreUnavailable, match="is not a store"):
        lock_for_writing(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_reader_beside_a_writing_server_sees_the_journals_end_and_changes_nothing(filled, after_three):
    with lock_for_writing(filled):
        before = {path.name: path.stat().st_mtime_ns for path in filled.iterdir()}
        with closing(open_to_read(filled)) as store:
            assert set(store.quads()) == after_three
        assert {path.name: path.stat().st_mtime_ns for path in filled.iterdir()} == before


def test_a_reader_alone_brings_the_folder_up(filled, after_three):
    with closing(open_to_read(filled)) as store:
        assert set(store.quads()) == after_three
    assert checkpoint_of(filled).version == 3


def test_several_read_at_once_and_who_brings_up_waits_for_them(filled):
    with closing(open_to_read(filled)), closing(open_to_read(filled)):
        committed(Journal.open(filled), EmbeddedStore(), adding(quad("z", "later")))
        with pytest.raises(StoreUnavailable, match="in use by another process"):
            lock_files(filled, is_writing=True, patience_s=0.1)
    bring_up(filled)

    assert checkpoint_of(filled).version == 4


def test_a_folder_that_cannot_be_written_is_read(filled, after_three):
    """Mounted read-only: the rights of a folder do not stop who runs the tests as root."""
    mounted = subprocess.run(["mount", "--bind", filled, filled], capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("allowed: no right to mount")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", filled], check=True)
        with closing(open_to_read(filled)) as store:
            assert set(store.quads()) == after_three
        with pytest.raises(StoreUnavailable, match="cannot be written: Read-only file system"):
            lock_for_writing(filled)
        with pytest.raises(StoreUnavailable, match="Read-only file system; nothing was changed"):
            committed(Journal.read(filled), EmbeddedStore(), adding(quad("z", "later")))
    finally:
        subprocess.run(["umount", filled], check=True)


def test_a_snapshot_is_at_the_journals_end_while_a_server_writes(filled, after_three, tmp_path):
    with lock_for_writing(filled):
        take_snapshot(filled, tmp_path / "snapshot")
        with closing(EmbeddedStore.of_snapshot(tmp_path / "snapshot")) as store:
            assert set(store.quads()) == after_three
        assert checkpoint_of(filled).version == 1
        assert state_of(filled) == after_three


def test_a_store_that_is_read_knows_its_version(filled):
    with closing(in_memory(filled)) as memory, closing(open_to_read(filled)) as disk:
        assert (memory.number, disk.number) == (3, 3)


def test_a_damaged_checkpoint_is_said(filled):
    (filled / "checkpoint").write_text("{", encoding="utf-8")

    with pytest.raises(StoreUnavailable, match="checkpoint is damaged"):
        open_to_read(filled)


def test_what_is_in_memory_can_be_changed(filled):
    store = in_memory(filled)
    store.apply(removing(quad("a", "two")))

    assert Quad(*quad("a", "two")) not in set(store.quads())
    assert Journal.read(filled).version == 3
