"""``cppcc dump``: packed, with a checksum, whole or not there, and of one version."""

import hashlib
import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pyoxigraph import CanonicalizationAlgorithm, Dataset, NamedNode, Quad, parse
from tests.backup.conftest import SECOND, quads_of, store_of, unpacked, versions_of
from tests.history.conftest import adding, committed, forked, quad

from cppcc_graph.formats import format_named
from cppcc_graph.packing import PLAIN
from cppcc_graph.publish import load_published, open_store, put, stored
from cppcc_graph.store.dumping import dumped, lines_of
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.store.journal import Journal
from cppcc_graph.store.lock import lock_for_writing
from cppcc_graph.store.versioned import in_memory

ENDINGS = ("nq", "nq.gz", "nq.zst")
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("ending", [pytest.param(e, marks=pytest.mark.slow if e != "nq.gz" else ()) for e in ENDINGS])
def test_a_file_is_packed_as_its_ending_says(cppcc, tmp_path, ending):
    written = tmp_path / f"all.{ending}"

    assert cppcc("dump", "--output", written).status == 0
    assert unpacked(written).decode() == cppcc("dump").out


@pytest.mark.slow
@pytest.mark.parametrize("ending", ENDINGS)
def test_equal_data_give_equal_bytes_at_any_time(cppcc, tmp_path, monkeypatch, ending):
    cppcc("dump", "--output", tmp_path / f"first.{ending}")
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    cppcc("dump", "--output", tmp_path / f"second.{ending}")

    assert (tmp_path / f"first.{ending}").read_bytes() == (tmp_path / f"second.{ending}").read_bytes()


@pytest.mark.parametrize("name", ["all.nq.gz", "two words.nq", "back\\slash\nand line.nq"])
def test_the_checksum_beside_a_file_is_one_that_sha256sum_checks(cppcc, tmp_path, name):
    cppcc("dump", "--output", tmp_path / name)
    check = ["sha256sum", "--check", "--strict", "--status", f"{name}.sha256"]

    assert subprocess.run(check, cwd=tmp_path, check=False).returncode == 0
    with (tmp_path / name).open("ab") as file:
        file.write(b"\n")
    assert subprocess.run(check, cwd=tmp_path, check=False).returncode == 1


def test_a_file_that_ends_otherwise_than_it_is_packed_is_not_written(cppcc, tmp_path):
    told = cppcc("dump", "--output", tmp_path / "all.nq", "--compress", "gzip")

    assert told.status == 2
    assert "a file of gzip ends in .gz (gzip) or .zst (zstd)" in told.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "options", "told"),
    [
        ("all.trig", (), "all.trig would hold N-Quads, and its ending does not say so; use .nq, .nq.gz, .nq.zst, or"),
        ("all.trig", ("--server", "http://127.0.0.1:9/"), "or add --format trig"),
        ("all.ttl.gz", (), "use .nq, .nq.gz, .nq.zst, or add --format turtle"),
        ("all.gz", (), "use .nq, .nq.gz, .nq.zst"),
        ("all", (), "use .nq, .nq.gz, .nq.zst"),
        ("all.nq", ("--format", "trig"), "use .trig, .trig.gz, .trig.zst, or add --format nquads"),
    ],
)
def test_a_file_whose_ending_says_another_format_is_not_written(cppcc, tmp_path, name, options, told):
    done = cppcc("dump", "--output", tmp_path / name, *options)

    assert (done.status, list(tmp_path.iterdir())) == (2, [])
    assert told in " ".join(done.err.split())


@pytest.mark.slow
def test_stdout_can_be_packed_too(tmp_path):
    command = [sys.executable, "-m", "cppcc_graph", "dump", "--compress", "gzip"]
    done = subprocess.run(
        command, capture_output=True, timeout=60, check=True, env=os.environ | {"PYTHONPATH": str(ROOT / "server")}
    )
    (tmp_path / "all.nq.gz").write_bytes(done.stdout)

    assert len(quads_of(unpacked(tmp_path / "all.nq.gz"))) > 10_000


def test_a_dump_says_what_the_store_says_with_the_types_of_the_ontology(published):
    lines = [line for graph in lines_of(published) for line in graph]
    expected = Dataset(Quad(*t, NamedNode(graph.graph_iri)) for graph in stored(published) for t in graph.triples)
    found = Dataset(quads_of(b"".join(lines)))
    for dataset in (expected, found):
        dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)

    assert found == expected
    assert len(re.findall(rb"XMLSchema#nonNegativeInteger> <", b"".join(lines))) > 900


@pytest.mark.slow
def test_lines_are_sorted_within_each_graph_and_graphs_by_name(published):
    blocks = list(lines_of(published))

    assert [sorted(block) for block in blocks] == blocks
    names = [block[0].rsplit(b" ", 2)[1].strip(b"<>") for block in blocks]
    assert names == sorted(names)
    assert len(names) == len(set(names)) == len(published.graphs())


def test_what_is_hard_to_write_comes_through(cppcc, hard):
    dump = cppcc("dump", "--data", hard).out.encode()
    files = EmbeddedStore()
    put(files, load_published([hard]))

    assert versions_of(dump) == files.versions()
    assert '\\"1\\"^^<http://www.w3.org/2001/XMLSchema#integer> <"' in dump.decode()
    assert '#start> "^^<http://www.w3.org/2001/XMLSchema#integer> <' in dump.decode()


def test_a_blank_node_in_two_graphs_is_one_node(cppcc, hard):
    lines = cppcc("dump", "--data", hard).out.splitlines()
    [says] = [line for line in lines if "the same node in another graph" in line]
    both = {line.split(" ")[0] for line in lines if line.startswith("_:") and "ontology/one>" in line}

    assert says.split(" ")[0] in both


def test_blank_nodes_are_called_the_same_whatever_they_were_called(cppcc, hard):
    before = cppcc("dump", "--data", hard).out
    hard.write_text(hard.read_text().replace("_:shared", "_:zzz").replace("_:other", "_:aaa"))

    assert cppcc("dump", "--data", hard).out == before


@pytest.mark.parametrize(
    "name", ["turtle", *(pytest.param(name, marks=pytest.mark.slow) for name in ("nquads", "trig", "jsonld"))]
)
def test_a_graph_alone_says_the_same_in_every_format(cppcc, tmp_path, name):
    whole = versions_of(cppcc("dump").out.encode())
    graph = next(iri for iri in whole if "/shapes/" in iri)
    file = tmp_path / f"one.{format_named(name).extension}"
    cppcc("dump", "--graph", graph, "--format", name, "--output", file)
    store = EmbeddedStore()
    store.replace_graph(graph, [quad.triple for quad in parse(path=file)])

    assert store.versions() == {graph: whole[graph]}


def test_an_empty_store_gives_an_empty_dump():
    assert list(lines_of(EmbeddedStore())) == []
    assert dumped(EmbeddedStore(), PLAIN, None).body == b""


def test_a_default_graph_of_its_own_is_part_of_a_dump():
    store = EmbeddedStore(is_merged=False)
    store.fill(quads_of(b"<x:a> <x:b> _:n .\n<x:a> <x:b> <x:c> .\n<x:a> <x:b> <x:c> <x:g> .\n"))

    assert dumped(store, PLAIN, None).body == (
        b"<x:a> <x:b> <x:c> .\n<x:a> <x:b> _:c14n0 .\n<x:a> <x:b> <x:c> <x:g> .\n"
    )


@pytest.mark.slow
def test_a_full_disk_leaves_the_old_file_and_its_checksum(cppcc, tmp_path):
    written = tmp_path / "all.nq"
    cppcc("dump", "--data", SECOND, "--output", written)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    command = [sys.executable, "-m", "cppcc_graph", "dump", "--output", str(written)]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT / "server"), "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )

    assert (done.returncode, done.stderr) == (2, f"cppcc: {written}: the file cannot be written: File too large\n")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    assert sorted(before) == ["all.nq", "all.nq.sha256"]


@pytest.mark.slow
def test_a_dump_of_a_folder_that_is_written_is_always_of_one_version(cppcc, tmp_path):
    """The child commits as a server does: it holds the folder's lock, and leaves the engine's files alone."""
    folder = tmp_path / "store"
    open_store(folder, [SECOND]).close()
    with forked() as child:
        if not child:
            _commit_for_ever(folder)
        until = time.monotonic() + 20
        while Journal.read(folder).version < 1:
            assert time.monotonic() < until
        found = [store_of(cppcc("dump", "--store", folder).out.encode()).version() for _ in range(6)]
    versions = [entry.commit.data_version for entry in Journal.read(folder).entries]
    numbers = [versions.index(version) for version in found]

    assert numbers == sorted(numbers)
    assert numbers[0] < numbers[-1]


def _commit_for_ever(folder):
    with lock_for_writing(folder):
        journal, store = Journal.open(folder), in_memory(folder)
        for number in range(100_000):
            patch = adding(
                quad(f"s{number}", "a"), quad(f"s{number}", "b", "other"), quad(f"s{number}", "c", blank=True)
            )
            committed(journal, store, patch)
            time.sleep(0.01)


@pytest.mark.slow
def test_the_checksum_is_that_of_the_packed_file(cppcc, tmp_path):
    cppcc("dump", "--output", tmp_path / "all.nq.gz")
    digest = hashlib.sha256((tmp_path / "all.nq.gz").read_bytes()).hexdigest()

    assert (tmp_path / "all.nq.gz.sha256").read_text() == f"{digest}  all.nq.gz\n"
