"""Answers to what never becomes a request: the same headers and the same kind of words as everywhere else."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from cppcc_graph.web.asgi import Message, Receive, Send
from cppcc_graph.web.headers import DATA_HEADERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """
    Why bytes are not answered.

    Attributes:
        status: Of HTTP.
        detail: What is wrong, and what to do.
        headers: Beside the common ones.

    Spec: RFC 9457, section 3 (application/problem+json).
    """

    status: HTTPStatus
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """The problem as JSON; its type is that of the status, as it tells nothing more."""
        told = {"type": "about:blank", "title": self.status.phrase, "status": int(self.status), "detail": self.detail}
        return json.dumps(told).encode()

    def fields(self) -> list[tuple[bytes, bytes]]:
        """All header fields, as an ASGI server takes them."""
        own = {
            "Content-Type": "application/problem+json",
            "Content-Length": str(len(self.body)),
            "Cache-Control": "no-store",
            "Connection": "close",
        }
        every = own | dict(DATA_HEADERS) | dict(self.headers)
        return [(name.lower().encode(), value.encode()) for name, value in every.items()]

    def message(self) -> bytes:
        """The whole answer as it goes over the wire. Spec: RFC 9112, section 2.1 (message format)."""
        head = f"HTTP/1.1 {int(self.status)} {self.status.phrase}\r\n".encode()
        return head + b"".join(b"%s: %s\r\n" % pair for pair in self.fields()) + b"\r\n" + self.body

    async def __call__(self, _scope: Message, _receive: Receive, send: Send) -> None:
        """The same as an application. Spec: ASGI 3.0, HTTP."""
        await send({"type": "http.response.start", "status": int(self.status), "headers": self.fields()})
        await send({"type": "http.response.body", "body": self.body})


MALFORMED = Refusal(
    status=HTTPStatus.BAD_REQUEST,
    detail="These bytes are no HTTP request: see the request line, the header lines and the length of the body.",
)
LATE = Refusal(
    status=HTTPStatus.REQUEST_TIMEOUT,
    detail="The head of the request was not complete in time; send it at once.",
)
LONG_HEAD = Refusal(
    status=HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    detail="The head of the request is too long; send a long query in the body of a POST request, and fewer cookies.",
)
CROWDED = Refusal(
    status=HTTPStatus.SERVICE_UNAVAILABLE,
    detail="There are too many connections; try again in a moment, and keep fewer open.",
    headers={"Retry-After": "2"},
)
MISTAKE = Refusal(
    status=HTTPStatus.INTERNAL_SERVER_ERROR,
    detail="This is our fault and has been written to the server's log.",
)
