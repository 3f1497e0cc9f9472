"""What an engine sends, read under a deadline and a limit, and believed only when it is whole."""

import re
from collections.abc import Callable, Iterator
from math import inf
from typing import IO, cast

import pyoxigraph
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, RdfFormat
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError

from cppcc_graph.errors import AnswerTooLarge, CppccError, NotWhole, QueryTimeout
from cppcc_graph.store.deadline import Deadline
from cppcc_graph.store.dialects import Mend
from cppcc_graph.terms import Triple

_PIECE_BYTES = 65536
_TAIL_BYTES = 400
_SHOWN_BYTES = 120
_SLACK_S = 0.2
_STOPPED = re.compile(rb"cancel|time[d -]?out|timed out", re.IGNORECASE)
_EMPTY_GRAPH = re.compile(rb"\A# Empty NT\s*\Z")


class Received:
    """
    The body of a response, as a file that a parser reads.

    Attributes:
        row_limit: Where the engine says that it cuts tables at so many rows; else None.
        n_lines: Lines read so far.
    """

    def __init__(
        self,
        response: BaseHTTPResponse,
        *,
        name: str,
        deadline: Deadline,
        limit_bytes: int,
        mend: Mend | None,
    ) -> None:
        """
        Args:
            response: Its head has been read and is a success.
            name: Of the engine, for messages.
            deadline: Of the whole exchange.
            limit_bytes: The most that is read.
            mend: Rewrites each line, or None.
        """
        self._response = response
        self._name = name
        self._deadline = deadline
        self._armed_s = inf
        self._limit_bytes = limit_bytes
        self._n_bytes = 0
        self._held = b""
        self._tail = b""
        self._pieces = self._raw() if mend is None else _by_line(self._raw(), mend)
        header = response.headers.get("X-SPARQL-MaxRows", "")
        self.row_limit = int(header) if header.isdigit() else None
        self.n_lines = 0

    def read(self, n_bytes: int = -1) -> bytes:
        """
        The next bytes, at most *n_bytes* if that is positive; empty at the end of a transfer that was complete.

        Raises:
            QueryTimeout: the time is over.
            AnswerTooLarge: there is more than the limit.
            NotWhole: the transfer broke off.
        """
        while not self._held:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._held = piece
        taken = self._held if n_bytes < 0 else self._held[:n_bytes]
        self._held = self._held[len(taken) :]
        return taken

    def solutions(self) -> QuerySolutions | QueryBoolean:
        """
        The document as SPARQL Results JSON; what is wrong further on is raised while it is read.

        Raises:
            SyntaxError: the document does not parse; :meth:`broken` says what that means.
        """
        return pyoxigraph.parse_query_results(self._file(), format=QueryResultsFormat.JSON)

    def triples(self) -> list[Triple]:
        """
        The document as N-Triples, each triple once; :attr:`n_lines` says how many were sent.

        Raises:
            CppccError: it is not whole.
        """
        if self.text_at_start(_EMPTY_GRAPH):
            return []
        try:
            read: dict[Triple, None] = {}
            for quad in pyoxigraph.parse(self._file(), format=RdfFormat.N_TRIPLES):
                read[quad.triple] = None
                self.n_lines += 1
        except SyntaxError as error:
            raise self.broken() from error
        # No engine writes comments, except to say that it stopped; a parser passes over them.
        if any(line.startswith(b"#") for line in self._last_lines()):
            raise self.broken()
        return list(read)

    def _last_lines(self) -> list[bytes]:
        """The last lines that were received, whole ones: what is left of a cut one may begin with any sign."""
        lines = self._tail.splitlines()
        return lines[1:] if self._n_bytes > len(self._tail) else lines

    def text_at_start(self, pattern: re.Pattern[bytes]) -> bool:
        """Whether the first piece matches; nothing is consumed."""
        self._held = self._held or self.read()
        return bool(pattern.match(self._held))

    def broken(self) -> CppccError:
        """Why a document that does not parse is not whole: its last words tell whether the engine stopped it."""
        while self.read():
            pass
        if _STOPPED.search(self._tail):
            return QueryTimeout(deadline_s=self._deadline.limit_s)
        ending = self._tail[-_SHOWN_BYTES:]
        return NotWhole(
            f"{self._name} sent an answer that is not whole, ending in {ending!r}; nothing of it is passed on"
        )

    def drain(self) -> None:
        """
        Reads to the end, which gives the connection back.

        Raises:
            CppccError: there is no proper end.
        """
        while self.read():
            pass

    def close(self) -> None:
        """Drops the connection unless all of it was read."""
        self._response.close()

    def _file(self) -> IO[bytes]:
        return cast("IO[bytes]", self)  # the parsers only ever call read

    def _raw(self) -> Iterator[bytes]:
        while True:
            self._hurry()
            try:
                piece = self._response.read1(_PIECE_BYTES)
            except (HTTPError, OSError) as error:
                raise self._interrupted() from error
            if not piece:
                self._response.release_conn()
                return
            self._n_bytes += len(piece)
            if self._n_bytes > self._limit_bytes:
                raise AnswerTooLarge(limit_bytes=self._limit_bytes)
            self._tail = (self._tail + piece)[-_TAIL_BYTES:]
            yield piece

    def _hurry(self) -> None:
        """The socket waits no longer than the time that is left, give or take `_SLACK_S`."""
        left_s = self._deadline.left_s
        if left_s <= 0:
            raise QueryTimeout(deadline_s=self._deadline.limit_s)
        if self._armed_s - left_s < _SLACK_S:
            return
        self._armed_s = left_s
        socket = getattr(self._response.connection, "sock", None)
        if socket is not None:
            socket.settimeout(left_s)

    def _interrupted(self) -> CppccError:
        if not self._deadline.left_s:
            return QueryTimeout(deadline_s=self._deadline.limit_s)
        return NotWhole(f"{self._name} broke its answer off; nothing of it is passed on")


def _by_line(pieces: Iterator[bytes], mend: Callable[[bytes], bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        lines, newline, rest = (rest + piece).rpartition(b"\n")
        if newline:
            yield mend(lines + newline)
    if rest:
        yield mend(rest)
