"""
The rest of a refused body is read and thrown away.

A server that closes a connection on which the client still sends makes the client's system drop the answer: it would
see a broken pipe instead of the refusal.
"""

from typing import BinaryIO

from flask import Flask, Response, request

_BAD_REQUEST = 400
_PIECE_BYTES = 64 * 1024
_MOST_BYTES = 16_000_000


def init_unread(app: Flask) -> None:
    """Let *app* read on, up to a bound, before it sends a refusal."""
    app.after_request(_read_on)


def _read_on(response: Response) -> Response:
    if response.status_code >= _BAD_REQUEST:
        body: BinaryIO = request.environ["wsgi.input"]
        left = min(_MOST_BYTES, request.content_length or _MOST_BYTES)
        while left > 0 and (piece := body.read(min(left, _PIECE_BYTES))):
            left -= len(piece)
    return response
