"""What the gate says of a change, in the format that the client reads: the W3C's validation report, or words."""

import json
from collections.abc import Mapping, Sequence

import pyoxigraph
from flask import Response, request
from pyoxigraph import RdfFormat

from cppcc_graph.formats import GRAPH_FORMATS, N_QUADS, format_named, write_graph
from cppcc_graph.store.proposal import Job, Verdict
from cppcc_graph.terms import Triple
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.i18n import language
from cppcc_graph.web.negotiate import ranking
from cppcc_graph.web.pages import render
from cppcc_graph.web.problem import PROBLEMS, problem_response
from cppcc_graph.web.problems import NothingAcceptable, problem_of
from cppcc_graph.web.request_log import note_failure
from cppcc_graph.web.vary import depends_on
from cppcc_graph.web.verdict_pages import AGAIN_S, job_page, verdict_page
from cppcc_graph.web.wanted import HTML, HTML_TYPES, accepted

_REPORTS = {rdf_format.name: (rdf_format.media_type,) for rdf_format in GRAPH_FORMATS}
_TEXT, _PROBLEM = "text", "problem"
_IN_WORDS: Mapping[str, Sequence[str]] = {
    _PROBLEM: ("application/problem+json", "application/json"),
    HTML: HTML_TYPES,
    _TEXT: ("text/plain",),
}
_OFFERED: Mapping[str, Sequence[str]] = {**_REPORTS, **_IN_WORDS}
_REFUSED, _ACCEPTED = 422, 200
_KIND = "not-conforming"


def report_response(verdict: Verdict) -> Response:
    """
    The validation report of a change that is refused (422), or was only to be looked at (200).

    Raises:
        NothingAcceptable: ``Accept`` names no format in which there is one.
        UnknownFormat: ``?format=`` does not.

    Spec: SHACL, section 3.6 (validation report).
    """
    chosen = _chosen()
    status = _ACCEPTED if verdict.conforms else _REFUSED
    if not verdict.conforms:
        note_failure(_KIND)
    if chosen == HTML:
        response = render(verdict_page(verdict, _summary(verdict)))
        response.status_code = status
        return response
    if chosen == _PROBLEM:
        return Response(
            json.dumps(_document(verdict, status), ensure_ascii=False), status, content_type=_type_of(status)
        )
    if chosen == _TEXT:
        return Response(_as_text(verdict), status, mimetype="text/plain")
    rdf_format = format_named(chosen)
    return Response(write_graph(_triples(verdict), rdf_format), status, content_type=rdf_format.content_type)


def _chosen() -> str:
    """A name in `_OFFERED`: what ``?format=`` names, else what ``Accept`` prefers."""
    asked = request.args.get("format", "").strip().lower()
    if asked:
        in_words = [name for name, types in _IN_WORDS.items() if asked in (name, *types)]
        return in_words[0] if in_words else accepted(asked, None, GRAPH_FORMATS)[0]
    depends_on("Accept")
    names = ranking(request.headers.get("Accept"), _OFFERED)
    if not names:
        raise NothingAcceptable({name: types[0] for name, types in _OFFERED.items()})
    return names[0]


def skolemised_response(verdict: Verdict) -> Response:
    """The quads that would come, with IRIs in the place of blank nodes, to be sent instead."""
    return Response(verdict.skolemised, content_type=N_QUADS.content_type)


def job_response(job: Job) -> Response:
    """How far a proposal is that takes long."""
    if job.failure is not None:
        return problem_response(problem_of(job.failure))
    if job.verdict is not None and not job.verdict.conforms:
        return report_response(job.verdict)
    response = _progress_response(job)
    if not job.is_over:
        response.headers["Retry-After"] = str(AGAIN_S)
    return response


def _progress_response(job: Job) -> Response:
    depends_on("Accept")
    if ranking(request.headers.get("Accept"), {_PROBLEM: ("application/json",), HTML: HTML_TYPES})[:1] == [HTML]:
        return render(verdict_page(job.verdict, "") if job.verdict is not None else job_page(job))
    document = {"operation": job.operation, "agent": job.agent, "focusNodes": job.n_focus_nodes, **_progress(job)}
    return Response(json.dumps(document, ensure_ascii=False), content_type="application/json")


def _progress(job: Job) -> dict[str, object]:
    if job.verdict is None:
        return {"state": "judging"}
    return {"state": "committed" if job.verdict.is_committed else "unchanged", **_counts(job.verdict)}


def _counts(verdict: Verdict) -> dict[str, object]:
    return {
        "version": verdict.version,
        "added": verdict.n_added,
        "removed": verdict.n_removed,
        "counts": verdict.counts,
        "newGraphs": list(verdict.new_graphs),
    }


def _triples(verdict: Verdict) -> list[Triple]:
    """Node by node, so that a result is one block in Turtle."""
    return sorted((quad.triple for quad in pyoxigraph.parse(verdict.report, format=RdfFormat.N_TRIPLES)), key=str)


def _type_of(status: int) -> str:
    return "application/problem+json" if status == _REFUSED else "application/json"


def _document(verdict: Verdict, status: int) -> dict[str, object]:
    """Spec: RFC 9457, section 3 (problem details), with the findings as extension members."""
    told = {"conforms": verdict.conforms, **_counts(verdict), "findings": list(verdict.findings)}
    if verdict.conforms:
        return told
    return {
        "type": PROBLEMS + _KIND,
        "title": _("The data break the shapes"),
        "status": status,
        "detail": _summary(verdict),
        **told,
    }


def _summary(verdict: Verdict) -> str:
    n = sum(found["severity"] == "Violation" for found in verdict.findings)
    return _("Nothing was changed. Violations of the shapes: %(n)s. Mend them and send the change again.", n=n)


def _as_text(verdict: Verdict) -> str:
    verdict_line = _("The data would conform to the shapes.") if verdict.conforms else _summary(verdict)
    counted = _("Added: %(added)s, removed: %(removed)s.", added=verdict.n_added, removed=verdict.n_removed)
    return "\n".join([verdict_line, counted, "", *map(_line, verdict.findings)]) + "\n"


def _line(found: Mapping[str, object]) -> str:
    chosen = language()
    label, message = found[f"label_{chosen}"], found[f"message_{chosen}"]
    head = " ".join(str(part) for part in (found["rule"], label, f"<{found['focus']}>", found["path"]) if part)
    return f"{head}\n    {message}"
