"""A document being written: in memory while it is short, in an unnamed file when it is not, never above a limit."""

import tempfile
from typing import BinaryIO, cast

from cppcc_graph.errors import AnswerTooLarge

HELD_BYTES = 4 * 1024 * 1024
"""A document up to this size stays in memory."""


class Spool:
    """A `formats.Sink` that keeps what is written to it."""

    def __init__(self, limit_bytes: int) -> None:
        """Holds at most *limit_bytes*."""
        self._limit_bytes = limit_bytes
        self._file = tempfile.SpooledTemporaryFile(max_size=HELD_BYTES)  # noqa: SIM115  # closed by who reads it
        self.n_bytes = 0

    def write(self, piece: bytes) -> int:
        """
        Takes the next piece.

        Raises:
            AnswerTooLarge: the document is longer than it may be.
        """
        self.n_bytes += len(piece)
        if self.n_bytes > self._limit_bytes:
            raise AnswerTooLarge(limit_bytes=self._limit_bytes)
        return self._file.write(piece)

    def flush(self) -> None:
        """Nothing: who reads it reads what was written."""

    @property
    def is_short(self) -> bool:
        """Whether the document lies in memory."""
        return self.n_bytes <= HELD_BYTES

    def body(self) -> bytes:
        """The whole document; the spool is closed."""
        with self._file:
            self._file.seek(0)
            return self._file.read()

    def file(self) -> BinaryIO:
        """The whole document, at its start; to be closed by the reader."""
        self._file.seek(0)
        return cast("BinaryIO", self._file)  # it has every method of one

    def close(self) -> None:
        """Forgets the document."""
        self._file.close()
