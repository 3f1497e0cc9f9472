"""Sizes that keep the code readable, and one base IRI everywhere."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "server").rglob("*.py"))
MAX_FUNCTION_LINES = 60
MAX_MODULE_LINES = 300
MAX_POSITIONAL = 5


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_and_functions_are_short(path):
    text = path.read_text(encoding="utf-8")
    functions = [n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    too_long = [f.name for f in functions if (f.end_lineno or 0) - f.lineno >= MAX_FUNCTION_LINES]
    too_many = [f.name for f in functions if len(f.args.args) > MAX_POSITIONAL + (f.args.args[:1] == ["self"])]

    assert (too_long, too_many) == ([], [])
    assert text.count("\n") <= MAX_MODULE_LINES


def test_files_declare_our_prefixes_with_one_base():
    declared = set()
    for path in [
        *(ROOT / "ontology").rglob("*.ttl"),
        *(ROOT / "data").rglob("*.ttl"),
        *(ROOT / "ontology").rglob("*.rq"),
    ]:
        text = path.read_text(encoding="utf-8")
        declared |= set(re.findall(r"(?im)^@?prefix\s+(cppcc|cppccsh):\s*<([^>]*)>", text))

    assert declared == {
        ("cppcc", "https://w3id.org/cppcc-graph/ontology#"),
        ("cppccsh", "https://w3id.org/cppcc-graph/shapes#"),
    }


def test_the_code_writes_the_base_iri_once():
    holders = [path.name for path in MODULES if '"https://w3id.org/' in path.read_text(encoding="utf-8")]

    assert holders == ["terms.py"]


def test_the_top_level_is_what_the_readme_says():
    named = {"pyproject.toml", "ontology", "data", "server", "tests", "README.md", "LICENSE"}
    tracked = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}

    assert named <= tracked
