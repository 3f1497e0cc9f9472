"""
Every failure as an answer: the one place where HTTP status numbers exist.

A failure is an exception; :func:`problem_of` makes it a :class:`Problem` in the reader's language, and
:func:`answer_problem` sends it as the client reads it (`problem`).
"""

import logging
from collections.abc import Mapping, Sequence

from flask import Flask, Response, request
from werkzeug.exceptions import (
    BadRequest,
    HTTPException,
    InternalServerError,
    MethodNotAllowed,
    NotAcceptable,
    RequestedRangeNotSatisfiable,
)

from cppcc_graph import errors
from cppcc_graph.phrases import mark
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.parts import ProblemKind
from cppcc_graph.web.problem import Member, problem_response
from cppcc_graph.web.problem import Problem as Problem
from cppcc_graph.web.request_log import note_failure
from cppcc_graph.web.wording import detail

_REALM = 'Bearer realm="cppcc"'

_log = logging.getLogger("cppcc_graph.web")


# Kind, status and title of each failure of ours; the first class that fits, so the narrower ones stand first.
_OURS: tuple[tuple[type[errors.CppccError], str, int, str], ...] = (
    (errors.TooComplex, "too-complex", 400, mark("The query is too long or nested too deeply")),
    (errors.UnknownFunction, "unknown-function", 400, mark("There is no such function")),
    (errors.BadSyntax, "bad-syntax", 400, mark("The text does not parse")),
    (errors.ServiceRefused, "service-refused", 403, mark("This endpoint asks no other endpoint")),
    (errors.ServiceNotAllowed, "service-not-allowed", 403, mark("This endpoint does not ask that one")),
    (errors.UpdateRefused, "update-refused", 403, mark("This endpoint only reads")),
    (errors.LoadRefused, "load-refused", 403, mark("This endpoint loads no documents")),
    (errors.ReadOnly, "read-only", 403, mark("The data are only read here")),
    (errors.Unauthorised, "unauthorised", 401, mark("A write needs a token")),
    (errors.NotGranted, "not-granted", 403, mark("The token is not for this")),
    (errors.TooManyAttempts, "too-many-attempts", 429, mark("Too many tokens were not accepted")),
    (errors.RemovedEntity, "removed-entity", 410, mark("This has been removed")),
    (errors.UnknownEntity, "unknown-entity", 404, mark("Nothing is known by this name")),
    (errors.UnknownGraph, "unknown-graph", 404, mark("There is no such graph")),
    (errors.NoHistory, "no-history", 404, mark("No history is kept here")),
    (errors.UnknownVersion, "unknown-version", 404, mark("There is no such version")),
    (errors.UnknownFormat, "unknown-format", 406, mark("There is no such format")),
    (errors.UnsuitableFormat, "unsuitable-format", 406, mark("No accepted format can hold this answer")),
    (errors.Unkeepable, "term-not-kept", 409, mark("Such a term is not kept here")),
    (errors.UpdateFailed, "update-failed", 409, mark("The data do not allow this update")),
    (errors.Outdated, "outdated", 412, mark("The data have changed meanwhile")),
    (errors.BadShapes, "bad-shapes", 422, mark("The shapes cannot judge")),
    (errors.NotConforming, "not-conforming", 422, mark("The data break the shapes")),
    (errors.ServiceFailed, "service-failed", 502, mark("Another endpoint did not answer")),
    (errors.NotKept, "not-kept", 507, mark("The change could not be kept")),
    (errors.NotWhole, "not-whole", 502, mark("The store broke off its answer")),
    (errors.StoreUnavailable, "store-unavailable", 502, mark("The store does not answer")),
    (errors.QueryTimeout, "query-timeout", 503, mark("The query took too long")),
    (errors.QueryKilled, "query-killed", 503, mark("The query ended its process")),
    (errors.AnswerTooLarge, "answer-too-large", 503, mark("The answer is too large to be sent")),
    (errors.WriteInterrupted, "write-interrupted", 503, mark("The write was interrupted")),
    (errors.JudgementInterrupted, "judgement-interrupted", 503, mark("The judgement was interrupted")),
    (errors.TooManyChanges, "too-many-changes", 503, mark("Too much would have to be gone through")),
    (errors.StoreBusy, "store-busy", 503, mark("The store is busy")),
)

# Title and what to do, by status, for what HTTP itself refuses.
_HTTP: Mapping[int, tuple[str, str, str]] = {
    400: ("bad-request", mark("The request cannot be understood"), mark("Something in the request is malformed.")),
    403: ("forbidden", mark("This is not allowed here"), mark("The server understood the request and refuses it.")),
    404: (
        "not-found",
        mark("There is nothing here"),
        mark("No page has this address. The home page leads to all that exist."),
    ),
    405: ("method-not-allowed", mark("This method does not work here"), mark("Allowed are: %(allowed)s.")),
    406: ("not-acceptable", mark("None of the accepted formats exists here"), mark("Ask for one of those that exist.")),
    413: ("too-large", mark("The request is too large"), mark("The body may have %(limit)s bytes at most.")),
    414: ("address-too-long", mark("The address is too long"), mark("Send the query in the body of a POST request.")),
    415: (
        "unsupported-media-type",
        mark("The body is in a format that is not read here"),
        mark("Say in Content-Type what the body is."),
    ),
    416: (
        "range-not-satisfiable",
        mark("No such part is there"),
        mark("Ask for bytes that the file has; Content-Range tells how many there are."),
    ),
    500: (
        "internal-error",
        mark("The server made a mistake"),
        mark("This is our fault and has been written to the server's log."),
    ),
}


def init_problems(app: Flask) -> None:
    """Let *app* answer every failure with a problem; nothing else in ``web`` catches everything."""
    app.register_error_handler(errors.CppccError, answer_problem)
    app.register_error_handler(HTTPException, answer_problem)
    app.register_error_handler(Exception, _answer_mistake)


def answer_problem(error: Exception) -> Response:
    """The response that tells a failure, in the format and language that the client reads."""
    return problem_response(problem_of(error))


def problem_of(error: Exception) -> Problem:
    """A failure in the reader's language; what is neither ours nor HTTP's becomes an internal error without details."""
    if isinstance(error, errors.CppccError):
        problem = _our_problem(error)
    else:
        problem = _http_problem(error if isinstance(error, HTTPException) else InternalServerError())
    note_failure(problem.kind)
    return problem


def kinds() -> list[ProblemKind]:
    """Every kind of failure that this server tells, ordered by status; each is a fragment of `PROBLEMS`."""
    ours = [(kind, status, title) for _known, kind, status, title in _OURS]
    of_http = [(kind, status, title) for status, (kind, title, _detail) in _HTTP.items()]
    return [
        ProblemKind(kind=kind, status=status, title=_(title))
        for kind, status, title in sorted(ours + of_http, key=lambda known: known[1])
    ]


class NothingAcceptable(NotAcceptable):
    """
    The client accepts nothing that we have.

    Attributes:
        supported: Names for ``?format=`` and their media types.
    """

    def __init__(self, supported: Mapping[str, str]) -> None:
        self.supported = [f"{media_type} (format={name})" for name, media_type in supported.items()]
        super().__init__(_("Here exist: %(supported)s.", supported=", ".join(self.supported)))


class BadParameter(BadRequest):
    """
    A parameter of the address that does not exist, has no such value, or is given twice.

    Attributes:
        supported: What there is instead.
    """

    def __init__(self, words: str, supported: Sequence[str]) -> None:
        self.supported = list(supported)
        super().__init__(words)


def _our_problem(error: errors.CppccError) -> Problem:
    for known, kind, status, title in _OURS:
        if isinstance(error, known):
            if isinstance(error, errors.StoreUnavailable):
                _log.error("%s", error)
            return Problem(
                kind=kind,
                status=status,
                title=_(title),
                detail=detail(error),
                members=_members(error),
                headers=_headers(error),
            )
    _log.error("a failure without a status: %r", error)
    return _http_problem(InternalServerError())


def _headers(error: errors.CppccError) -> dict[str, str]:
    """Spec: RFC 9110, sections 10.2.3 (Retry-After) and 11.6.1 (WWW-Authenticate); RFC 6750, section 3."""
    match error:
        case errors.StoreBusy() | errors.TooManyAttempts() | errors.JudgementInterrupted():
            return {"Retry-After": str(error.retry_after_s)}
        case errors.Unauthorised():
            return {"WWW-Authenticate": _REALM + (f', error="{error.code}"' if error.code else "")}
        case errors.NotGranted():
            return {"WWW-Authenticate": f'{_REALM}, error="insufficient_scope"'}
    return {}


def _members(error: errors.CppccError) -> dict[str, Member]:
    """What a program can act on, beside the words."""
    match error:
        case errors.BadSyntax():
            return _about_syntax(error)
        case errors.ServiceRefused() | errors.UpdateRefused() | errors.LoadRefused():
            return {"line": error.line, "column": error.column}
        case errors.ServiceNotAllowed() | errors.ServiceFailed():
            return {"endpoint": error.endpoint}
        case errors.UnknownFormat():
            return {"supported": list(error.known)}
        case errors.UnsuitableFormat():
            return {"supported": list(error.suitable)}
        case errors.QueryTimeout():
            return {"deadline_s": error.deadline_s}
        case errors.QueryKilled():
            return {"memory_mib": error.memory_mib}
        case errors.AnswerTooLarge():
            return {"limit_bytes": error.limit_bytes}
        case errors.NotConforming():
            return {"findings": list(error.findings)}
    return {}


def _about_syntax(error: errors.BadSyntax) -> dict[str, Member]:
    """Where and what is wrong, what could stand there, and text to paste; each where it is known."""
    known: dict[str, Member | None] = {
        "line": error.line,
        "column": error.column,
        "function" if isinstance(error, errors.UnknownFunction) else "token": error.token,
        "expected": list(error.expected),
        "suggestion": error.suggestion,
    }
    return {name: value for name, value in known.items() if value}


def _http_problem(error: HTTPException) -> Problem:
    status = error.code or 500
    kind, title, default = _HTTP.get(status, ("http", error.name, error.description or error.name))
    own_words = error.description if error.description != type(error).description else None
    members: dict[str, Member] = {}
    headers: dict[str, str] = {}
    allowed = ""
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        headers["Allow"] = allowed
    if isinstance(error, RequestedRangeNotSatisfiable):
        headers["Content-Range"] = f"bytes */{error.length}"
    if isinstance(error, NothingAcceptable | BadParameter):
        members["supported"] = error.supported
    words = own_words or _(default, allowed=allowed, limit=request.max_content_length)
    return Problem(kind=kind, status=status, title=_(title), detail=words, members=members, headers=headers)


def _answer_mistake(error: Exception) -> Response:
    """An unforeseen exception: the trace goes to the log, the client learns only that it is our fault."""
    _log.error("unforeseen", exc_info=error)
    return answer_problem(InternalServerError())
