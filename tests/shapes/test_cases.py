"""Each rule at work: the valid case conforms, an invalid one breaks its rule and nothing else and says what to do."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from rdflib import DCTERMS, SH, Graph, Literal, URIRef
from rdflib.term import Node

from cppcc_graph.terms import shorten
from cppcc_graph.validation import validate
from cppcc_graph.validation.paths import path_text

HERE = Path(__file__).parent
BASE = "https://w3id.org/cppcc-graph/"
REPORT = "report/yunxi-2031"
VALID = sorted(HERE.glob("*/valid.ttl"))


def rule_in_name(path: Path) -> str:
    return path.name.split(".")[1]


INVALID = sorted(HERE.glob("*/invalid.*.ttl"), key=lambda path: (path.parent, int(rule_in_name(path)[1:]), path.name))
FIRST_OF_EACH = {path.parent: path for path in reversed(INVALID)}
QUICK = sorted(FIRST_OF_EACH.values())[::12]


def title(path: Path) -> str:
    return f"{path.parent.name}-{path.name.removeprefix('invalid.').removesuffix('.ttl')}"


def cases() -> list[object]:
    """One invalid case of each twelfth folder, and the others as slow ones."""
    marks = [() if path in QUICK else (pytest.mark.slow,) for path in INVALID]
    return [pytest.param(path, marks=mark, id=title(path)) for path, mark in zip(INVALID, marks, strict=True)]


def short(node: Node) -> str:
    if isinstance(node, Literal):  # not n3(): it warns of an ill-typed number, which a finding may well show
        kind = f"@{node.language}" if node.language else f"^^{shorten(str(node.datatype))}" if node.datatype else ""
        return f'"{node}"{kind}'
    return f"<{node}>".replace(f"<{BASE}", "<")


def in_words(report: Graph, result: Node, shapes: Graph) -> str:
    """What one result says: rule and shape, offender, path and value where there are any, and the advice."""
    shape = report.value(result, SH.sourceShape)
    path, value = report.value(result, SH.resultPath), report.value(result, SH.value)
    is_set_wise = report.value(result, SH.sourceConstraint) is not None
    offender = value if is_set_wise else report.value(result, SH.focusNode)
    severity = str(report.value(result, SH.resultSeverity)).removeprefix(str(SH))
    lines = [f"{shapes.value(shape, DCTERMS.identifier)} {severity} {str(shape).partition('#')[2]}"]
    lines += [f"  node   {short(offender)}"]
    lines += [f"  path   {path_text(report, path)}"] if path is not None else []
    lines += [f"  value  {short(value)}"] if value not in {None, offender} else []
    lines += [f"  {message}" for message in sorted(shapes.objects(shape, SH.message), key=language, reverse=True)]
    return "\n".join(lines) + "\n"


def language(text: Node) -> str:
    return str(text.language) if isinstance(text, Literal) else ""


@pytest.mark.slow
@pytest.mark.parametrize("path", VALID, ids=[path.parent.name for path in VALID])
def test_a_valid_case_conforms(path: Path, judged: Callable[[Path], Graph]) -> None:
    report = judged(path)

    assert [str(report.value(result, SH.sourceShape)) for result in report.objects(None, SH.result)] == []


@pytest.mark.parametrize("path", cases())
def test_an_invalid_case_breaks_its_rule_alone_and_says_what_to_do(
    path: Path, judged: Callable[[Path], Graph], shapes: Graph, request: pytest.FixtureRequest
) -> None:
    report = judged(path)
    told = "\n".join(sorted(in_words(report, result, shapes) for result in report.objects(None, SH.result)))
    approved = path.with_suffix(".approved.txt")
    if request.config.getoption("--approve"):
        approved.write_text(told, encoding="utf-8")

    assert set(re.findall(r"^R\d+", told, re.MULTILINE)) == {rule_in_name(path)}
    assert told == approved.read_text(encoding="utf-8")


def test_every_rule_has_an_invalid_case_and_every_case_a_rule(shapes: Graph) -> None:
    rules = {str(number) for number in shapes.objects(None, DCTERMS.identifier)}

    assert {rule_in_name(path) for path in INVALID} == rules


def test_a_case_lies_with_the_file_that_holds_its_rule() -> None:
    misplaced = []
    for path in INVALID:
        text = (HERE.parents[1] / "ontology" / "shapes" / f"{path.parent.name}.ttl").read_text(encoding="utf-8")
        misplaced += [] if f'dcterms:identifier "{rule_in_name(path)}"' in text else [title(path)]

    assert misplaced == []


def test_no_approved_text_has_lost_its_case() -> None:
    orphans = [
        path
        for path in HERE.glob("*/*.approved.txt")
        if path.name.replace(".approved.txt", ".ttl") not in {case.name for case in path.parent.glob("*.ttl")}
    ]

    assert orphans == []


@pytest.mark.parametrize(
    ("case", "node", "value"),
    [
        pytest.param(
            "event/invalid.{Event-visited}",
            "id/event/tea-visit",
            f"<{BASE}id/event/tea-visit>",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            "text-span/invalid.{TextSpan-exactLength}",
            f"{REPORT}/span/200-204",
            f"<{BASE}{REPORT}/span/200-204>",
            marks=pytest.mark.slow,
        ),
        (
            "observation/invalid.{Observation-value}.ill-typed",
            f"{REPORT}/observation/growth",
            '"12.5%"^^<http://www.w3.org/2001/XMLSchema#decimal>',
        ),
    ],
    ids=["decided by another shape", "set-wise", "ill-typed"],
)
def test_the_validator_tells_rule_node_value_and_advice(
    case: str, node: str, value: str, shapes: Graph, whole: Callable[[Path], Graph]
) -> None:
    folder, _, (name, _, variant) = (*case.partition("{")[:2], case.partition("{")[2].partition("}"))
    shape = URIRef(f"{BASE}shapes#{name}")
    rule = str(shapes.value(shape, DCTERMS.identifier))
    advice = next(str(text) for text in shapes.objects(shape, SH.message) if language(text) == "en")

    findings = validate(whole(HERE / f"{folder}{rule}{variant}.ttl"), shapes).findings

    assert [(finding.rule, finding.focus, finding.value, finding.message_en) for finding in findings] == [
        (rule, BASE + node, value, advice)
    ]
