"""One query answered: as a document for programs, or as something to look at for people."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

from flask import Response, g, request
from werkzeug.wsgi import wrap_file

from cppcc_graph import __version__
from cppcc_graph.errors import AnswerTooLarge, CppccError
from cppcc_graph.formats import FORMATS, Format, ResultForm, suitable
from cppcc_graph.store.base import Answer, QueryRequest
from cppcc_graph.store.numbering import prefix_of
from cppcc_graph.web import results
from cppcc_graph.web.coding import coded
from cppcc_graph.web.conditional import REVALIDATE, entity_tag, validator
from cppcc_graph.web.excerpt import excerpt, remember
from cppcc_graph.web.links import root
from cppcc_graph.web.pages import Page, render
from cppcc_graph.web.parts import Editor, FailureView, Link, ResultView
from cppcc_graph.web.problems import Problem, problem_of
from cppcc_graph.web.reply import Asked, Reply, reply, unchanged
from cppcc_graph.web.request_log import note_answer, note_query
from cppcc_graph.web.served import asked_store, store
from cppcc_graph.web.theme import theme
from cppcc_graph.web.wanted import SHOWN, formats_of

MAX_PAGE_BYTES = 16_000_000
"""An answer longer than this is for programs: no page shows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """
    What people see of an answer: exactly one of the two.

    Attributes:
        result: The answer.
        failure: Why there is none.
        problem: The failure as HTTP tells it, or None.
    """

    result: ResultView | None = None
    failure: FailureView | None = None
    problem: Problem | None = None


def answer(asked: QueryRequest, names: Sequence[str]) -> Response:
    """
    The whole answer in the first of the formats called *names* that can hold it.

    Raises:
        CppccError: there is no answer; `store.base.Store.answer` lists why.
    """
    note_query(asked)
    remember(asked.query)
    _raise_known_failure()
    query = replace(asked, formats=formats_of(names))
    opaque = validator(query, store().state())
    made = unchanged(opaque, _wish())
    if made is None:
        found = asked_store(query).answer(query)
        note_answer(found)
        made = reply(found, opaque, _wish())
    return sent(made)


def document(body: bytes, media: Format) -> Response:
    """A graph that was written already, or nothing for a client that has it."""
    opaque = hashlib.sha256(body).hexdigest()[:32]
    return kept(opaque, lambda: Answer(form=ResultForm.GRAPH, format=media, body=body, n_rows=None))


def opaque_of(*parts: str) -> str:
    """The opaque part of the entity tag of an answer that depends on *parts*, on this program and on where it is."""
    return hashlib.sha256("\0".join((__version__, root(), *parts)).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def kept(opaque: str | None, make: Callable[[], Answer]) -> Response:
    """What *make* gives, or nothing for a client that has it; without *opaque* it may be another each time."""
    return sent(unchanged(opaque, _wish()) or reply(make(), opaque, _wish()))


def kept_page(opaque: str | None, make: Callable[[], Page]) -> Response:
    """The page that *make* gives, or nothing for a client that has it; without *opaque* it may be another each time."""
    opaque = prefix_of(opaque) + opaque_of(opaque, theme()) if opaque else None
    known = unchanged(opaque, _wish())
    if known is not None:
        return sent(known)
    response = render(make())
    if opaque is not None:
        response.headers["ETag"] = entity_tag(opaque)
        response.headers["Cache-Control"] = REVALIDATE
    return response


def _wish() -> Asked:
    known = request.headers.get("If-None-Match") if request.method in ("GET", "HEAD") else None
    return Asked(accept_encoding=request.headers.get("Accept-Encoding", ""), if_none_match=known)


def nothing_to_say(status: int) -> Response:
    """An answer without a document. Spec: RFC 9110, section 8.3 (Content-Type tells what a body is)."""
    response = Response(status=status)
    del response.headers["Content-Type"]
    return response


def sent(made: Reply) -> Response:
    """
    What Flask sends for a reply.

    Spec: RFC 9110, section 8.6 (Content-Length): always sent, so that a cut answer is seen to be cut.
    """
    body = coded(made.body, made.coding)
    response = Response(body if made.file is None else wrap_file(request.environ, made.file), status=made.status)
    response.headers.update(made.headers)
    if made.file is not None:
        response.content_length = made.n_bytes
        response.direct_passthrough = True
    return response


def _state() -> dict[str, object]:
    """What the front knows of this request; empty without a front."""
    state: dict[str, object] = request.environ.get("asgi.scope", {}).get("state", {})
    return state


def _raise_known_failure() -> None:
    """A query that the front has asked already is not asked again."""
    failure = _state().get("failure")
    if isinstance(failure, CppccError):
        raise failure


def look(
    asked: QueryRequest,
    *,
    address: Callable[[Format], str | None],
    headings: Mapping[str, str] | None = None,
) -> Look:
    """
    The answer to look at, or what is wrong with the query.

    Args:
        asked: The query; its formats do not matter.
        address: Where the same answer is found in a format, or None.
        headings: Column heads for variables; a variable without one is shown by its name.
    """
    note_query(asked)
    started_s: float = g.get("started_s", perf_counter())
    try:
        found = _short_enough(_shown() or asked_store(asked).answer(replace(asked, formats=SHOWN)))
    except CppccError as error:
        problem = problem_of(error)
        return Look(failure=_failure(problem, asked.query), problem=problem)
    note_answer(found)
    took_ms = round((perf_counter() - started_s) * 1000)
    links = [
        Link(text=candidate.label, href=href)
        for candidate in suitable(found.form)
        if (href := address(candidate)) is not None
    ]
    return Look(result=results.view(found, took_ms=took_ms, downloads=links, headings=headings or {}))


def _shown() -> Answer | None:
    """What the front has found for this page already. Raises CppccError: it has found that there is no answer."""
    shown = _state().get("shown")
    if isinstance(shown, CppccError):
        raise shown
    return shown if isinstance(shown, Answer) else None


def _short_enough(found: Answer) -> Answer:
    """The answer in memory, if it is one for a page."""
    is_short = found.n_bytes <= MAX_PAGE_BYTES
    if found.file is not None:
        with found.file:
            found = replace(found, body=found.file.read() if is_short else b"", file=None)
    if not is_short:
        raise AnswerTooLarge(limit_bytes=MAX_PAGE_BYTES)
    return found


def render_look(page: Page, seen: Look) -> Response:
    """*page* with the status and the headers of what was seen."""
    response = render(page)
    if seen.problem is not None:
        response.status_code = seen.problem.status
        response.headers.update(seen.problem.headers)
    return response


def editor(query: str, hidden: Sequence[tuple[str, str]] = ()) -> Editor:
    """The form in which *query* can be changed and asked again."""
    return Editor(
        query=query,
        n_lines=min(max(query.count("\n") + 2, 8), 30),
        formats={candidate.name: candidate.label for candidate in FORMATS},
        hidden=hidden,
    )


def _failure(problem: Problem, query: str) -> FailureView:
    """*problem* with the line of the query that it is about."""
    shown = excerpt(query, line=problem.line, column=problem.column, token=problem.text("token"))
    return FailureView(title=problem.title, detail=problem.detail, excerpt=shown, suggestion=problem.text("suggestion"))
