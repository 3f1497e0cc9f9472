"""The table of rules in the curator's guide is made from the shapes."""

import re
from pathlib import Path

import pytest
from rdflib import DCTERMS, SH, Graph

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "data" / "README.md"
BLOCK = re.compile(r"(<!-- begin: rules -->\n)(.*?)(<!-- end: rules -->)", re.DOTALL)


def _table() -> str:
    shapes = Graph()
    for path in sorted((ROOT / "ontology" / "shapes").glob("*.ttl")):
        shapes.parse(path)
    rules = sorted(shapes.subject_objects(DCTERMS.identifier), key=lambda rule: int(str(rule[1]).removeprefix("R")))
    lines = ["| rule | severity | 要做什么 | what to do |", "|---|---|---|---|"]
    for shape, number in rules:
        severity = str(shapes.value(shape, SH.severity)).removeprefix(str(SH))
        told = {message.language: _cell(str(message)) for message in _messages(shapes, shape)}
        lines.append(f"| {number} | {severity} | {told['zh']} | {told['en']} |")
    return "\n".join(lines) + "\n"


def _messages(shapes: Graph, shape):
    """Of the shape itself, or of its one SPARQL constraint."""
    own = list(shapes.objects(shape, SH.message))
    return own or [
        message for constraint in shapes.objects(shape, SH.sparql) for message in shapes.objects(constraint, SH.message)
    ]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def test_the_guide_lists_every_rule_with_what_to_do(pytestconfig: pytest.Config) -> None:
    expected = _table()
    if pytestconfig.getoption("--approve"):
        text = GUIDE.read_text(encoding="utf-8")
        GUIDE.write_text(BLOCK.sub(lambda match: match[1] + expected + match[3], text), encoding="utf-8")
    found = BLOCK.search(GUIDE.read_text(encoding="utf-8"))

    assert found is not None
    assert found[2] == expected


@pytest.mark.parametrize("page", ["README.md", "data/README.md", "server/README.md", "ontology/README.md"])
def test_every_link_inside_the_repository_leads_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = [target.split("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]

    assert [target for target in targets if target and not (ROOT / page).parent.joinpath(target).exists()] == []
