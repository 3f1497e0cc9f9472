"""
What passes between the dispatcher and an evaluator: frames of a kind, a length and a payload.

Calls go out as Python's own ``marshal`` and ``pickle``, because the web server is trusted. What comes back has been
near a stranger's query, so it is read with readers for plain data only: JSON, fixed structures, RDF.
"""

import json
import marshal
import pickle
import struct
from collections.abc import Callable
from functools import lru_cache
from socket import socket
from typing import BinaryIO

from cppcc_graph import errors
from cppcc_graph.errors import CppccError
from cppcc_graph.formats import FORMATS, Format, ResultForm
from cppcc_graph.store.base import Answer, Hint, QueryRequest

HEAD = struct.Struct(">IB")
"""Length of the payload in bytes, and the kind of the frame."""
_END = struct.Struct(">BBqq")
_FORMS = tuple(ResultForm)
_FORMAT_NUMBERS = {candidate.name: number for number, candidate in enumerate(FORMATS)}
_NO_COUNT = -1
_PIECE_BYTES = 65536

HELLO, ASK, CALL, BODY, END, ANSWER, VALUE, FAILURE, WORN, LATER = range(1, 11)
"""
An evaluator's process number; a query; another call; a piece of an answer; its end; a short answer in one; a call's
result; an error; that this evaluator ends when it has said this last thing; and that a write will take long.
"""


def frame(kind: int, payload: bytes) -> bytes:
    """One frame."""
    return HEAD.pack(len(payload), kind) + payload


class Frames:
    """The frames that arrive on a connection, one at a time, blocking."""

    def __init__(self, connection: socket, *, on_quiet: Callable[[], None] | None = None) -> None:
        """
        Args:
            connection: From which they come.
            on_quiet: Called when nothing has come for as long as the connection waits; without it, it waits for ever.
        """
        self._connection = connection
        self._on_quiet = on_quiet
        self._buffer = bytearray()

    def next(self) -> tuple[int, bytes] | None:
        """
        Kind and payload of the next frame; None when the other side has closed between two frames.

        Raises:
            ConnectionError: it closed in the middle of one.
        """
        if not self._filled(HEAD.size):
            return None
        length, kind = HEAD.unpack_from(self._buffer)
        self._filled(HEAD.size + length)
        payload = bytes(self._buffer[HEAD.size : HEAD.size + length])
        del self._buffer[: HEAD.size + length]
        return kind, payload

    @property
    def has_next(self) -> bool:
        """Whether another whole frame is there already."""
        if len(self._buffer) < HEAD.size:
            return False
        length, _kind = HEAD.unpack_from(self._buffer)
        return len(self._buffer) - HEAD.size >= int(length)

    def _filled(self, size: int) -> bool:
        while len(self._buffer) < size:
            try:
                piece = self._connection.recv(_PIECE_BYTES)
            except BlockingIOError:
                if self._on_quiet is not None:
                    self._on_quiet()
                continue
            if not piece:
                if self._buffer:
                    raise ConnectionError("a frame was cut off")
                return False
            self._buffer += piece
        return True


def pack_ask(request: QueryRequest) -> bytes:
    """The payload of `ASK`: everything of a request that its answer depends on, and nothing else."""
    return marshal.dumps(
        (
            request.query,
            _numbers(request.formats),
            request.default_graph_iris,
            request.named_graph_iris,
            request.base_iri,
            request.fetched,
            request.is_about_history,
            request.dump,
        )
    )


def unpack_ask(payload: bytes) -> QueryRequest:
    """The request of :func:`pack_ask`."""
    query, numbers, default_graph_iris, named_graph_iris, base_iri, fetched, *more = marshal.loads(payload)
    is_about_history, dump = more
    return QueryRequest(
        query=query,
        formats=_formats(numbers),
        default_graph_iris=default_graph_iris,
        named_graph_iris=named_graph_iris,
        base_iri=base_iri,
        fetched=fetched,
        is_about_history=is_about_history,
        dump=dump,
    )


@lru_cache(maxsize=512)
def _numbers(formats: tuple[Format, ...]) -> tuple[int, ...]:
    return tuple(_FORMAT_NUMBERS[wanted.name] for wanted in formats)


@lru_cache(maxsize=512)
def _formats(numbers: tuple[int, ...]) -> tuple[Format, ...]:
    return tuple(FORMATS[number] for number in numbers)


def pack_call(name: str, *arguments: object, **named: object) -> bytes:
    """The payload of `CALL`: a method of the store and what it is given."""
    return pickle.dumps((name, arguments, named))


def unpack_call(payload: bytes) -> tuple[str, tuple[object, ...], dict[str, object]]:
    """Name and arguments of :func:`pack_call`; only ever read by an evaluator, from the web server."""
    name, arguments, named = pickle.loads(payload)
    return name, arguments, named


def pack_end(answer: Answer) -> bytes:
    """The payload of `END`: what is known of an answer beside its body."""
    n_rows = _NO_COUNT if answer.n_rows is None else answer.n_rows
    hints = [[hint.written, hint.suggested, hint.line, hint.column] for hint in answer.hints]
    fixed = _END.pack(_FORMS.index(answer.form), _FORMAT_NUMBERS[answer.format.name], n_rows, answer.number)
    return fixed + (json.dumps(hints).encode() if hints else b"")


def unpack_end(payload: bytes, *, body: bytes, file: BinaryIO | None, n_bytes: int, number: int = 0) -> Answer:
    """
    The answer, given its body, and the number of the data where it does not say one.

    Raises:
        ValueError: the payload is not from :func:`pack_end`.
    """
    if len(payload) < _END.size:
        raise ValueError("the end of an answer is too short")
    form, format_number, n_rows, own_number = _END.unpack_from(payload)
    hints = _hints(payload[_END.size :]) if len(payload) > _END.size else ()
    if form >= len(_FORMS) or format_number >= len(FORMATS):
        raise ValueError("an answer of an unknown form or format")
    return Answer(
        form=_FORMS[form],
        format=FORMATS[format_number],
        body=body,
        n_rows=None if n_rows == _NO_COUNT else n_rows,
        file=file,
        n_bytes=n_bytes,
        hints=hints,
        number=own_number or number,
    )


def _hints(written: bytes) -> tuple[Hint, ...]:
    read = json.loads(written)
    return tuple(Hint(written=w, suggested=s, line=line, column=column) for w, s, line, column in read)


def pack_answer(answer: Answer, body: bytes) -> bytes:
    """The payload of `ANSWER`, which has no hints."""
    return pack_end(answer) + body


def unpack_answer(payload: bytes, *, number: int = 0) -> Answer:
    """
    The answer of :func:`pack_answer`, and the number of the data where it does not say one.

    Raises:
        ValueError: the payload is not from there.
    """
    body = payload[_END.size :]
    return unpack_end(payload[: _END.size], body=body, file=None, n_bytes=len(body), number=number)


def pack_failure(error: CppccError) -> bytes:
    """The payload of `FAILURE`: the class and the attributes of an error."""
    return json.dumps({"class": type(error).__name__, "message": str(error), "attributes": vars(error)}).encode()


def unpack_failure(payload: bytes) -> CppccError:
    """
    The error of :func:`pack_failure`, equal in class, attributes and words.

    Raises:
        ValueError: the payload names no error of ours.
    """
    document = json.loads(payload)
    kind = getattr(errors, str(document["class"]), None)
    if not (isinstance(kind, type) and issubclass(kind, CppccError)):
        raise ValueError("an error of an unknown class")  # noqa: TRY004  # the payload is wrong, not a type of ours
    error = kind.__new__(kind)
    Exception.__init__(error, str(document["message"]))
    for name, value in document["attributes"].items():
        setattr(error, name, tuple(value) if isinstance(value, list) else value)
    return error
