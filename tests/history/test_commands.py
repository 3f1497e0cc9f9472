"""``cppcc history``, ``cppcc diff`` and ``cppcc check``, as who keeps a store meets them."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.history.conftest import EXAMPLE, adding, committed, quad

from cppcc_graph.publish import open_store
from cppcc_graph.store.commits import Commit
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.journal import Journal
from cppcc_graph.store.lock import lock_for_writing
from cppcc_graph.store.patch import Patch, read_patch
from cppcc_graph.store.versioned import bring_up, checkpoint_of, in_memory

ROOT = Path(__file__).parents[2]
REPORT = "https://w3id.org/cppcc-graph/report/hengyang-2024"


@pytest.fixture
def kept(journal, store):
    """A folder with two commits, brought up."""
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    come = [quad("a", "one"), quad("b", "two", "other"), quad("n", "blank", blank=True)]
    committed(journal, store, adding(*come), message="first\nwords", now=noon)
    change = Patch(added=(quad("a", "three"),), removed=(quad("a", "one"),))
    committed(journal, store, change, agent="curator", operation="put", now=noon)
    bring_up(journal.folder)
    return journal.folder


def test_history_is_a_table_the_newest_first(cppcc, kept):
    assert cppcc("history", "--store", kept).out == (
        "version ┃ when                ┃ who       ┃ operation ┃ added ┃ removed ┃ message\n"
        "━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━╇━━━━━━━━━━━╇━━━━━━━╇━━━━━━━━━╇━━━━━━━━━━━━\n"
        "      2 │ 2026-11-23 12:00:00 │ curator   │ put       │    +1 │      −1 │\n"
        "      1 │ 2026-11-23 12:00:00 │ local:hui │ update    │    +3 │      −0 │ first words\n"
    )


def test_history_as_json_has_all_that_the_journal_says(cppcc, kept):
    [last] = json.loads(cppcc("history", "--store", kept, "--json", "--last", "1").out)
    journal = Journal.read(kept)

    assert last == {
        "version": 2,
        "at": "2026-11-23T12:00:00.000001+00:00",
        "agent": "curator",
        "operation": "put",
        "message": "",
        "added": 1,
        "removed": 1,
        "graphs": {
            f"{EXAMPLE}g": {
                "triples": 2,
                "contentHash": journal.entries[1].commit.graphs[f"{EXAMPLE}g"].content_hash,
            }
        },
        "contentHash": journal.entries[1].commit.data_version,
        "previous": journal.entries[0].hash,
        "hash": journal.last_hash,
    }


def test_what_a_terminal_would_obey_or_hide_is_shown_by_its_number(cppcc, journal, store):
    message = "report\tof \u202e4202\u200b 政协"
    committed(journal, store, adding(quad("a", "one")), message=message, agent="local:\u2066x")
    bring_up(journal.folder)
    table, document = (cppcc("history", "--store", journal.folder, *more).out for more in ((), ("--json",)))

    assert "local:\\u2066x" in table
    assert "report of \\u202e4202\\u200b 政协" in table
    assert not {"\u202e", "\u200b", "\u2066"} & {*table, *document}
    assert json.loads(document)[0]["message"] == message


@pytest.mark.parametrize("number", ["٩", "１", "1_0", "1e1", " 1", "²", "", "9" * 30])
@pytest.mark.parametrize(
    "command", [("revert", "{}"), ("diff", "{}", "0"), ("diff", "0", "{}"), ("history", "--last", "{}")]
)
def test_a_number_has_the_digits_0_to_9(cppcc, folder, command, number):
    told = cppcc(*(word.format(number) for word in command), "--store", folder)

    assert (told.status, told.out) == (2, "")
    assert "in the digits 0 to 9" in told.err


@pytest.mark.parametrize("message", ["two\nlines", "a\tb", "\x1b[31m", "\u2028", "x" * 501])
def test_a_message_is_one_line_of_text(cppcc, folder, message):
    told = cppcc("revert", "1", "--store", folder, "--message", message)

    assert (told.status, told.out) == (2, "")
    assert told.err == "cppcc: message: one line of at most 500 characters, without control characters\n"


def test_a_store_without_commits_says_so(cppcc, folder):
    open_store(folder).close()

    assert cppcc("history", "--store", folder).out == "no commits yet\n"
    assert cppcc("history", "--store", folder, "--json").out == "[]\n"


@pytest.mark.parametrize("command", [("history",), ("diff", "0", "1"), ("check",)])
def test_only_a_folder_has_a_history(cppcc, command, tmp_path):
    for store in ((), ("--store", "http://127.0.0.1:9/sparql")):
        told = cppcc(*command, *store)
        assert told.status == 2
        assert told.err == "cppcc: store: name the folder of the store with --store; only a folder keeps a history\n"

    assert "there is no store at" in cppcc(*command, "--store", tmp_path / "stroe").err
    assert list(tmp_path.iterdir()) == []


def test_a_difference_is_an_rdf_patch(cppcc, kept):
    told = cppcc("diff", "1", "2", "--store", kept)

    assert told.out == (
        f'D <{EXAMPLE}a> <{EXAMPLE}says> "one" <{EXAMPLE}g> .\nA <{EXAMPLE}a> <{EXAMPLE}says> "three" <{EXAMPLE}g> .\n'
    )
    assert read_patch(cppcc("diff", "2", "0", "--store", kept).out.encode()).removed
    assert cppcc("diff", "0", "2", "--graph", f"{EXAMPLE}other", "--store", kept).out.count("\n") == 1


def test_a_difference_may_be_summed_up(cppcc, kept):
    assert cppcc("diff", "0", "2", "--summary", "--store", kept).out == (
        f"       2 added        0 removed  <{EXAMPLE}g>\n       1 added        0 removed  <{EXAMPLE}other>\n"
    )
    assert cppcc("diff", "2", "2", "--summary", "--store", kept).out == "the versions say the same\n"


def test_a_version_that_is_not_there_is_told(cppcc, kept):
    told = cppcc("diff", "1", "3", "--store", kept)

    assert told.status == 2
    assert "there is no version 3; the last one is 2" in told.err


def test_a_clean_store_is_told_in_a_line_for_each_step(cppcc, kept):
    told = cppcc("check", "--store", kept, "--no-shapes")
    journal = Journal.read(kept)

    assert (told.status, told.err) == (0, "")
    assert told.out == (
        f"journal  2 commits, {journal.end:,} bytes, whole; the last hash is {journal.last_hash}\n"
        "data     2 graphs, 3 triples, as version 2 says\n"
    )


def test_a_store_is_checked_while_a_server_writes_and_nothing_changes(cppcc, kept):
    """The engine's files are behind, a record is being written, and the lock is held."""
    with lock_for_writing(kept):
        journal = Journal.open(kept)
        committed(journal, in_memory(kept), adding(quad("z", "later")))
        with (kept / "journal").open("ab") as file:
            file.write((kept / "journal").read_bytes()[:99])
        before = (kept / "journal").read_bytes()
        told = cppcc("check", "--store", kept, "--no-shapes")

    assert (told.status, told.err) == (0, "")
    assert "as version 3 says" in told.out
    assert (kept / "journal").read_bytes() == before
    assert checkpoint_of(kept).version == 2


def test_a_changed_byte_of_the_journal_is_found(cppcc, kept):
    whole = bytearray((kept / "journal").read_bytes())
    whole[100] ^= 1
    (kept / "journal").write_bytes(whole)
    told = cppcc("check", "--store", kept, "--no-shapes")

    assert told.status == 1
    assert told.out.startswith(f"journal  the journal {kept / 'journal'} is damaged: the record of version 1, which ")
    assert told.out.endswith("data     not checked\n")


def test_data_that_were_changed_behind_the_journals_back_are_found(cppcc, kept):
    with closing(EmbeddedStore(kept)) as store:
        store.apply(adding(quad("smuggled", "in")))
    told = cppcc("check", "--store", kept, "--no-shapes")

    assert told.status == 1
    assert f"data     the graph <{EXAMPLE}g> holds 3 triples of content hash" in told.out
    assert ", and the journal says 2 triples of content hash" in told.out


def test_a_graph_that_no_commit_speaks_of_is_found(cppcc, kept):
    with closing(EmbeddedStore(kept)) as store:
        store.apply(adding(quad("smuggled", "in", "elsewhere")))
    told = cppcc("check", "--store", kept, "--no-shapes")

    assert told.status == 1
    assert "data     the data are not those of version 2: their content hash is" in told.out
    assert f"data     the graph <{EXAMPLE}elsewhere> holds 1 triples of content hash" in told.out
    assert told.out.endswith(", and no commit speaks of it\n")


def test_data_without_any_commit_are_not_called_well(cppcc, folder):
    open_store(folder).close()
    told = cppcc("check", "--store", folder, "--no-shapes")

    assert (told.status, told.err) == (0, "")
    assert ", which no commit speaks of, so nothing tells whether they are what was loaded\n" in told.out


def test_a_record_that_says_other_counts_and_graphs_than_its_patch_is_found(cppcc, kept):
    """Whoever writes it into the journal as the journal wants it."""
    journal, store = Journal.open(kept), in_memory(kept)
    patch = adding(quad("z", "later"))
    store.apply(patch)
    commit = Commit(agent="x", operation="update", graphs={}, data_version=store.version())
    journal.append(commit, patch)
    told = cppcc("check", "--store", kept, "--no-shapes")

    assert told.status == 1
    assert "journal  version 3 names other graphs than it changes\n" in told.out


def test_damaged_files_of_the_engine_are_found(kept):
    """In a process of its own, as the engine keeps in memory what it has read."""
    [*tables] = sorted(kept.glob("*.sst"), key=lambda path: path.stat().st_size)
    for table in tables:
        whole = bytearray(table.read_bytes())
        for place in range(0, min(len(whole), 2000), 7):
            whole[place] ^= 0xFF
        table.write_bytes(whole)
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}/server"}
    told = subprocess.run(
        [sys.executable, "-m", "cppcc_graph", "check", "--no-shapes", "--store", str(kept)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert tables
    assert (told.returncode, told.stderr) == (1, "")
    assert f"data     the store {kept} is damaged: " in told.stdout


@pytest.mark.slow
def test_one_wrong_byte_in_any_file_of_the_engine_is_found_and_told_in_words(kept, tmp_path):
    """In processes of their own, of which each reads other files."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}/server"}
    checked = {}
    for table in sorted(kept.glob("*.sst")):
        folder = shutil.copytree(kept, tmp_path / table.stem)
        whole = bytearray(table.read_bytes())
        whole[10] ^= 1
        (folder / table.name).write_bytes(whole)
        told = [
            subprocess.run(
                [sys.executable, "-m", "cppcc_graph", *command, "--store", str(folder)],
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            for command in (("check", "--no-shapes"), ("dump",))
        ]
        checked[table.name] = told[0].returncode, "is damaged: " in told[0].stdout
        assert told[1].returncode == 0 or ("is damaged: " in told[1].stderr and "mistake" not in told[1].stderr)

    assert set(checked.values()) == {(1, True)}, checked


def test_a_lost_journal_is_found(cppcc, kept):
    (kept / "journal").unlink()
    told = cppcc("check", "--store", kept, "--no-shapes")

    assert told.status == 1
    assert "is not the one that the store was made from: version 2 is missing from it" in told.out


@pytest.mark.long
def test_data_that_break_the_shapes_are_found(cppcc, folder):
    open_store(folder).close()
    assert cppcc("check", "--store", folder).out.endswith("shapes   no violation\n")
    journal, store = Journal.open(folder), in_memory(folder)
    labels = [q for q in store.quads(REPORT) if q.subject.value == REPORT and q.predicate.value.endswith("title")]
    committed(journal, store, Patch(removed=tuple(labels)))
    told = cppcc("check", "--store", folder)

    assert labels
    assert told.status == 1
    assert "\nshapes   R" in told.out
    assert cppcc("check", "--store", folder, "--no-shapes").status == 0
