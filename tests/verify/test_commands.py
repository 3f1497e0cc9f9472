"""``cppcc verify`` and ``cppcc coverage`` as a curator calls them, on an invented report."""

import json
import sys
from pathlib import Path
from shutil import copy

import pytest

from cppcc_graph.cli import main

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent / "fictional"
TURTLE = HERE / "xinglan-2031.ttl"


@pytest.fixture
def cppcc(monkeypatch, capsys):
    """Runs the command line; (exit status, stdout, stderr)."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["cppcc", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    return run


def test_a_report_that_agrees_with_its_text_ends_with_0(cppcc):
    status, out, err = cppcc("verify", "--texts", HERE, "--data", TURTLE)

    assert (status, err) == (0, "")
    assert "SHA-256 equal" in out
    assert "14/14" in out


def test_a_report_that_differs_ends_with_1_and_says_where(cppcc, tmp_path):
    changed = tmp_path / "xinglan-2031.ttl"
    changed.write_text(TURTLE.read_text(encoding="utf-8").replace('"120"^^xsd:decimal', '"121"^^xsd:decimal'), "utf-8")
    status, out, _ = cppcc("verify", "--texts", HERE, "--data", changed)

    assert status == 1
    assert "figures at 65–69: “120件”: value 121, printed 120" in out


def test_a_missing_text_ends_with_1_and_names_file_and_folder(cppcc, tmp_path):
    status, out, _ = cppcc("verify", "--texts", tmp_path, "--data", TURTLE)

    assert status == 1
    assert "not verified" in out
    assert "holds no file xinglan-2031.txt, and none with its SHA-256" in out.replace("\n", " ")


def test_the_outcome_can_be_had_as_json(cppcc):
    status, out, _ = cppcc("verify", "--texts", HERE, "--data", TURTLE, "--format", "json")

    assert status == 0
    assert json.loads(out)["sound"] is True


@pytest.mark.parametrize("command", ["verify", "coverage"])
def test_without_a_folder_of_texts_the_option_to_give_is_named(cppcc, command):
    status, out, err = cppcc(command, "--data", TURTLE)

    assert (status, out) == (2, "")
    assert "--texts" in err


@pytest.mark.parametrize("command", ["verify", "coverage"])
def test_a_folder_of_texts_that_is_not_there_is_named(cppcc, command, tmp_path):
    status, out, err = cppcc(command, "--texts", tmp_path / "nowhere", "--data", TURTLE)

    assert (status, out) == (2, "")
    assert "nowhere" in err


@pytest.mark.slow
def test_the_coverage_is_told_as_table_markdown_and_json(cppcc):
    told = {
        form: cppcc("coverage", "--texts", HERE, "--data", TURTLE, "--format", form)
        for form in ("table", "markdown", "json")
    }

    assert {status for status, _, _ in told.values()} == {0}
    assert "41–46" in told["table"][1]
    assert told["markdown"][1].startswith("# 星澜市政协2031年工作综述: what stands for each line\n")
    assert json.loads(told["json"][1])[0]["iri"] == "https://w3id.org/cppcc-graph/report/xinglan-2031"


def test_the_coverage_of_an_unknown_report_is_refused(cppcc):
    status, _, err = cppcc("coverage", "--texts", HERE, "--data", TURTLE, "--report", "https://example.org/none")

    assert status == 2
    assert "<https://example.org/none>" in err


def test_the_coverage_of_a_report_without_its_text_is_refused(cppcc, tmp_path):
    copy(TURTLE, tmp_path)
    status, out, err = cppcc("coverage", "--texts", tmp_path, "--data", TURTLE)

    assert (status, out) == (2, "")
    assert "holds no file xinglan-2031.txt" in err
