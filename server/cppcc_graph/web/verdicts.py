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
from cppcc_graph.web.problem import PROBLEMS, problem_response
from cppcc_graph.web.problems import NothingAcceptable, problem_of
from cppcc_graph.web.request_log import note_failure
from cppcc_graph.web.vary import depends_on

_REPORTS = {rdf_format.name: rdf_format.media_types for rdf_format in GRAPH_FORMATS}
_TEXT, _PROBLEM = "text", "problem"
_OFFERED: Mapping[str, Sequence[str]] = {
    **_REPORTS,
    _PROBLEM: ("application/problem+json", "application/json"),
    _TEXT: ("text/plain", "text/html"),
}
_REFUSED, _ACCEPTED = 422, 200
_KIND = "not-conforming"


def report_response(verdict: Verdict) -> Response:
    """
    The validation report of a change that is refused (422), or was only to be looked at (200).

    Raises:
        NothingAcceptable: ``Accept`` names no format in which there is one.

    Spec: SHACL, section 3.6 (validation report).
    """
    depends_on("Accept")
    names = ranking(request.args.get("format") or request.headers.get("Accept"), _OFFERED)
    if not names:
        raise NothingAcceptable({name: types[0] for name, types in _OFFERED.items()})
    status = _ACCEPTED if verdict.conforms else _REFUSED
    if not verdict.conforms:
        note_failure(_KIND)
    if names[0] == _PROBLEM:
        return Response(
            json.dumps(_document(verdict, status), ensure_ascii=False), status, content_type=_type_of(status)
        )
    if names[0] == _TEXT:
        return Response(_as_text(verdict), status, mimetype="text/plain")
    rdf_format = format_named(names[0])
    return Response(write_graph(_triples(verdict), rdf_format), status, content_type=rdf_format.content_type)


def skolemised_response(verdict: Verdict) -> Response:
    """The quads that would come, with IRIs in the place of blank nodes, to be sent instead."""
    return Response(verdict.skolemised, content_type=N_QUADS.content_type)


def job_response(job: Job) -> Response:
    """How far a proposal is that takes long."""
    if job.failure is not None:
        return problem_response(problem_of(job.failure))
    if job.verdict is not None and not job.verdict.conforms:
        return report_response(job.verdict)
    document = {"operation": job.operation, "agent": job.agent, "focusNodes": job.n_focus_nodes, **_progress(job)}
    response = Response(json.dumps(document, ensure_ascii=False), content_type="application/json")
    if not job.is_over:
        response.headers["Retry-After"] = "2"
    return response


def _progress(job: Job) -> dict[str, object]:
    if job.verdict is None:
        return {"state": "judging"}
    return {"state": "committed" if job.verdict.is_committed else "unchanged", **_counts(job.verdict)}


def _counts(verdict: Verdict) -> dict[str, object]:
    return {
        "version": verdict.version,
        "added": verdict.n_added,
        "removed": verdict.n_removed,
        "graphs": list(verdict.graphs),
    }


def _triples(verdict: Verdict) -> list[Triple]:
    return [quad.triple for quad in pyoxigraph.parse(verdict.report, format=RdfFormat.N_TRIPLES)]


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
