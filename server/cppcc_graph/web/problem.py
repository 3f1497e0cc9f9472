"""A failure as its reader gets it: a page, plain text for a terminal, or a problem document for a program."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from flask import Response, request

from cppcc_graph.terms import BASE
from cppcc_graph.web.excerpt import excerpt, in_plain_text, remembered
from cppcc_graph.web.negotiate import ranking
from cppcc_graph.web.pages import ProblemPage, render
from cppcc_graph.web.vary import depends_on

MEDIA_TYPES: Mapping[str, tuple[str, ...]] = {
    "json": ("application/problem+json", "application/json"),
    "text": ("text/plain",),
    "html": ("text/html", "application/xhtml+xml"),
}
PROBLEMS = f"{BASE}problems#"

Member: TypeAlias = str | int | float | list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """
    What went wrong, for a reader and for a program.

    Attributes:
        kind: Last part of the problem's type IRI, stable for programs.
        status: HTTP status code.
        title: The kind in a few words; the same each time.
        detail: What happened this time and what to do.
        members: What programs may act on: ``line``, ``column``, ``token``, ``expected``, ``supported`` …
        headers: To be sent with the answer.

    Spec: RFC 9457, section 3.1 (members of a problem details object).
    """

    kind: str
    status: int
    title: str
    detail: str
    members: Mapping[str, Member] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def line(self) -> int | None:
        """The 1-based line of the text that is wrong, if there is one."""
        line = self.members.get("line")
        return line if isinstance(line, int) else None

    @property
    def column(self) -> int | None:
        """The 1-based column, in characters, if it is known."""
        column = self.members.get("column")
        return column if isinstance(column, int) else None

    def text(self, name: str) -> str:
        """A member that is text, or empty."""
        found = self.members.get(name)
        return found if isinstance(found, str) else ""


def problem_response(problem: Problem) -> Response:
    """*problem* as JSON for programs, a page for browsers, plain text for curl and who else asks for it."""
    form = _form()
    if form == "html":
        response = render(ProblemPage(title=problem.title, detail=problem.detail, status=problem.status))
    elif form == "text":
        response = Response(_as_text(problem), mimetype="text/plain")
    else:
        response = Response(_as_json(problem), content_type="application/problem+json")
    response.status_code = problem.status
    response.headers.update(problem.headers)
    return response


def _form() -> str:
    """
    How the client reads a failure: a name in `MEDIA_TYPES`.

    curl and wget, which accept everything, show it to a person at a terminal; other programs parse it.
    """
    depends_on("Accept")
    header = request.headers.get("Accept") or "*/*"
    if header.strip() == "*/*":
        depends_on("User-Agent")
        if request.headers.get("User-Agent", "").lower().startswith(("curl/", "wget/")):
            return "text"
    accepted = ranking(header, MEDIA_TYPES)
    return accepted[0] if accepted else "json"


def _as_text(problem: Problem) -> str:
    shown = excerpt(remembered(), line=problem.line, column=problem.column, token=problem.text("token"))
    parts = [f"{problem.title}\n", f"{problem.detail}\n", in_plain_text(shown) if shown else ""]
    return "\n".join(part for part in parts if part)


def _as_json(problem: Problem) -> str:
    document = {
        "type": PROBLEMS + problem.kind,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        **problem.members,
    }
    return json.dumps(document, ensure_ascii=False)
