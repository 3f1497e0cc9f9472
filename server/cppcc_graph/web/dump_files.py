"""
Files with all of the data, made once for each state of the data and then read by all who ask, in whole or in part.

Each is made by an evaluator, like an answer to a query, and lies in a nameless file.
"""

import hashlib
import os
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Flask, current_app, request
from werkzeug.exceptions import NotFound

from cppcc_graph.catalogue import Known
from cppcc_graph.errors import StoreBusy
from cppcc_graph.formats import N_QUADS
from cppcc_graph.store.base import Answer, QueryRequest
from cppcc_graph.web.conditional import of_number, validator
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.request_log import note_answer, note_query
from cppcc_graph.web.served import store

_PIECE_BYTES = 256 * 1024
_ATTEMPTS = 3
_RETRY_AFTER_S = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """
    A file that there is.

    Attributes:
        name: As it is called below ``/dumps/``.
        kind: What the store is asked for: `QueryRequest.dump`.
        media_type: Of the file as it is sent.
        label: In words.
        inner_type: Media type of what is packed in it; None for a file that is not packed.
        is_package: Whether several files are packed in it.
    """

    name: str
    kind: str
    media_type: str
    label: str
    inner_type: str | None = None
    is_package: bool = False


class DumpFile:
    """
    A finished file, which any number of threads may read.

    Attributes:
        n_bytes: Its length.
        sha256: Of its bytes, in hexadecimal digits.
        opaque: The opaque part of its entity tag.
        number: Of the data that it is of; 0 where there is none.
    """

    def __init__(self, answer: Answer, opaque: str) -> None:
        """Takes what *answer* holds, and closes it."""
        self.n_bytes, self.number = answer.n_bytes, answer.number
        self.opaque = of_number(opaque, answer.number)
        digest = hashlib.sha256()
        with tempfile.TemporaryFile() as file:
            for piece in _pieces_of(answer):
                digest.update(piece)
                file.write(piece)
            file.flush()
            self._descriptor = os.dup(file.fileno())
        weakref.finalize(self, os.close, self._descriptor)
        self.sha256 = digest.hexdigest()

    def pieces(self, begin: int, end: int) -> Iterator[bytes]:
        """The bytes from *begin* to before *end*."""
        while begin < end:
            piece = os.pread(self._descriptor, min(_PIECE_BYTES, end - begin), begin)
            begin += len(piece)
            yield piece


def init_dump_files(app: Flask) -> None:
    """Give *app* a place for its files."""
    app.extensions["dump files"] = Known[DumpFile]()


def dump_file(dump: Dump) -> DumpFile:
    """
    The file, of the data as they are now.

    Raises:
        NotFound: the data lie in another engine.
        CppccError: it cannot be made; `store.base.Store.answer` lists why.
    """
    if not are_kept():
        raise NotFound(_("The data lie in another engine, which is dumped there."))
    known: Known[DumpFile] = current_app.extensions["dump files"]
    return known.get(store(), dump.kind, lambda: _made(dump))


def dump_files(dumps: Sequence[Dump]) -> dict[str, DumpFile]:
    """
    All of *dumps* by name, of the same data.

    Raises:
        NotFound: the data lie in another engine.
        StoreBusy: the data change faster than the files can be made.
        CppccError: one of them cannot be made.
    """
    for _attempt in range(_ATTEMPTS):
        state = store().state()
        files = {dump.name: dump_file(dump) for dump in dumps}
        if store().state() == state:
            return files
    raise StoreBusy(retry_after_s=_RETRY_AFTER_S)


def are_kept() -> bool:
    """Whether there are files at all: the data do not lie in another engine."""
    return bool(store().state())


def _made(dump: Dump) -> DumpFile:
    asked = QueryRequest(
        query=f"dump {dump.kind}", dump=dump.kind, formats=(N_QUADS,), client=request.remote_addr or ""
    )  # fmt: skip
    note_query(asked)
    opaque = validator(asked, store().state())
    found = store().answer(asked)
    note_answer(found)
    return DumpFile(found, opaque or "")


def _pieces_of(answer: Answer) -> Iterator[bytes]:
    if answer.file is None:
        yield answer.body
        return
    with answer.file:
        while piece := answer.file.read(_PIECE_BYTES):
            yield piece
