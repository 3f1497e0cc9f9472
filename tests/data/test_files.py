"""The files under ``data/``: their form, and that what is exported is what they say."""

import re
import sys
import unicodedata
from pathlib import Path

import pyoxigraph
import pytest

from cppcc_graph.cli import main
from cppcc_graph.terms import BASE, prefix_block

CHECKOUT = Path(__file__).parents[2]
FILES = sorted((CHECKOUT / "data").rglob("*.ttl"))
VOCABULARIES = sorted((CHECKOUT / "ontology" / "vocabularies").glob("*.ttl"))
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)

ENTITY = re.compile(r"id/(organisation|person|place|programme|event|document|topic|period)/[a-z0-9]+(-[a-z0-9]+)*")
PART = re.compile(
    r"report/[a-z0-9-]+(/(observation|recognition|membership)/[a-z0-9-]+|/(text|dataset)|/paragraph/\d+|/span/\d+-\d+"
    r"|/statement/[a-z0-9-]+--[a-zA-Z]+--[a-z0-9-]+)?"
)


def triples(path):
    return [quad.triple for quad in pyoxigraph.parse(path=path)]


def own_iris(path):
    """IRIs of entities and reports that stand anywhere in a file."""
    terms = {term for triple in triples(path) for term in (triple.subject, triple.object)}
    iris = {term.value for term in terms if isinstance(term, pyoxigraph.NamedNode)}
    return sorted(iri.removeprefix(BASE) for iri in iris if iri.startswith((f"{BASE}id/", f"{BASE}report/")))


def test_there_are_entities_and_a_report():
    assert {path.parent.name for path in FILES} == {"entities", "reports"}
    assert "hengyang-2024" in {path.stem for path in FILES}


@each_file
def test_a_file_parses(path):
    assert len(triples(path)) > 10


@each_file
def test_a_file_begins_with_the_common_prefixes(path):
    assert path.read_text(encoding="utf-8").startswith(prefix_block() + "\n")


@each_file
def test_a_file_is_utf8_in_nfc_with_line_feeds_and_no_stray_blanks(path):
    text = path.read_bytes().decode("utf-8")

    assert unicodedata.is_normalized("NFC", text)
    assert not set(text) & {"\r", "\t", "\ufeff"}
    assert text.endswith("\n")
    assert [number for number, line in enumerate(text.splitlines(), 1) if line != line.rstrip(" ")] == []


@pytest.mark.parametrize("path", [*FILES, *VOCABULARIES], ids=lambda path: path.stem)
def test_a_file_holds_no_blank_node(path):
    nodes = {term for triple in triples(path) for term in (triple.subject, triple.object)}

    assert not any(isinstance(node, pyoxigraph.BlankNode) for node in nodes)


@each_file
def test_every_iri_has_one_of_the_forms_we_mint(path):
    assert [iri for iri in own_iris(path) if not ENTITY.fullmatch(iri) and not PART.fullmatch(iri)] == []


@pytest.mark.parametrize("path", [path for path in FILES if path.parent.name == "reports"], ids=lambda path: path.stem)
def test_a_report_file_holds_the_one_report_of_its_name(path):
    reports = {
        triple.subject.value
        for triple in triples(path)
        if triple.predicate.value.endswith("#type") and triple.object.value == f"{BASE}ontology#Report"
    }

    assert reports == {f"{BASE}report/{path.stem}"}


def test_no_triple_stands_in_two_files():
    seen = {}
    twice = [
        (str(triple), path.name, seen[triple])
        for path in FILES
        for triple in set(triples(path))
        if seen.setdefault(triple, path.name) != path.name
    ]

    assert twice == []


def test_what_is_exported_is_what_the_files_say(monkeypatch, tmp_path):
    dump = tmp_path / "dump.nq"
    monkeypatch.setattr(sys, "argv", ["cppcc", "dump", "--output", str(dump)])
    with pytest.raises(SystemExit) as ended:
        main()
    exported = {}
    for quad in pyoxigraph.parse(path=dump):
        exported.setdefault(quad.graph_name.value, set()).add(quad.triple)

    assert ended.value.code == 0
    for path in FILES:
        name = f"report/{path.stem}" if path.parent.name == "reports" else f"entities/{path.stem}"
        assert exported[BASE + name] == set(triples(path)), path.name
