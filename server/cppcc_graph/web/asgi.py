"""The requests and answers of an ASGI server. Spec: ASGI 3.0, HTTP and WebSocket message format (HTTP)."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TypeAlias, cast
from urllib.parse import quote

from cppcc_graph.web.coding import coded
from cppcc_graph.web.headers import DATA_HEADERS
from cppcc_graph.web.reply import NOT_MODIFIED, Reply

Message: TypeAlias = MutableMapping[str, object]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]

PIECE_BYTES = 256 * 1024
"""A longer body is sent in pieces, each of which the client must take in time."""
CODED_AT_ONCE_BYTES = 32 * 1024
"""A longer body is coded in a thread."""
_STALLED_S = 60.0
_TOO_LONG_BYTES = 2**62
_OF_BODIES = frozenset({b"content-length", b"transfer-encoding"})
_ASCII = bytes(range(0x21, 0x7F))
_COMMON = [(name.lower().encode(), value.encode()) for name, value in DATA_HEADERS.items()]
_COMMON_HEAD = b"".join([b"%b: %b\r\n" % line for line in _COMMON])


async def sent(made: Reply, method: str, send: Send) -> None:
    """
    Sends status, headers and body, a large one in pieces that the client must take in time.

    Raises:
        TimeoutError: the client does not read.
        OSError: the file cannot be read.
    """
    body = made.body
    if made.coding:
        is_long = len(body) > CODED_AT_ONCE_BYTES
        body = await asyncio.to_thread(coded, body, made.coding) if is_long else coded(body, made.coding)
    n_bytes = made.n_bytes if made.file is not None else len(body)
    await send({"type": "http.response.start", "status": made.status, "headers": header_lines(made, n_bytes)})
    if method != "HEAD" and made.file is not None:
        while piece := await asyncio.to_thread(made.file.read, PIECE_BYTES):
            await asyncio.wait_for(send({"type": "http.response.body", "body": piece, "more_body": True}), _STALLED_S)
        body = b""
    elif method != "HEAD" and len(body) > PIECE_BYTES:
        for start in range(0, len(body), PIECE_BYTES):
            piece = body[start : start + PIECE_BYTES]
            await asyncio.wait_for(send({"type": "http.response.body", "body": piece, "more_body": True}), _STALLED_S)
        body = b""
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})


def header_lines(made: Reply, n_bytes: int) -> list[tuple[bytes, bytes]]:
    """All header fields of a reply whose body has *n_bytes* as it is sent. Spec: RFC 9110, section 8.6."""
    lines = [(name.lower().encode(), value.encode("latin-1")) for name, value in made.headers.items()]
    if made.status != NOT_MODIFIED:
        lines.append((b"content-length", str(n_bytes).encode()))
    return lines + _COMMON


def head_of(made: Reply, n_bytes: int) -> bytes:
    """The header fields of :func:`header_lines` as they are sent, each with its line's end."""
    own = "".join([f"{name}: {value}\r\n" for name, value in made.headers.items()]).encode("latin-1")
    if made.status == NOT_MODIFIED:
        return own + _COMMON_HEAD
    return b"%bcontent-length: %d\r\n%b" % (own, n_bytes, _COMMON_HEAD)


def has_body(scope: Message) -> bool:
    """Whether the request announces one."""
    lines = cast("list[tuple[bytes, bytes]]", scope["headers"])
    for name, _value in lines:  # noqa: SIM110  # it runs for each request
        if name in _OF_BODIES:
            return True
    return False


def plain(scope: Message, body: bytes | None) -> Message:
    """
    The scope of a request whose body is whole and whose address is ASCII, as WSGI wants it.

    A body that was too long, None, is announced as one that no application takes; nobody reads a part of it.
    """
    lines = cast("list[tuple[bytes, bytes]]", scope["headers"])
    kept = [(name, value) for name, value in lines if name not in _OF_BODIES]
    if has_body(scope):
        kept.append((b"content-length", str(_TOO_LONG_BYTES if body is None else len(body)).encode()))
    query_string = cast("bytes", scope["query_string"])
    if not query_string.isascii():
        query_string = quote(query_string, safe=_ASCII).encode()
    return {**scope, "headers": kept, "query_string": query_string}


def replayed(body: bytes, receive: Receive) -> Receive:
    """*receive* as if the body had not been read yet."""
    unread = [body]

    async def again() -> Message:
        if unread:
            return {"type": "http.request", "body": unread.pop(), "more_body": False}
        return await receive()

    return again


def state_of(scope: Message) -> dict[str, object]:
    """What those who work on this request tell each other."""
    return cast("dict[str, object]", scope.setdefault("state", {}))


def cut(scope: Message) -> None:
    """Ends the connection at once, so that nothing looks whole that is not."""
    abort = state_of(scope).get("abort")
    if callable(abort):
        abort()
