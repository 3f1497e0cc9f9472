"""The command line: what it answers, and what it says when it cannot."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cppcc_graph.cli.commands import _COMMANDS
from cppcc_graph.publish import open_store

GOOD = "<x:a> <x:b> 1, 2 .\n"
REPORT_QUERY = "SELECT (COUNT(?report) AS ?n) { ?report a cppcc:Report }"


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.ttl"
    path.write_text(GOOD)
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.ttl"
    path.write_text("<x:a> <x:b> 1 .\n<x:a> <x:b> .\n")
    return path


def test_the_version_is_that_of_the_package(cppcc):
    assert cppcc("--version").out == "cppcc 0.1.0\n"


@pytest.mark.parametrize("command", list(_COMMANDS))
def test_every_command_explains_itself_with_an_example(cppcc, command):
    told = cppcc(command, "--help")

    assert told.status == 0
    assert f"\n  cppcc {command} " in told.out
    assert cppcc("--help").out.count(f"\n  {command} ") == 1


def test_a_query_is_answered_as_a_table(cppcc):
    told = cppcc("query", "SELECT ?x ?y { VALUES (?x ?y) { (1 cppcc:Report) ('政协'@zh UNDEF) } }")

    assert told.out == (
        "x       ┃ y\n"
        "━━━━━━━━╇━━━━━━━━━━━━━\n"
        "1       │ cppcc:Report\n"
        "政协@zh │\n"
        "2 rows\n"
    )  # fmt: skip


def test_a_query_is_answered_in_every_format_that_can_hold_it(cppcc, good, monkeypatch):
    monkeypatch.setenv("CPPCC_DATA", str(good))

    assert cppcc("query", "--format", "csv", "SELECT (1 AS ?x) {}").out.split() == ["x", "1"]
    assert json.loads(cppcc("query", "--format", "json", "ASK {}").out) == {"head": {}, "boolean": True}
    assert cppcc("query", "ASK { FILTER(false) }").out == "no\n"
    assert cppcc("query", "CONSTRUCT { <x:a> <x:b> 1 } {}").out == "<x:a> <x:b> 1 .\n"


def test_a_query_may_be_a_file_or_a_named_question(cppcc, tmp_path):
    (tmp_path / "mine.rq").write_text("ASK {}")

    assert cppcc("query", tmp_path / "mine.rq").out == "yes\n"
    assert cppcc("query", "research-activities-and-reports").status == 0


def test_the_data_given_replace_the_bundled_data_and_the_ontology_stays(cppcc, good):
    query = "SELECT (COUNT(*) AS ?n) { <x:a> ?p ?o }"

    assert cppcc("query", "--format", "csv", "--data", good, query).out.split() == ["n", "2"]
    assert cppcc("query", "--format", "csv", "--data", good, REPORT_QUERY).out.split() == ["n", "0"]
    assert cppcc("query", "--data", good, "ASK { cppcc:Report a owl:Class }").out == "yes\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("query", "SELECT * { ?s ?p }"), "query: line 1, column 18: expected one of “(”, “[”, “?variable”"),
        (("query", "SELECT * {\n ?s ex:p ?o }"), "query: line 2, column 5: the prefix ex: is not declared"),
        (("query", "SELECT * { cppcc:a ex:p ?o }"), "query: line 1, column 20: the prefix ex: is not declared"),
        (("query", "SELECT * { SERVICE <x:y> {} }"), "line 1, column 12: SERVICE is refused"),
        (("query", "DROP ALL"), "line 1, column 1: DROP is a SPARQL Update"),
        (("query", "ASK {}", "--format", "excel"), "unknown format 'excel'; known are: json, xml, csv"),
        (("query", "ASK {}", "--format", "turtle"), "a yes or no, which turtle cannot hold; use one of: json, xml"),
        (("query", "no-such-file.rq"), "no-such-file.rq: neither a file (No such file or directory), nor a query"),
        (("query", "ASK {}", "--data", "/nowhere"), "/nowhere: there is no such file or folder"),
        (("load", "--store", "/proc/nowhere/s"), "the store folder /proc/nowhere/s cannot be used"),
        (("query", "ASK {}", "--store", "http://127.0.0.1:9/"), "the engine at http://127.0.0.1:9/ cannot be reached"),
        (("load", "--store", "http://me:secret@127.0.0.1/"), "store: an address with a password in it can be read"),
        (("dump", "--graph", "x:nowhere"), "the dataset has no named graph <x:nowhere>"),
        (("dump", "--format", "csv"), "csv cannot hold a graph; use one of turtle, ntriples"),
        (("dump", "--output", "/nowhere/x.nq"), "/nowhere/x.nq: the file cannot be written: No such file or directory"),
        (("verify",), "texts: name the folder that holds the reports' texts with --texts"),
        (("verify", "--texts", "/nowhere"), "/nowhere: there is no such folder of texts"),
        (("load",), "store: name the folder or the address of the store with --store"),
        (("validate", "/nowhere"), "/nowhere: there is no such file or folder"),
        (("serve", "--host", "nowhere.invalid"), "host: 'nowhere.invalid' is not a known host name or address"),
        (("serve", "--port", "70000"), "port: 70000 is not between 0 and 65535"),
        (("serve", "--data", "/nowhere", "--port", "0"), "/nowhere: there is no such file or folder"),
        (("nonsense",), "No such command 'nonsense'"),
        (("query",), "Missing argument 'FILE|TEXT|NAME'"),
    ],
)
def test_what_cannot_be_used_is_one_sentence_and_status_2(cppcc, good, monkeypatch, arguments, message):
    monkeypatch.setenv("CPPCC_DATA", str(good))
    told = cppcc(*arguments)

    assert told.status == 2
    assert told.out == ""
    assert message in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize("command", ["query ASK{}", "dump", "validate", "get /", "serve --port 0"])
def test_a_file_that_does_not_parse_is_told_with_its_place(cppcc, bad, command):
    told = cppcc(*command.split(), "--data", bad)

    assert (told.status, told.out) == (2, "")
    assert told.err == f"cppcc: {bad}: line 2, column 13: . is not a valid RDF object\n"


def test_a_request_is_answered_without_a_server(cppcc):
    told = cppcc("get", "/sparql?query=ASK%7B%7D", "--accept", "application/sparql-results+json", "--include")

    assert told.status == 0
    assert told.out.startswith("200 OK\nContent-Type: application/sparql-results+json\n")
    assert told.out.endswith('{"head":{},"boolean":true}')


def test_a_request_that_fails_has_status_1(cppcc):
    assert cppcc("get", "/nowhere").status == 1
    assert cppcc("get", "/sparql?query=nonsense").status == 1


def test_a_dump_is_sorted_and_says_what_the_files_say(cppcc, good, tmp_path):
    written = tmp_path / "out.nq"
    cppcc("dump", "--data", good, "--graph", "https://w3id.org/cppcc-graph/graph/good", "--output", written)

    assert written.read_text() == (
        '<x:a> <x:b> "1"^^<http://www.w3.org/2001/XMLSchema#integer> <https://w3id.org/cppcc-graph/graph/good> .\n'
        '<x:a> <x:b> "2"^^<http://www.w3.org/2001/XMLSchema#integer> <https://w3id.org/cppcc-graph/graph/good> .\n'
    )
    lines = cppcc("dump").out.splitlines()
    assert lines == sorted(lines)
    assert len(lines) > 10_000


def test_a_dump_that_fails_leaves_the_old_file(cppcc, bad, tmp_path):
    written = tmp_path / "out.nq"
    written.write_text("old")
    cppcc("dump", "--data", bad, "--output", written)

    assert written.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.ttl", "out.nq"]


@pytest.fixture
def fill() -> Callable[..., None]:
    """Makes a store on disk from the ontology and these files, unjudged."""

    def filled(folder: Path, *files: Path) -> None:
        open_store(folder, files).close()

    return filled


@pytest.mark.parametrize("command", [("query", "ASK {}"), ("dump",), ("get", "/"), ("validate",)])
def test_a_reading_command_makes_no_store(cppcc, tmp_path, command):
    told = cppcc(*command, "--store", tmp_path / "stroe")

    assert (told.status, told.out) == (2, "")
    assert told.err == (
        f"cppcc: there is no store at {tmp_path / 'stroe'}; make one with: cppcc load --store {tmp_path / 'stroe'}\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_filled_store_is_left_as_it_is(cppcc, fill, good, tmp_path):
    store = tmp_path / "store"
    fill(store, good)
    again = cppcc("query", "--store", store, "--format", "csv", REPORT_QUERY)

    assert again.out.split() == ["n", "0"]


@pytest.mark.slow
def test_a_dry_run_tells_what_would_change_and_changes_nothing(cppcc, fill, good, tmp_path):
    store = tmp_path / "store"
    fill(store, good)
    good.write_text("<x:a> <x:b> 2, 3, 4 .")
    told = cppcc("load", "--dry-run", "--store", store, good)

    assert (
        told.out == "       2 added        1 removed  <https://w3id.org/cppcc-graph/graph/good>\n1 graph would change\n"
    )
    assert cppcc("load", "--dry-run", "--store", store, good).out == told.out


@pytest.mark.slow
def test_a_load_that_does_not_conform_changes_nothing(cppcc, fill, good, tmp_path):
    store = tmp_path / "store"
    fill(store, good)
    report = tmp_path / "broken.ttl"
    report.write_text("<https://w3id.org/cppcc-graph/report/broken> a <https://w3id.org/cppcc-graph/ontology#Report> .")
    told = cppcc("load", "--store", store, report)

    assert told.status == 1
    assert told.err.startswith("cppcc: the data do not conform to the shapes: ")
    assert cppcc("query", "--store", store, "--format", "csv", REPORT_QUERY).out.split() == ["n", "0"]


@pytest.mark.slow
def test_a_load_replaces_its_graphs_and_keeps_the_others(cppcc, fill, good, tmp_path):
    """The graphs that stay are judged too, although the engine calls their offsets xsd:integer."""
    store = tmp_path / "store"
    fill(store)
    told = cppcc("load", "--store", store, good)

    lines = ["       2 added        0 removed  <https://w3id.org/cppcc-graph/graph/good> (new)", "1 graph changed"]
    assert told.out.splitlines() == [*lines, "version 1"]
    assert cppcc("query", "--store", store, "ASK { <x:a> <x:b> 1 . ?report a cppcc:Report }").out == "yes\n"
    assert cppcc("load", "--store", store, good).out == "the store says what the files say\n"


@pytest.mark.slow
def test_the_bundled_data_conform(cppcc):
    told = cppcc("validate", "--format", "json")

    assert json.loads(told.out)["counts"] == {"Violation": 0, "Warning": 0, "Info": 0}
    assert told.status == 0


@pytest.mark.slow
def test_a_report_that_breaks_a_shape_has_status_1(cppcc, tmp_path):
    report = tmp_path / "broken.ttl"
    report.write_text("<https://w3id.org/cppcc-graph/report/broken> a <https://w3id.org/cppcc-graph/ontology#Report> .")
    told = cppcc("validate", report)

    assert told.status == 1
    assert "https://w3id.org/cppcc-graph/report/broken" in told.out


@pytest.mark.slow
def test_two_dumps_of_equal_data_are_equal_to_the_byte(cppcc):
    assert cppcc("dump").out == cppcc("dump").out
