"""A change proposed over HTTP: how it was asked beside its contents, and the answer to whoever asked."""

from typing import cast

from flask import Response, request
from werkzeug.exceptions import BadRequest

from cppcc_graph.errors import ReadOnly
from cppcc_graph.grants import Grant
from cppcc_graph.store.commits import MAX_MESSAGE, Operation, is_line
from cppcc_graph.store.proposal import Asked, Job, Proposal, Verdict, Writable
from cppcc_graph.web.answering import nothing_to_say
from cppcc_graph.web.conditional import expected_numbers
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.links import root
from cppcc_graph.web.served import settings, store
from cppcc_graph.web.sparql_request import decoded_fields
from cppcc_graph.web.verdicts import job_response, report_response, skolemised_response

VERSION_HEADER = "Data-Version"
_DRY = "only"
_CREATING = ("put", "post")


def is_gated() -> bool:
    """Whether what is written here goes through the gate; in the bare mode nothing judges it."""
    return not settings().empty


def propose(asked: Asked, operation: Operation, grant: Grant | None, *, target: str = "") -> Response:
    """
    The answer to a proposal: 201 or 204 for a commit, 200 for what would be committed, 202 for what takes long.

    Args:
        asked: What shall be done.
        operation: The way in.
        grant: Of who asks.
        target: The one graph that the request is about, whose creation is told by 201; empty for other requests.

    Raises:
        BadRequest: a parameter beside the contents is malformed.
        CppccError: as `Gate.propose` tells.
    """
    fields = dict(decoded_fields(request.query_string))
    is_dry_run = _is_dry_run(fields.get("validate"))
    proposal = Proposal(
        asked=asked,
        operation=operation,
        agent=grant.name if grant else "anonymous",
        message=_message(fields.get("message", "")),
        grant=grant,
        expected=expected_numbers(request.headers.get("If-Match")),
        only_if_new=target if _is_any("If-None-Match") else "",
        only_if_there=target if _is_any("If-Match") else "",
        is_dry_run=is_dry_run,
        may_wait=not is_dry_run or "respond-async" in request.headers.get("Prefer", ""),
    )
    outcome = _gate().propose(proposal)
    if isinstance(outcome, Job):
        return _later(outcome)
    if is_dry_run and "skolemise" in fields:
        return skolemised_response(outcome)
    if is_dry_run or not outcome.conforms:
        return _numbered(report_response(outcome), outcome)
    is_new = target in outcome.new_graphs and operation in _CREATING
    return _numbered(nothing_to_say(201 if is_new else 204), outcome)


def job_of(key: str) -> Job | None:
    """The job of this name, if there is one."""
    return _gate().job(key)


def _gate() -> Writable:
    served = store()
    if not hasattr(served, "propose"):
        raise ReadOnly
    return cast("Writable", served)  # as it has the one method that matters


def _numbered(response: Response, verdict: Verdict) -> Response:
    response.headers[VERSION_HEADER] = str(verdict.version)
    return response


def _later(job: Job) -> Response:
    """Spec: RFC 9110, section 15.3.3 (202 Accepted); RFC 7240, section 4.1 (respond-async)."""
    response = job_response(job)
    response.status_code = 202
    response.headers["Location"] = f"{root()}/jobs/{job.key}"
    return response


def _is_any(header: str) -> bool:
    """Spec: RFC 9110, sections 13.1.1 and 13.1.2 (``*``: whether there is anything)."""
    return request.headers.get(header, "").strip() == "*"


def _is_dry_run(given: str | None) -> bool:
    if given not in (None, _DRY):
        raise BadRequest(_("“validate” can only be “only”: tell what would happen, and change nothing."))
    return given == _DRY


def _message(given: str) -> str:
    if len(given) > MAX_MESSAGE:
        raise BadRequest(
            _("The message has %(n)s characters; at most %(limit)s are kept.", n=len(given), limit=MAX_MESSAGE)
        )
    if not is_line(given):
        raise BadRequest(_("The message is one line of text, without breaks and control characters."))
    return given
