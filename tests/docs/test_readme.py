"""The README's blocks between ``<!-- begin: … -->`` and ``<!-- end: … -->`` say what the program says."""

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import click
import pytest
from flask.testing import FlaskClient

from cppcc_graph.cli import commands
from cppcc_graph.questions import questions
from cppcc_graph.settings import ENVIRONMENT_PREFIX, Settings
from cppcc_graph.store.embedded import EmbeddedStore
from cppcc_graph.web import create_app
from cppcc_graph.web.problems import kinds

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
FIVE = (
    "research-activities-and-reports",
    "five-counts-of-proposals",
    "lower-bounds",
    "who-guides-and-who-leads",
    "planned-goals-and-whether-done",
)


def _block(name: str) -> re.Pattern[str]:
    return re.compile(rf"(<!-- begin: {name} -->\n)(.*?)(<!-- end: {name} -->)", re.DOTALL)


def _settings() -> str:
    lines = ["| option | environment | default | what |", "|---|---|---|---|"]
    serve = commands.cppcc.get_command(click.Context(commands.cppcc), "serve")
    assert serve is not None
    options = {parameter.name: parameter.opts[0] for parameter in serve.params}
    for setting in fields(Settings):
        default = "" if setting.default in (None, ()) or setting.default is False else f"`{setting.default}`"
        option = options[setting.name]
        lines.append(
            f"| `{option}` | `{ENVIRONMENT_PREFIX}{setting.name.upper()}` | {default} | {setting.metadata['help']} |"
        )
    return "\n".join(lines) + "\n"


def _commands() -> str:
    group = commands.cppcc
    context = click.Context(group)
    lines = ["| command | what it does |", "|---|---|"]
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        summary = " ".join((command.help or "").split("\n\n")[0].split())
        lines.append(f"| `cppcc {name}` | {summary} |")
    return "\n".join(lines) + "\n"


def _problems() -> str:
    lines = ["| status | type | meaning |", "|---|---|---|"]
    with create_app(Settings(), EmbeddedStore()).test_request_context(headers={"Accept-Language": "en"}):
        lines += [f"| {kind.status} | `{kind.kind}` | {kind.title} |" for kind in kinds()]
    return "\n".join(lines) + "\n"


def _addresses() -> str:
    """Each view once, in the order in which the application knows them, with the first sentence of its docstring."""
    app = create_app(Settings(), EmbeddedStore())
    rows: dict[str, tuple[list[str], set[str]]] = {}
    for rule in app.url_map.iter_rules():
        addresses, methods = rows.setdefault(rule.endpoint, ([], set()))
        addresses.append(re.sub(r"<(?:[^<>:]*:)?(\w+)>", r"<\1>", rule.rule))
        methods.update((rule.methods or set()) - {"HEAD", "OPTIONS"})
    lines = ["| address | methods | what |", "|---|---|---|"]
    for endpoint, (addresses, methods) in rows.items():
        if endpoint != "static":
            said = " ".join((app.view_functions[endpoint].__doc__ or "").split()).replace("``", "`")
            sentence = re.split(r"(?<=\.) (?=[A-Z])", said)[0]
            where = ", ".join(f"`{address}`" for address in addresses)
            lines.append(f"| {where} | {', '.join(sorted(methods))} | {sentence} |")
    return "\n".join(lines) + "\n"


def _answers(cppcc: Callable[..., object], *, language: str) -> str:
    titles = {question.slug: question.titles[language] for question in questions()}
    parts = []
    for slug in FIVE:
        out = cppcc("query", slug, "--format", "csv").out  # type: ignore[attr-defined]
        rows = list(csv.reader(io.StringIO(out)))
        table = ["| " + " | ".join(row) + " |" for row in rows]
        table.insert(1, "|" + "---|" * len(rows[0]))
        parts.append(f"**{titles[slug]}** `cppcc query {slug}`\n\n" + "\n".join(table) + "\n")
    return "\n" + "\n".join(parts) + "\n"


@pytest.mark.parametrize("name", ["settings", "commands", "addresses", "problems", "questions", "questions-zh"])
def test_a_block_of_the_readme_says_what_the_program_says(
    name: str, cppcc: Callable[..., object], pytestconfig: pytest.Config
) -> None:
    text = README.read_text(encoding="utf-8")
    expected = {
        "settings": _settings,
        "commands": _commands,
        "addresses": _addresses,
        "problems": _problems,
        "questions": lambda: _answers(cppcc, language="en"),
        "questions-zh": lambda: _answers(cppcc, language="zh"),
    }[name]()
    if pytestconfig.getoption("--approve"):
        text = _block(name).sub(lambda match: match[1] + expected + match[3], text)
        README.write_text(text, encoding="utf-8")
    found = _block(name).search(text)

    assert found is not None
    assert found[2] == expected


def test_the_problem_of_the_readme_is_what_the_server_says(published_client: FlaskClient) -> None:
    example = re.search(r"```json\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None

    assert published_client.get("/sparql", query_string={"query": "ASK { ?s a qb:DataSet }"}).json == json.loads(
        example[1]
    )


def test_the_readme_begins_with_the_run_command_and_the_test_command() -> None:
    commands = re.findall(r"```sh\n(.*?)\n```", README.read_text(encoding="utf-8"), re.DOTALL)

    assert commands[:2] == ["pip install . && cppcc serve", "pip install '.[dev]' && pytest -m 'not long'"]


# rdflib 7.6 warns of its own use of a name that it has deprecated.
@pytest.mark.filterwarnings("ignore:Dataset.default_context is deprecated:DeprecationWarning")
def test_the_notebook_example_prints_every_event(capsys: pytest.CaptureFixture[str]) -> None:
    example = re.search(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None

    exec(compile(example[1], "README.md", "exec"), {})

    assert "2024 Heng Merchants Conference" in capsys.readouterr().out.splitlines()
