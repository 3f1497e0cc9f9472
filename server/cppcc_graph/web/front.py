"""
The door: every request comes in here, and what a program asks of ``/sparql`` is answered here when all is well.

Everything else, and every failure, is answered by the Flask application in a thread; it could answer all of it alone.
Both use the same functions for reading a request, negotiating and making a reply, so this is a short cut and not a
second endpoint. No body is handed on before it is whole, no thread waits for a slow client, and a query whose client
has left is given up.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, replace
from functools import lru_cache
from time import perf_counter
from typing import Protocol, cast
from urllib.parse import parse_qs, quote

from werkzeug.exceptions import HTTPException

from cppcc_graph.errors import CppccError
from cppcc_graph.store.base import Answer, QueryRequest
from cppcc_graph.web.coding import coded
from cppcc_graph.web.conditional import validator
from cppcc_graph.web.headers import DATA_HEADERS
from cppcc_graph.web.incoming import HeaderFields, Incoming, header_fields
from cppcc_graph.web.reply import NOT_MODIFIED, Asked, Reply, reply, unchanged
from cppcc_graph.web.request_log import Fields, answer_fields, query_fields, write_line
from cppcc_graph.web.sparql_request import read_query
from cppcc_graph.web.wanted import HTML, accepted, formats_of

Message = MutableMapping[str, object]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

ENDPOINT = "/sparql"
_PIECE_BYTES = 256 * 1024
_CODED_AT_ONCE_BYTES = 32 * 1024
_BODY_DEADLINE_S = 30.0
_STALLED_S = 60.0
_WATCHED_AFTER_S = 0.05
_CLIENT_LEFT = 499  # as other servers log it; never sent
_OF_BODIES = frozenset({b"content-length", b"transfer-encoding"})
_ASCII = bytes(range(0x21, 0x7F))
_COMMON = [(name.lower().encode(), value.encode()) for name, value in DATA_HEADERS.items()]


class AnswerSource(Protocol):
    """Where answers come from: `store.workers.answers.Answers`."""

    async def answer(self, request: QueryRequest) -> Answer:
        """The answer, or an error of ours."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A query that was understood, and how its answer is wanted."""

    query: QueryRequest
    client: str
    asked: Asked
    method: str
    started_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """
    An ASGI application.

    Attributes:
        application: Answers everything that is not answered here.
        answers: Answers queries.
        state: Names the present state of the data.
        max_body_bytes: The most that is read of a body.
    """

    application: Application
    answers: AnswerSource
    state: Callable[[], str]
    max_body_bytes: int

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Spec: ASGI 3.0, HTTP connection scope."""
        if scope["type"] != "http":
            return
        try:
            body = await self._body(scope, receive)
        except (TimeoutError, ConnectionError):
            _cut(scope)
            return
        exchange = _understood(scope, body) if scope["path"] == ENDPOINT else None
        failure = await self._exchange(exchange, scope, receive, send) if exchange else None
        if exchange is None or failure is not None:
            _state(scope)["failure"] = failure
            await self.application(_plain(scope, body), _replayed(body, receive), send)

    async def _body(self, scope: Message, receive: Receive) -> bytes:
        """
        The whole body, or one byte more than may be read.

        Raises:
            TimeoutError: it does not arrive.
            ConnectionError: the client left.
        """
        if not _has_body(scope):
            return b""
        body = bytearray()
        async with asyncio.timeout(_BODY_DEADLINE_S):
            while len(body) <= self.max_body_bytes:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ConnectionResetError
                body += cast("bytes", message.get("body", b""))
                if not message.get("more_body"):
                    break
        return bytes(body[: self.max_body_bytes + 1])

    async def _exchange(self, exchange: Exchange, scope: Message, receive: Receive, send: Send) -> CppccError | None:
        """Answers the query, or gives back why it cannot be answered; nothing was sent then."""
        opaque = validator(exchange.query, self.state())
        made, answer = unchanged(opaque, exchange.asked), None
        if made is None:
            try:
                answer = await self._awaited(replace(exchange.query, client=exchange.client), receive)
            except CppccError as error:
                return error
            if answer is None:  # the client has left
                self._log(exchange, None, _CLIENT_LEFT)
                return None
            made = reply(answer, opaque, exchange.asked)
        try:
            await _sent(made, exchange.method, send)
        except (TimeoutError, OSError):
            _cut(scope)
        finally:
            if made.file is not None:
                made.file.close()
        self._log(exchange, answer, made.status)
        return None

    async def _awaited(self, query: QueryRequest, receive: Receive) -> Answer | None:
        """The answer; None when the client left before, and the query was given up."""
        watch = _Watch(receive)
        try:
            return await self.answers.answer(query)
        except asyncio.CancelledError:
            if watch.has_left:
                return None
            raise
        finally:
            watch.stop()

    def _log(self, exchange: Exchange, answer: Answer | None, status: int) -> None:
        line: Fields = {
            "method": exchange.method,
            "route": ENDPOINT,
            "status": status,
            "took_ms": round((perf_counter() - exchange.started_s) * 1000, 1),
            "bytes": answer.n_bytes if answer else 0,
        }
        write_line(line | query_fields(exchange.query) | (answer_fields(answer) if answer else {}))


class _Watch:
    """Cancels the task that made it when the client leaves; looks only at queries that take longer than a moment."""

    def __init__(self, receive: Receive) -> None:
        self.has_left = False
        self._receive = receive
        self._asking = asyncio.current_task()
        self._watching: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(_WATCHED_AFTER_S, self._begin)

    def _begin(self) -> None:
        self._watching = asyncio.get_running_loop().create_task(self._look())

    async def _look(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.has_left = True
        if self._asking is not None:
            self._asking.cancel()

    def stop(self) -> None:
        """Looks no more."""
        self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()


def _understood(scope: Message, body: bytes) -> Exchange | None:
    """The query, if it is one that a program asks and nothing is wrong with it."""
    started_s = perf_counter()
    fields = header_fields(cast("list[tuple[bytes, bytes]]", scope["headers"]))
    method, query_string = cast("str", scope["method"]), cast("bytes", scope["query_string"])
    base_url = f"{scope['scheme']}://{fields.get('host')}{scope['path']}"
    try:
        if method == "GET" and not body:
            understood = _asked_by_address(query_string, base_url, fields.get("accept"))
        else:
            incoming = Incoming(
                method=method, query_string=query_string, headers=fields, base_url=base_url, remote_addr="", body=body
            )
            understood = _asked(incoming, fields.get("accept"))
    except (HTTPException, CppccError):
        return None
    if understood is None:
        return None
    query, vary = understood
    asked = Asked(
        accept_encoding=fields.get("accept-encoding"), if_none_match=fields.get("if-none-match") or None, vary=vary
    )
    client = cast("tuple[str, int]", scope["client"])[0] if scope["client"] else ""
    return Exchange(query, client, asked, method, started_s)


@lru_cache(maxsize=512)
def _asked_by_address(query_string: bytes, base_url: str, accept: str) -> tuple[QueryRequest, tuple[str, ...]] | None:
    """As `_asked`; what is asked again and again is read once."""
    headers = HeaderFields({})
    incoming = Incoming(method="GET", query_string=query_string, headers=headers, base_url=base_url, remote_addr="")
    return _asked(incoming, accept)


def _asked(incoming: Incoming, accept: str) -> tuple[QueryRequest, tuple[str, ...]] | None:
    """A query with its formats, and the headers that chose them; None when it is nothing that is answered here."""
    names = accepted(_format_in(incoming.query_string), accept or None)
    if names[0] == HTML:
        return None
    query = read_query(incoming, formats=formats_of(names))
    return None if query is None else (query, () if b"format=" in incoming.query_string else ("Accept",))


def _format_in(query_string: bytes) -> str | None:
    if b"format=" not in query_string:
        return None
    return parse_qs(query_string.decode("utf-8", "replace")).get("format", [None])[0]


async def _sent(made: Reply, method: str, send: Send) -> None:
    """
    Sends status, headers and body, a large one in pieces that the client must take in time.

    Raises:
        TimeoutError: the client does not read.
        OSError: the file cannot be read.
    """
    body = made.body
    if made.coding:
        is_long = len(body) > _CODED_AT_ONCE_BYTES
        body = await asyncio.to_thread(coded, body, made.coding) if is_long else coded(body, made.coding)
    n_bytes = made.n_bytes if made.file is not None else len(body)
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in made.headers.items()]
    if made.status != NOT_MODIFIED:
        headers.append((b"content-length", str(n_bytes).encode()))
    await send({"type": "http.response.start", "status": made.status, "headers": headers + _COMMON})
    if method != "HEAD" and made.file is not None:
        while piece := await asyncio.to_thread(made.file.read, _PIECE_BYTES):
            await asyncio.wait_for(send({"type": "http.response.body", "body": piece, "more_body": True}), _STALLED_S)
        body = b""
    elif method != "HEAD" and len(body) > _PIECE_BYTES:
        for start in range(0, len(body), _PIECE_BYTES):
            piece = body[start : start + _PIECE_BYTES]
            await asyncio.wait_for(send({"type": "http.response.body", "body": piece, "more_body": True}), _STALLED_S)
        body = b""
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})


def _has_body(scope: Message) -> bool:
    lines = cast("list[tuple[bytes, bytes]]", scope["headers"])
    for name, _value in lines:  # a loop, because it runs for each request
        if name in _OF_BODIES:
            return True
    return False


def _plain(scope: Message, body: bytes) -> Message:
    """The scope of a request whose body is whole and whose address is ASCII, as WSGI wants it."""
    lines = cast("list[tuple[bytes, bytes]]", scope["headers"])
    kept = [(name, value) for name, value in lines if name not in _OF_BODIES]
    if _has_body(scope):
        kept.append((b"content-length", str(len(body)).encode()))
    query_string = cast("bytes", scope["query_string"])
    if not query_string.isascii():
        query_string = quote(query_string, safe=_ASCII).encode()
    return {**scope, "headers": kept, "query_string": query_string}


def _replayed(body: bytes, receive: Receive) -> Receive:
    """*receive* as if the body had not been read yet."""
    unread = [body]

    async def again() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        return await receive()

    return again


def _state(scope: Message) -> dict[str, object]:
    return cast("dict[str, object]", scope.setdefault("state", {}))


def _cut(scope: Message) -> None:
    """Ends the connection at once, so that nothing looks whole that is not."""
    abort = _state(scope).get("abort")
    if callable(abort):
        abort()
