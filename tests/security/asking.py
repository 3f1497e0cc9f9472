"""Requests that write, and what their answers say."""

from werkzeug.test import TestResponse

TURTLE = {"Content-Type": "text/turtle"}
GRAPH = "/graphs?graph=http://ex/g"
STATEMENT = "<http://ex/s> <http://ex/p> 1 ."
BARE = ("--empty", "--default-graph", "separate", "--shapes", "none", "--writable", "--no-auth")


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def kind(answer: TestResponse) -> str:
    """The kind of problem that an answer tells; empty for none."""
    return str(answer.json["type"]).rpartition("#")[2] if answer.status_code >= 400 else ""


def is_admitted(answer: TestResponse) -> bool:
    """Whether the request came as far as the store; the one below is only read."""
    return kind(answer) in ("", "read-only", "unknown-graph")
