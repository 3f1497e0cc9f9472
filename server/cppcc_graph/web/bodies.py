"""
Bodies of requests, whole and no longer than they may be.

A query is short. A graph or an update may be long, but only whoever may write is given the memory for it, so the token
is looked at before the body is received.
"""

import asyncio
from contextlib import suppress
from typing import cast

from cppcc_graph.packing import GZIP, TooLong, unpacked
from cppcc_graph.web.asgi import Message, Receive, Send, has_body

MAX_BODY_BYTES = 4_000_000
"""The largest body that is read from anybody; a query is far shorter."""
MIB = 1024 * 1024
_DEADLINE_S = 30.0
_BYTES_PER_MORE_S = MIB
_LINGERS_S = 10.0
_SILENCE_S = 1.0
_MOST_DIGITS = 15


async def received(scope: Message, receive: Receive, most_bytes: int) -> bytes | None:
    """
    The whole body, or None when it is longer than *most_bytes*; then not all of it was read.

    Raises:
        TimeoutError: it does not arrive: within 30 s, and a second for each MiB that it may be longer than a query.
        ConnectionError: the client left.
    """
    if not has_body(scope):
        return b""
    if _announced(scope) > most_bytes:
        return None
    body = bytearray()
    async with asyncio.timeout(_DEADLINE_S + max(0, most_bytes - MAX_BODY_BYTES) / _BYTES_PER_MORE_S):
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ConnectionResetError
            body += cast("bytes", message.get("body", b""))
            if len(body) > most_bytes:
                return None
            if not message.get("more_body"):
                return bytes(body)


def lingering(receive: Receive, send: Send) -> Send:
    """
    *send*, which ends an answer when the client has sent the rest of its body, too, or as much as it does in a while.

    A server that closes a connection on which the client still sends makes the client's system drop the answer: it
    would see a broken pipe instead of a refusal.
    """

    async def send_and_hear(message: Message) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body"):
            await send({**message, "more_body": True})
            await _drop(receive)
            message = {"type": "http.response.body", "body": b""}
        await send(message)

    return send_and_hear


async def _drop(receive: Receive) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(_LINGERS_S):
            while True:
                message = await asyncio.wait_for(receive(), _SILENCE_S)
                if message["type"] == "http.disconnect" or not message.get("more_body"):
                    return


def unzipped(content: bytes, most_bytes: int) -> bytes | None:
    """
    What was compressed with gzip, or None when it is longer than *most_bytes*; no more than that is ever in memory.

    Raises:
        ValueError: *content* is not gzip from its first to its last byte.

    Spec: RFC 1952, section 2.2 (file format: members, one after the other); RFC 9110, section 8.4.1.3 (Gzip Coding).
    """
    try:
        return unpacked(content, GZIP, most_bytes)
    except TooLong:
        return None


def _announced(scope: Message) -> int:
    """The length of the body that the request announces; 0 when it announces none."""
    for name, value in cast("list[tuple[bytes, bytes]]", scope["headers"]):
        if name == b"content-length" and value.isdigit():
            return int(value[:_MOST_DIGITS])
    return 0
