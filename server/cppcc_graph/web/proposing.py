"""A change proposed over HTTP: how it was asked beside its contents, and the answer to whoever asked."""

from typing import cast

from flask import Response, request
from werkzeug.exceptions import BadRequest

from cppcc_graph.errors import Outdated, ReadOnly
from cppcc_graph.grants import Grant
from cppcc_graph.store.commits import MAX_MESSAGE, Operation, is_line
from cppcc_graph.store.proposal import Asked, Job, Proposal, Verdict, Writable
from cppcc_graph.store.writes import Expectation
from cppcc_graph.web.answering import nothing_to_say
from cppcc_graph.web.conditional import expected_numbers, is_of_state
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.links import root
from cppcc_graph.web.negotiate import parse_media_type
from cppcc_graph.web.served import settings, store
from cppcc_graph.web.sparql_request import FORM, Fields, decoded_fields
from cppcc_graph.web.verdicts import job_response, report_response, skolemised_response

MULTIPART = "multipart/form-data"
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
    fields = _fields()
    is_dry_run = _is_dry_run(fields)
    proposal = Proposal(
        asked=asked,
        operation=operation,
        agent=grant.name if grant else "anonymous",
        message=_message(_only(fields, "message") or ""),
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
    if is_dry_run and _only(fields, "skolemise") is not None:
        return skolemised_response(outcome)
    if is_dry_run or not outcome.conforms:
        return _numbered(report_response(outcome), outcome)
    is_new = target in outcome.new_graphs and operation in _CREATING
    return _numbered(nothing_to_say(201 if is_new else 204), outcome)


def expectation(target: str | None) -> Expectation:
    """
    What a write in the bare mode expects of the data: compared once here, and again where it is carried out.

    Args:
        target: The one graph that the request is about; None for the default graph, which is always there; empty for
            a request about others.

    Raises:
        BadRequest: it is a dry run, which only a gate can tell anything of.
        Outdated: the data are others already.
    """
    if _only(_fields(), "validate") is not None:
        raise BadRequest(_("Nothing is judged here, so “validate” cannot be asked for. Nothing was changed."))
    version, given = "", request.headers.get("If-Match")
    if given is not None and not _is_any("If-Match"):
        version = store().version()  # before the state is compared: so it is no later one's
        if not is_of_state(given, store().state()):
            raise Outdated
    if target is None and _is_any("If-None-Match"):
        raise Outdated
    return Expectation(
        version=version,
        only_if_new=target or "" if _is_any("If-None-Match") else "",
        only_if_there=target or "" if _is_any("If-Match") else "",
    )


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


def _fields() -> Fields:
    """What is said beside the contents, in the address or in a form; a form's body is read, and kept for others."""
    fields = decoded_fields(request.query_string)
    media_type = parse_media_type(request.headers.get("Content-Type", ""))[0]
    if media_type == FORM:
        fields += decoded_fields(request.get_data())
    elif media_type == MULTIPART:
        fields += request.form.items(multi=True)
    return fields


def _only(fields: Fields, name: str) -> str | None:
    """The value of one field; None when there is none."""
    values = [value for field, value in fields if field == name]
    if len(values) > 1:
        raise BadRequest(_("“%(name)s” is said more than once; say it once, in the address or in the form.", name=name))
    return values[0] if values else None


def _is_dry_run(fields: Fields) -> bool:
    given = _only(fields, "validate")
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
