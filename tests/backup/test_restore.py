"""``cppcc restore``: a dump given back, all of it or nothing."""

import gzip
import shutil
import zlib

import pytest
import zstandard
from tests.backup.conftest import BASE, SECOND, store_of, unpacked

from cppcc_graph.backup import MIB, read_backup
from cppcc_graph.errors import BadSource
from cppcc_graph.repository import open_gate
from cppcc_graph.store.journal import Journal
from cppcc_graph.store.versioned import bring_up, in_memory

OUTDATED = "the data have moved on to version 1; read them again, and send the change with that version"
REPORT = f"{BASE}report/hengyang-2024"


@pytest.fixture(scope="module")
def dumped(in_new_process, tmp_path_factory):
    """A dump of the published data, packed, with its checksum; to be copied."""
    path = tmp_path_factory.mktemp("dumped") / "all.nq.gz"
    assert in_new_process("dump", "--output", path).status == 0
    return path


@pytest.fixture
def dump(dumped, tmp_path):
    """The same, to be spoilt."""
    for path in dumped.parent.iterdir():
        shutil.copy(path, tmp_path)
    return tmp_path / dumped.name


@pytest.fixture(scope="module")
def second(tmp_path_factory):
    """A folder that holds the ontology and the invented report, by one commit; to be copied."""
    folder = tmp_path_factory.mktemp("second") / "store"
    open_gate(folder, [SECOND]).close()
    bring_up(folder)
    return folder


@pytest.fixture
def kept(second, tmp_path):
    """The same, to be written into."""
    return shutil.copytree(second, tmp_path / "kept")


def held(cppcc, folder):
    return cppcc("dump", "--store", folder).out


def refused(cppcc, kept, path, *more):
    before = (kept / "journal").read_bytes()
    told = cppcc("restore", path, "--store", kept, *more)

    assert (told.status, told.out) == (2, "")
    assert (kept / "journal").read_bytes() == before
    return told.err


@pytest.mark.parametrize(
    ("data", "ending"),
    [
        pytest.param("published", "nq.gz", marks=pytest.mark.slow),
        pytest.param("second", "nq.zst", marks=pytest.mark.long),
        pytest.param("hard", "nq", marks=pytest.mark.slow),
    ],
)
def test_a_dump_given_back_to_an_empty_folder_gives_the_same_dataset(cppcc, tmp_path, hard, data, ending):
    files = {"published": (), "second": ("--data", SECOND), "hard": ("--data", hard)}[data]
    path, folder = tmp_path / f"all.{ending}", tmp_path / "store"
    cppcc("dump", *files, "--output", path)
    told = cppcc("restore", path, "--store", folder)

    assert (told.status, told.err) == (0, "")
    assert held(cppcc, folder) == unpacked(path).decode()
    assert Journal.read(folder).entries[-1].commit.data_version == store_of(unpacked(path)).version()


@pytest.mark.parametrize(
    "name", [pytest.param("trig", marks=pytest.mark.long), pytest.param("jsonld", marks=pytest.mark.slow)]
)
def test_trig_and_json_ld_are_given_back_too(cppcc, tmp_path, hard, name):
    cppcc("dump", "--data", hard, "--format", name, "--output", tmp_path / f"all.{name}.gz")
    told = cppcc("restore", tmp_path / f"all.{name}.gz", "--store", tmp_path / "store")

    assert (told.status, told.err) == (0, "")
    assert held(cppcc, tmp_path / "store") == cppcc("dump", "--data", hard).out


@pytest.mark.long
def test_what_was_given_back_answers_pages_and_queries(cppcc, tmp_path, dump):
    folder = tmp_path / "store"
    cppcc("restore", dump, "--store", folder)

    assert cppcc("get", "/doc/report/hengyang-2024", "--store", folder).status == 0
    assert cppcc("query", "--store", folder, "ASK { ?report a cppcc:Report }").out == "yes\n"
    assert cppcc("query", "--store", folder, "lower-bounds").out == cppcc("query", "lower-bounds").out


@pytest.mark.slow
def test_everything_else_goes_away_and_comes_back_when_it_is_undone(cppcc, dump, kept):
    before = held(cppcc, kept)
    told = cppcc("restore", dump, "--store", kept, "--message", "the other data")
    entries = Journal.read(kept).entries

    assert told.out.endswith("version 2\n")
    assert held(cppcc, kept) == unpacked(dump).decode()
    assert [(entry.commit.operation, entry.commit.message) for entry in entries[1:]] == [("restore", "the other data")]
    assert cppcc("revert", "1", "--store", kept).status == 0
    assert held(cppcc, kept) == before
    assert len(Journal.read(kept).entries) == 3


@pytest.mark.slow
def test_a_dry_run_tells_and_changes_nothing(cppcc, dump, kept):
    before = held(cppcc, kept)
    told = cppcc("restore", dump, "--store", kept, "--dry-run")

    assert f"removed  <{BASE}report/jichuan-2031>\n" in told.out
    assert f"removed  <{REPORT}> (new)\n" in told.out
    assert told.out.endswith("graphs would change\n")
    assert held(cppcc, kept) == before


@pytest.mark.long
def test_giving_back_what_is_there_commits_nothing(cppcc, tmp_path, dump):
    cppcc("restore", dump, "--store", tmp_path / "store")
    told = cppcc("restore", dump, "--store", tmp_path / "store")

    assert (told.status, told.out) == (0, "the data say what the dump says\n")
    assert Journal.read(tmp_path / "store").version == 1


@pytest.mark.slow
def test_another_version_than_the_expected_one_is_left_alone(cppcc, dump, kept):
    assert refused(cppcc, kept, dump, "--expect", "7") == f"cppcc: {OUTDATED}\n"


# --- files that are not what they should be ---------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("change", ["cut", "flipped", "longer"])
def test_a_file_that_its_checksum_is_not_for_is_refused(cppcc, dump, kept, change):
    whole = bytearray(dump.read_bytes())
    whole[1000] ^= change == "flipped"
    dump.write_bytes(whole[:-1] if change == "cut" else whole + b"\0" * (change == "longer"))

    assert refused(cppcc, kept, dump) == (
        f"cppcc: {dump}: it is not the file that all.nq.gz.sha256 was made for: damaged, cut off, or another one; "
        "nothing was changed\n"
    )


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["gz", "zst"])
@pytest.mark.parametrize("length", [0, 1, 17, 5_000, -9, -4, -1])
def test_a_file_that_is_cut_off_is_refused_without_a_checksum_too(cppcc, tmp_path, kept, ending, length):
    path = tmp_path / f"all.nq.{ending}"
    cppcc("dump", "--data", SECOND, "--output", path)
    (tmp_path / f"all.nq.{ending}.sha256").unlink()
    path.write_bytes(path.read_bytes()[:length])

    assert "the file is not whole " in refused(cppcc, kept, path)


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["gz", "zst"])
def test_a_bit_that_is_wrong_is_found_without_a_checksum_too(cppcc, tmp_path, kept, ending):
    path = tmp_path / f"all.nq.{ending}"
    cppcc("dump", "--data", SECOND, "--output", path)
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)

    assert "the file is not whole " in refused(cppcc, kept, path, "--no-checksum")


@pytest.mark.slow
def test_without_a_checksum_the_file_is_taken_and_that_is_said(cppcc, tmp_path, dump, kept):
    (tmp_path / "all.nq.gz.sha256").unlink()

    assert refused(cppcc, kept, dump, "--expect", "7") == (
        f"cppcc: {dump}: taken as it is, because its checksum is missing: there is no all.nq.gz.sha256 beside it\n"
        f"cppcc: {OUTDATED}\n"
    )


@pytest.mark.slow
def test_a_wrong_checksum_can_be_passed_over_and_that_is_said(cppcc, tmp_path, dump, kept):
    (tmp_path / "all.nq.gz.sha256").write_text(f"{'0' * 64}  all.nq.gz\n")

    assert refused(cppcc, kept, dump, "--expect", "7", "--no-checksum") == (
        f"cppcc: {dump}: taken as it is, because its checksum was not asked for\ncppcc: {OUTDATED}\n"
    )


@pytest.mark.parametrize(
    ("written", "is_right"),
    [
        ("{digest}  all.nq.gz\n", True),
        ("{digest} *all.nq.gz\n", True),
        ("{DIGEST}  renamed.nq.gz\n", True),
        ("{other}  some.nq.gz\n{digest}  all.nq.gz\n", True),
        ("{other}  all.nq.gz\n{digest}  some.nq.gz\n", False),
        ("{other}  some.nq.gz\n{digest}  other.nq.gz\n", False),
        ("\n", False),
        ("\udcff", False),
    ],
)
def test_checksums_are_read_as_sha256sum_writes_them(tmp_path, dump, written, is_right):
    beside = tmp_path / "all.nq.gz.sha256"
    digest = beside.read_text().split()[0]
    lines = written.format(digest=digest, DIGEST=digest.upper(), other="0" * 64)
    beside.write_text(lines, encoding="utf-8", errors="surrogateescape")

    if is_right:
        assert read_backup(dump, 64 * MIB).is_checked
    else:
        with pytest.raises(BadSource):
            read_backup(dump, 64 * MIB)


def zeros(packing, n_bytes):
    """That many zeros, in members of 10 MB."""
    piece = bytes(10_000_000)
    member = gzip.compress(piece) if packing == "gz" else zstandard.ZstdCompressor().compress(piece)
    return member * (n_bytes // len(piece))


@pytest.mark.slow
@pytest.mark.parametrize("packing", ["gz", "zst"])
def test_a_gigabyte_of_zeros_in_a_small_file_is_refused(cppcc, tmp_path, kept, packing):
    path = tmp_path / f"zeros.nq.{packing}"
    path.write_bytes(zeros(packing, 1_000_000_000))

    assert path.stat().st_size < 2_000_000
    assert refused(cppcc, kept, path).endswith(
        f"{path}: unpacked, it is longer than 768 MiB; if it may be, say so with --most\n"
    )


@pytest.mark.slow
@pytest.mark.parametrize("packing", ["gz", "zst"])
def test_the_longest_document_can_be_named(cppcc, tmp_path, kept, packing):
    path = tmp_path / f"blanks.nq.{packing}"
    blanks = b" " * (2 * 1024 * 1024)
    path.write_bytes(gzip.compress(blanks) if packing == "gz" else zstandard.ZstdCompressor().compress(blanks))

    assert "longer than 1 MiB" in refused(cppcc, kept, path, "--most", "1")
    assert "longer than" not in refused(cppcc, kept, path, "--most", "2", "--expect", "7")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.ttl", b"<x:a> <x:b> <x:c> .", "only a format that names graphs can be restored: .trig, .nq, .jsonld, or"),
        ("x.gz", gzip.compress(b""), "only a format that names graphs can be restored"),
        ("x.nq", b"<x:a> <x:b> <x:c> .\n", "every triple stands in a graph with an IRI; this document has others"),
        ("x.nq", b"<x:a> <x:b> <x:c> _:g .\n", "every triple stands in a graph with an IRI; this document has others"),
        ("x.nq", b"<x:a> <x:b>\n", "line 2, column 1"),
        ("x.nq", b"\xff\n", "not UTF-8 text"),
        ("x.nq.gz", b"no gzip", "the file is not whole gzip: it is damaged"),
        ("x.nq.gz", zlib.compress(b"zlib"), "the file is not whole gzip: it is damaged"),
        ("x.nq.gz", gzip.compress(b"") + b"more", "the file is not whole gzip: it is damaged"),
        ("x.nq.zst", b"no zstd", "the file is not whole zstd: it is damaged"),
    ],
)
def test_what_is_no_dump_is_refused_in_words(cppcc, tmp_path, kept, name, content, message):
    (tmp_path / name).write_bytes(content)

    assert message in refused(cppcc, kept, tmp_path / name)


@pytest.mark.slow
def test_a_file_that_is_not_there_is_told(cppcc, tmp_path, kept):
    assert "the file cannot be read: No such file or directory" in refused(cppcc, kept, tmp_path / "none.nq")


def test_nothing_is_written_when_nothing_is_named_to_write_into(cppcc, dump):
    told = cppcc("restore", dump)

    assert (told.status, told.err) == (
        2,
        "cppcc: store: name the folder with --store, or a server with --server\n",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<x:a> <x:b> 1 <x:g> .", "line 1"),
        ('<x:a> <x:b> "c" .', "every triple stands in a graph with an IRI; this document has others"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_name(cppcc, tmp_path, text, message):
    broken = tmp_path / "broken.nq"
    broken.write_text(text + "\n")
    told = cppcc("restore", broken, "--store", tmp_path / "store")

    assert told.status == 2
    assert f"cppcc: {broken}: {message}" in told.err


@pytest.mark.slow
def test_a_dump_that_breaks_a_shape_is_refused(cppcc, tmp_path, kept):
    broken = tmp_path / "broken.nq"
    report = f"<{BASE}report/broken> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{BASE}ontology#Report>"
    broken.write_text(cppcc("dump").out + f"{report} <{BASE}report/broken> .\n")
    before = held(cppcc, kept)
    told = cppcc("restore", broken, "--store", kept)

    assert told.status == 1
    assert "the data do not conform to the shapes" in told.err
    assert held(cppcc, kept) == before


@pytest.mark.slow
@pytest.mark.parametrize(("command", "path"), [("restore", "a/b/new"), ("load", "new")])
def test_what_is_refused_leaves_no_folder_that_was_not_there(in_new_process, tmp_path, command, path):
    broken = tmp_path / "broken.trig"
    broken.write_text(f"<{BASE}graph/x> {{ <{BASE}report/broken> a <{BASE}ontology#Report> }}")
    told = in_new_process(command, broken, "--store", tmp_path / path)

    assert (told.status in (1, 2), told.out) == (True, "")
    assert [path.name for path in tmp_path.iterdir()] == ["broken.trig"]


@pytest.mark.slow
def test_a_folder_that_was_there_stays_with_what_is_in_it(in_new_process, tmp_path):
    (tmp_path / "tokens.json").write_text("{}")
    broken = tmp_path.with_suffix(".trig")
    broken.write_text(f"<{BASE}graph/x> {{ <{BASE}report/broken> a <{BASE}ontology#Report> }}")
    told = in_new_process("restore", broken, "--store", tmp_path)

    assert told.status in (1, 2)
    assert (tmp_path / "tokens.json").read_text() == "{}"


@pytest.mark.parametrize(
    "command", [("dump",), ("query", "ASK {}"), ("validate",), ("get", "/"), ("export", "--into", "x")]
)
def test_commands_that_read_never_fill_an_empty_store(cppcc, tmp_path, command):
    (tmp_path / "store").mkdir()
    bring_up(tmp_path / "store")
    told = cppcc(*command, "--store", tmp_path / "store")

    assert (told.status, told.out) == (2, "")
    assert f"the store at {tmp_path / 'store'} is empty; fill it with: cppcc load --store" in told.err
    assert in_memory(tmp_path / "store").is_empty()


@pytest.mark.slow
def test_a_commit_whose_files_cannot_be_brought_up_is_told_as_one(in_new_process, kept):
    (kept / "checkpoint.new").mkdir()
    told = in_new_process("load", "--store", kept)
    (kept / "checkpoint.new").rmdir()

    assert (told.status, told.out) == (2, "")
    assert "version 2 is committed and safe in the journal, but the store's other files cannot be" in told.err
    assert Journal.read(kept).version == 2
    assert in_new_process("check", "--no-shapes", "--store", kept).status == 0
