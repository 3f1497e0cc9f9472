"""Verdicts of the gate turned into what their pages show."""

from collections.abc import Mapping
from itertools import islice

from cppcc_graph.phrases import mark
from cppcc_graph.store.commits import Operation
from cppcc_graph.store.proposal import Job, Verdict
from cppcc_graph.web.change_pages import JobPage, VerdictPage
from cppcc_graph.web.change_parts import FindingView
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.i18n import language
from cppcc_graph.web.links import graph_path, href_of, is_elsewhere, root, short_name
from cppcc_graph.web.parts import Count, Link

MAX_FINDINGS = 500
"""A page shows no more of them; every other format has them all."""
AGAIN_S = 2
_MAX_LINES = 40
_SEVERITIES = (mark("Violation"), mark("Warning"), mark("Info"))
_OPERATIONS: Mapping[Operation, str] = {
    "update": mark("SPARQL Update"),
    "put": mark("graph replaced"),
    "post": mark("triples added to a graph"),
    "delete": mark("graph deleted"),
    "patch": mark("graph updated"),
    "publish": mark("graphs published"),
    "load": mark("files loaded"),
    "revert": mark("taken back to an earlier version"),
    "restore": mark("all graphs replaced"),
}


def operation_name(operation: Operation) -> str:
    """What was asked for, in the reader's language."""
    return _(_OPERATIONS[operation])


def verdict_page(verdict: Verdict, summary: str) -> VerdictPage:
    """The page about *verdict*, whose *summary* says what to do about violations."""
    return VerdictPage(
        title=_title(verdict),
        detail="" if verdict.conforms else summary,
        is_refused=not verdict.conforms,
        version=version_link(verdict.version) if verdict.is_committed else None,
        n_added=verdict.n_added,
        n_removed=verdict.n_removed,
        graphs=[
            graph_link(iri, is_there=verdict.is_committed or iri not in verdict.new_graphs) for iri in verdict.graphs
        ],
        counts=_counts(verdict),
        findings=[_finding(found) for found in verdict.findings[:MAX_FINDINGS]],
        n_findings=len(verdict.findings),
        skolemised="".join(islice(verdict.skolemised.splitlines(keepends=True), _MAX_LINES)),
    )


def job_page(job: Job) -> JobPage:
    """The page about a change that is being judged."""
    return JobPage(
        operation=operation_name(job.operation), agent=job.agent, n_focus_nodes=job.n_focus_nodes, again_s=AGAIN_S
    )


def graph_link(iri: str, *, is_there: bool) -> Link:
    """A named graph by its short name and, if it *is_there*, where it is described, else where it is read."""
    if not is_there:
        return Link(text=short_name(iri), title=iri)
    described = href_of(iri)
    read = f"{root()}{graph_path(iri)}"
    return Link(
        text=short_name(iri), href=read if described is None or is_elsewhere(described) else described, title=iri
    )


def version_link(version: int) -> Link:
    """A version of the data, and where it is described."""
    return Link(text=_("Version %(version)s", version=version), href=f"{root()}/versions/{version}")


def _title(verdict: Verdict) -> str:
    if not verdict.conforms:
        return _("The data break the shapes")
    if verdict.is_committed:
        return _("The change is made")
    if not (verdict.n_added or verdict.n_removed):
        return _("Nothing would change")
    return _("The data would conform to the shapes.")


def _counts(verdict: Verdict) -> list[Count]:
    numbers = {each: sum(found["severity"] == each for found in verdict.findings) for each in _SEVERITIES}
    return [Count(name=_(severity), n=n) for severity, n in numbers.items() if n]


def _finding(found: Mapping[str, object]) -> FindingView:
    told = {name: value if isinstance(value, str) else "" for name, value in found.items()}
    spans = found["evidence"]
    severity, focus, shape = told["severity"], told["focus"], told["shape"]
    return FindingView(
        severity=_(severity),
        is_violation=severity == _SEVERITIES[0],
        rule=Link(text=told["rule"] or short_name(shape), href=href_of(shape), title=shape or None),
        focus=Link(text=told[f"label_{language()}"] or short_name(focus), href=href_of(focus), title=focus),
        path=told["path"],
        value="" if told["value"] == f"<{focus}>" else told["value"],
        message=told[f"message_{language()}"],
        evidence=[str(span) for span in spans] if isinstance(spans, list | tuple) else [],
    )
