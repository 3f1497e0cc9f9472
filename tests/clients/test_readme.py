"""The README's lines for other people's tools, run as they stand; only the port is another."""

import contextlib
import io
import re
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
FIGURES = ["1500余万元", "1000余名", "1100余人", "40多项", "10余项"]
ADDRESS = "http://127.0.0.1:8000/"


@pytest.fixture
def example(endpoint):
    """The code of a language among the README's examples called *name*, in order, asking the server of these tests."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    def code(name: str, language: str) -> list[str]:
        found = re.search(rf"<!-- begin: {name} -->\n(.*?)<!-- end: {name} -->", readme, re.DOTALL)
        assert found is not None
        blocks = re.findall(rf"```{language}\n(.*?)```", found[1], re.DOTALL)
        assert all(ADDRESS in block for block in blocks)
        return [block.replace(ADDRESS, endpoint.removesuffix("sparql")) for block in blocks]

    return code


@pytest.fixture
def printed(monkeypatch):
    """What a piece of Python prints, run in the folder of the README."""
    monkeypatch.chdir(ROOT)

    def run(code: str) -> str:
        with contextlib.redirect_stdout(io.StringIO()) as out:
            exec(compile(code, "README.md", "exec"), {})
        return out.getvalue()

    return run


def test_each_python_client_prints_the_five_figures(example, printed):
    by_address, by_query = example("clients", "python")

    assert printed(by_address) == f"{FIGURES}\n"
    assert printed(by_query) == f"{FIGURES}\n" * 3


def test_curl_and_roqet_print_the_five_figures(example, program):
    program("curl", package="curl")
    program("roqet", package="rasqal-utils")
    [code] = example("clients", "sh")
    told = subprocess.run(["bash", "-e", "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=30, check=True)

    assert re.findall("|".join(FIGURES), told.stdout) == FIGURES * 2


def test_both_javascript_clients_print_the_five_figures(example, node):
    [code] = example("clients", "js")
    script = Path(__file__).parent / "node_modules" / "readme.mjs"  # from here the packages are found
    script.write_text(code, encoding="utf-8")
    told = subprocess.run([node, script], cwd=ROOT, capture_output=True, text=True, timeout=30, check=True)

    assert told.stdout.split() == FIGURES * 2


def test_the_chinese_examples_give_a_table_and_a_file(example, printed, program, tmp_path):
    program("curl", package="curl")
    [python], [shell] = example("clients-zh", "python"), example("clients-zh", "sh")
    subprocess.run(["bash", "-e", "-c", shell], cwd=tmp_path, timeout=30, check=True)
    table = printed(python)

    assert re.findall("|".join(FIGURES), table) == FIGURES
    assert re.findall("|".join(FIGURES), (tmp_path / "下限.csv").read_text(encoding="utf-8")) == FIGURES
