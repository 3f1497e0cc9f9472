"""
The dispatcher's end of a connection to one evaluator: sends it jobs, gathers what comes back, kills it.

An evaluator does one job after the other. Short ones may be sent ahead, so that it need not be woken for each; it may
answer them together, so that which of them it works on is not known here.
"""

import asyncio
import os
import signal
import tempfile
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TypeAlias

from cppcc_graph.errors import CppccError, QueryKilled, QueryTimeout
from cppcc_graph.store.base import Answer
from cppcc_graph.store.workers import wire
from cppcc_graph.store.workers.limits import MIB, Limits

_HELD_BYTES = 4 * MIB
_LATE_S = 0.1

Reply: TypeAlias = Answer | bytes


@dataclass(eq=False, slots=True)
class Job:
    """
    One frame to be answered.

    Attributes:
        frame: What is sent.
        client: Who asks.
        deadline_s: How long it may take, in seconds.
        reply: The answer, or the value of a call.
        started_s: When the evaluator began with it, on the loop's clock; None while it waits.
        query: Its text, where it is a stranger's query.
        queued_s: When it came, on the loop's clock.
        timer: What happens next if nothing else does.
        seat: Who works on it.
        is_lookup: Whether it waits in the line of the lookups.
        is_alone: Whether nothing is given to its evaluator beside it.
    """

    frame: bytes
    client: str
    deadline_s: float
    reply: "asyncio.Future[Reply]"
    started_s: float | None = None
    timer: asyncio.TimerHandle | None = None
    seat: "Seat | None" = None
    query: str = ""
    queued_s: float = 0.0
    is_lookup: bool = False
    is_alone: bool = False


class Seat(asyncio.Protocol):
    """
    One evaluator.

    *on_free* is called when it waits for a job and when one has its reply, *on_lost* when it is gone, with the jobs
    that it had.
    """

    def __init__(
        self,
        limits: Limits,
        spool: Path,
        *,
        on_free: Callable[["Seat", Job | None], None],
        on_lost: Callable[["Seat", list[Job]], None],
    ) -> None:
        self.generation = 0
        self.number = 0
        self.is_worn = False
        self._limits = limits
        self._spool = spool
        self._on_free = on_free
        self._on_lost = on_lost
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._pid = 0
        self._process: int | None = None
        self._jobs: deque[Job] = deque()
        self._outgoing: list[bytes] = []
        self._buffer = bytearray()
        self._gathered = _Gathered()
        self._is_writing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asyncio's call."""
        self._transport = transport  # type: ignore[assignment]  # a stream's transport is a Transport

    @property
    def job(self) -> Job | None:
        """What it works on."""
        return self._jobs[0] if self._jobs else None

    @property
    def n_jobs(self) -> int:
        """That, and what was sent ahead."""
        return len(self._jobs)

    def send(self, job: Job) -> None:
        """Gives the evaluator a job, after those that it has; what is given together goes out in one piece."""
        self._jobs.append(job)
        job.seat = self
        self._say(job.frame)

    def _say(self, frame: bytes) -> None:
        if not self._outgoing:
            self._loop.call_soon(self._flush)
        self._outgoing.append(frame)

    def _flush(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(b"".join(self._outgoing))
        self._outgoing.clear()

    def kill(self) -> list[Job]:
        """Ends the evaluator, wherever it is, and gives back the jobs it had. `on_lost` follows, without them."""
        self._abort()
        return self.left()

    def left(self) -> list[Job]:
        """The jobs that it had; it has none any more."""
        left = list(self._jobs)
        self._jobs.clear()
        for job in left:
            job.seat = None
        return left

    def _abort(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._process, signal.SIGKILL)
        if self._transport is not None:
            self._transport.abort()

    def close(self) -> None:
        """Lets the evaluator go; it ends or serves another connection."""
        if self._transport is not None:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        """Asyncio's call."""
        if self._buffer:
            self._buffer += data
            self._read_on()
        else:
            self._buffer += data[self._read(data) :]

    def _read_on(self) -> None:
        del self._buffer[: self._read(self._buffer)]

    def _read(self, data: bytes | bytearray) -> int:
        """Takes the frames that are there, up to one that has to go into the file first; how many bytes these are."""
        start = 0
        while len(data) >= start + wire.HEAD.size and not self._is_writing:
            length, kind = wire.HEAD.unpack_from(data, start)
            end = start + wire.HEAD.size + length
            if len(data) < end:
                break
            try:
                self._take(kind, bytes(memoryview(data)[start + wire.HEAD.size : end]))
            except (ValueError, KeyError, TypeError, OSError):
                self._fail(QueryKilled(memory_mib=self._limits.memory_mib))
                self._abort()
                return len(data)
            start = end
        return start

    def _take(self, kind: int, payload: bytes) -> None:
        if kind == wire.BODY:
            self._gather(payload)
        elif kind == wire.HELLO:
            pid, number = payload.split()
            self._pid, self.number = int(pid), int(number)
            self._process = os.pidfd_open(self._pid)
            self._on_free(self, None)
        elif kind == wire.END:
            gathered, self._gathered = self._gathered, _Gathered()
            body, file = gathered.document()
            n_bytes = gathered.n_bytes
            self._finish(wire.unpack_end(payload, body=body, file=file, n_bytes=n_bytes, number=self.number))
        elif kind == wire.ANSWER:
            self._finish(wire.unpack_answer(payload, number=self.number))
        elif kind == wire.VALUE:
            self._finish(payload)
        elif kind == wire.WORN:
            self.is_worn = True
        else:
            self._gathered.drop()
            self._gathered = _Gathered()
            self._fail(wire.unpack_failure(payload))
            self._free()

    def _gather(self, piece: bytes) -> None:
        gathered = self._gathered
        gathered.add(piece)
        if gathered.n_bytes > self._limits.answer_bytes:
            raise ValueError("an evaluator sends more than it may")
        if gathered.n_held > _HELD_BYTES and self._transport is not None:
            self._transport.pause_reading()
            self._is_writing = True
            written = self._loop.run_in_executor(None, gathered.write_out, self._spool)
            written.add_done_callback(self._go_on)

    def _go_on(self, written: "asyncio.Future[None]") -> None:
        self._is_writing = False
        if written.cancelled() or written.exception() is not None:
            self._fail(QueryKilled(memory_mib=self._limits.memory_mib))
            self._abort()
        elif self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()
            self._read_on()

    def _finish(self, reply: Reply) -> None:
        job = self.job
        if job is not None and isinstance(reply, Answer) != bool(job.query):
            raise ValueError("an evaluator answers something that was not asked")
        if job is not None and not job.reply.done():
            job.reply.set_result(reply)
        elif isinstance(reply, Answer) and reply.file is not None:
            reply.file.close()
        self._free()

    def _free(self) -> None:
        """One job is done; none, when it has been given back."""
        if self._jobs:
            self._on_free(self, self._jobs.popleft())

    def _fail(self, error: CppccError) -> None:
        job = self.job
        if job is not None and not job.reply.done():
            job.reply.set_exception(error)

    def connection_lost(self, _error: Exception | None) -> None:
        """Asyncio's call: the evaluator has ended, by its alarm, for want of memory, or because it was killed."""
        jobs = self.left()
        if len(jobs) == 1 and not (self.is_worn or jobs[0].reply.done()):
            jobs[0].reply.set_exception(self._why(jobs[0]))
        self._gathered.drop()
        if self._process is not None:
            os.close(self._process)
            self._process = None
        self._on_lost(self, jobs)

    def _why(self, job: Job) -> CppccError:
        took_s = self._loop.time() - (job.started_s or 0)
        if took_s >= self._limits.deadline_s - _LATE_S:
            return QueryTimeout(deadline_s=self._limits.deadline_s)
        return QueryKilled(memory_mib=self._limits.memory_mib)


@dataclass(slots=True)
class _Gathered:
    """The pieces of an answer: in memory while they are few, then in a file without a name."""

    pieces: list[bytes] = field(default_factory=list)
    n_held: int = 0
    n_bytes: int = 0
    file: BinaryIO | None = None

    def add(self, piece: bytes) -> None:
        """Takes the next piece."""
        self.pieces.append(piece)
        self.n_held += len(piece)
        self.n_bytes += len(piece)

    def write_out(self, folder: Path) -> None:
        """Moves what is held in memory into the file."""
        if self.file is None:
            self.file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # its reader closes it
        self.file.write(b"".join(self.pieces))
        self.pieces.clear()
        self.n_held = 0

    def document(self) -> tuple[bytes, BinaryIO | None]:
        """The whole, as bytes or as a file at its start."""
        if self.file is None:
            return b"".join(self.pieces), None
        self.file.write(b"".join(self.pieces))
        self.file.flush()
        self.file.seek(0)
        return b"", self.file

    def drop(self) -> None:
        """Gives the file back."""
        if self.file is not None:
            self.file.close()
