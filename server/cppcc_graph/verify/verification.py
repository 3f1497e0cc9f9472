"""All checks of all reports against their texts, and how their outcome is shown."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from io import StringIO
from pathlib import Path
from types import MappingProxyType

from rdflib import Graph
from rich.console import Console
from rich.table import Table

from cppcc_graph.errors import WrongText
from cppcc_graph.verify.checks import check_paragraphs, check_spans
from cppcc_graph.verify.edges import check_edges
from cppcc_graph.verify.evidence import ReportEvidence, read_reports
from cppcc_graph.verify.naming import check_names
from cppcc_graph.verify.problems import Checked, Problem
from cppcc_graph.verify.statements import check_dates, check_figures
from cppcc_graph.verify.texts import read_text

_CHECKS: Mapping[str, Callable[[ReportEvidence, str, Graph], Checked]] = MappingProxyType(
    {
        "paragraphs": check_paragraphs,
        "spans": check_spans,
        "edges": check_edges,
        "figures": check_figures,
        "dates": check_dates,
        "names": check_names,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportVerification:
    """
    One report against its text.

    Attributes:
        iri: Of the report.
        label: Of the report, zh.
        file_name: Of its text, as the graph records it.
        checks: Name of each check to its outcome, in the order of the checks; empty if the text was not found.
        problems: All of them; a text that was not found is one.
    """

    iri: str
    label: str
    file_name: str
    checks: Mapping[str, Checked]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Verification:
    """Every report against its text, by IRI; a graph without reports is not sound, because nothing was verified."""

    reports: tuple[ReportVerification, ...]

    @property
    def is_sound(self) -> bool:
        """There are reports, and none of them has a problem."""
        return bool(self.reports) and not any(report.problems for report in self.reports)

    def as_table(self, *, width: int = 100) -> str:
        """The summary and every problem as plain text, no line wider than *width* columns."""
        console = Console(file=StringIO(), width=width, color_system=None, highlight=False, markup=False, emoji=False)
        with console.capture() as captured:
            console.print(_summary(self.reports))
            for report in self.reports:
                _print_problems(console, report)
            if not self.reports:
                console.print("no report in the data: nothing to verify")
        return "\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n"

    def as_json(self) -> str:
        """``{"sound": …, "reports": [{iri, label, file, checks: {name: {sound, total}}, problems: […]}]}``."""
        reports = [
            {
                "iri": report.iri,
                "label": report.label,
                "file": report.file_name,
                "checks": {
                    name: {"sound": check.n_sound, "total": check.total} for name, check in report.checks.items()
                },
                "problems": [asdict(problem) for problem in report.problems],
            }
            for report in self.reports
        ]
        return json.dumps({"sound": self.is_sound, "reports": reports}, ensure_ascii=False, indent=2) + "\n"


def verify(graph: Graph, folder: Path) -> Verification:
    """
    Every report of *graph* against the text of its name and hash in *folder*.

    Args:
        graph: Union of entities, reports and vocabularies: names and printed units stand there.
        folder: Where the texts lie.

    Raises:
        BadSource: *folder* is no readable folder.
    """
    return Verification(tuple(_verify_in(graph, report, folder) for report in read_reports(graph)))


def verify_report(graph: Graph, report: ReportEvidence, text: str) -> ReportVerification:
    """One report against its *text*, which is taken to be the right one."""
    checks = {name: check(report, text, graph) for name, check in _CHECKS.items()}
    problems = tuple(problem for check in checks.values() for problem in check.problems)
    return _verification(report, checks, problems)


def _verify_in(graph: Graph, report: ReportEvidence, folder: Path) -> ReportVerification:
    if report.text is None:
        return _not_verified(report, "names no source text", "give it cppcc:sourceText with file name, hash and length")
    try:
        text = read_text(report.text, folder)
    except WrongText as error:
        return _not_verified(report, str(error), "nothing else of this report was verified")
    return verify_report(graph, report, text)


def _not_verified(report: ReportEvidence, message: str, advice: str) -> ReportVerification:
    problem = Problem(check="text", iri=report.iri, start=-1, end=-1, message=message, advice=advice)
    return _verification(report, {}, (problem,))


def _verification(
    report: ReportEvidence, checks: Mapping[str, Checked], problems: tuple[Problem, ...]
) -> ReportVerification:
    file_name = report.text.file_name if report.text else ""
    return ReportVerification(
        iri=report.iri, label=report.label, file_name=file_name, checks=MappingProxyType(checks), problems=problems
    )


def _summary(reports: tuple[ReportVerification, ...]) -> Table:
    table = Table(title=None, show_edge=False, pad_edge=False)
    table.add_column("report", overflow="fold")
    table.add_column("text")
    for name in _CHECKS:
        table.add_column(name, justify="right", no_wrap=True)
    for report in reports:
        cells = [
            f"{report.checks[name].n_sound}/{report.checks[name].total}" if report.checks else "–" for name in _CHECKS
        ]
        table.add_row(report.iri.rsplit("/", 1)[-1], "SHA-256 equal" if report.checks else "not verified", *cells)
    return table


def _print_problems(console: Console, report: ReportVerification) -> None:
    for problem in report.problems:
        at = f" at {problem.start}–{problem.end}" if problem.start >= 0 else ""
        console.print(f"\n{problem.check}{at}: {problem.message}", soft_wrap=False)
        console.print(f"    {problem.iri}", overflow="fold")
        console.print(f"    → {problem.advice}")
