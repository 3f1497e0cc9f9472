"""The data against the reports' texts, which are not in the repository."""

import json
from pathlib import Path

import pyoxigraph
from rdflib import Graph

from cppcc_graph.verify import verify
from cppcc_graph.verify.coverage import coverage
from cppcc_graph.verify.coverage_table import as_markdown

CHECKOUT = Path(__file__).parents[2]
COVERAGE = CHECKOUT / "data" / "coverage"
LONG_NAMES = Path(__file__).parent / "long-names.txt"
LONGEST_QUOTATION = 23
"""Characters in a row that a file may share with a report's text, official names and titles apart."""


def test_every_span_figure_date_and_name_agrees_with_the_text(merged: Graph, texts: Path):
    verification = verify(merged, texts)
    told = json.loads(verification.as_json())

    assert verification.as_table(width=200).count("→") == 0
    assert told["sound"] is True
    for report in told["reports"]:
        for name, counts in report["checks"].items():
            assert (name, counts["sound"]) == (name, counts["total"])


def test_the_coverage_files_are_current(merged: Graph, texts: Path, request):
    for report in coverage(merged, texts):
        path = COVERAGE / f"{report.iri.rsplit('/', 1)[-1]}.md"
        if request.config.getoption("--approve"):
            path.write_text(as_markdown(report), encoding="utf-8")

        assert path.read_text(encoding="utf-8") == as_markdown(report), f"renew it: pytest --approve {__file__}"


def test_every_body_line_caption_and_byline_has_something_that_stands_for_it(merged: Graph, texts: Path):
    for report in coverage(merged, texts):
        bare = [line.number for line in report.lines if line.kind in {"正文", "图片说明", "署名"} and not line.standing]

        assert bare == []


def test_no_file_repeats_a_run_of_a_reports_text(texts: Path):
    """Official names and titles that are longer stand in ``long-names.txt``."""
    sources = [path.read_text(encoding="utf-8") for path in sorted(texts.glob("*.txt"))]
    allowed = LONG_NAMES.read_text(encoding="utf-8").splitlines()
    files = [path for folder in ("data", "ontology") for path in sorted((CHECKOUT / folder).rglob("*.*"))]
    runs = {run for path in files for string in _strings(path) for source in sources for run in _runs(string, source)}

    assert sorted(run for run in runs if not any(run in name for name in allowed)) == []


def _strings(path: Path) -> list[str]:
    if path.suffix == ".ttl":
        return [
            quad.object.value for quad in pyoxigraph.parse(path=path) if isinstance(quad.object, pyoxigraph.Literal)
        ]
    return path.read_text(encoding="utf-8").splitlines()


def _runs(string: str, source: str) -> list[str]:
    """The longest runs of *string* that stand in *source*, longer than is allowed."""
    found = []
    start = 0
    while start + LONGEST_QUOTATION < len(string):
        end = start + LONGEST_QUOTATION + 1
        if string[start:end] not in source:
            start += 1
            continue
        while end < len(string) and string[start : end + 1] in source:
            end += 1
        found.append(string[start:end])
        start = end
    return found
