"""
The nursery: one single-threaded process that holds the data, forks evaluators, and replaces those that end.

A fork costs milliseconds and shares the memory, so an evaluator may be killed at any moment. A write is applied in a
child of the nursery: if it fails, the child ends and nothing has changed; if it succeeds, the child is the next nursery
with evaluators of its own, and the old one goes, so that whoever is still reading reads the old state to the end.
"""

import gc
import logging
import os
import select
import signal
import socket
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import NoReturn

from cppcc_graph.errors import CppccError, StoreUnavailable
from cppcc_graph.queries import read_all
from cppcc_graph.store.workers import wire
from cppcc_graph.store.workers.evaluator import CANNOT_OPEN, OpenStore, evaluate
from cppcc_graph.store.workers.limits import Limits
from cppcc_graph.store.workers.under_way import UnderWay, Write

CONTROL = "control.sock"
_PAUSE_S = 0.5
_FIRST = 3
_UNHURRIED_MS = 50.0
_log = logging.getLogger("cppcc_graph.store.workers")
_COMMITS, _DONE, _FAILED = b"!", b"+", b"-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    What a nursery is told.

    Attributes:
        folder: Private folder of the sockets.
        n_evaluators: How many there are at any time.
        limits: Of each query and each write.
        open_store: Gives the store in each evaluator.
        is_sealed: Whether an evaluator needs no file and no connection once its store is open.
        write: Carries out a write on the store in memory; None when nothing is written here.
        prepare: Called once there are evaluators, for what makes the first write faster.
        let_go: Called in each evaluator, which never writes: gives back what only who writes may hold.
        generation: Of the first evaluators.
    """

    folder: Path
    n_evaluators: int
    limits: Limits
    open_store: OpenStore
    is_sealed: bool
    write: Write | None = None
    prepare: Callable[[], None] = lambda: None
    let_go: Callable[[], None] = lambda: None
    generation: int = 0


@dataclass(frozen=True, slots=True)
class _Writer:
    """A child that carries out a write, the pipe on which it says that it takes over, and whether it was about to."""

    pid: int
    verdict: int
    is_committing: bool = False


def seats(folder: Path, generation: int) -> Path:
    """Where the evaluators of a generation accept connections."""
    return folder / f"evaluators-{generation}.sock"


def latest_generation(folder: Path) -> int:
    """The generation whose evaluators accept connections now; 0 before there is any."""
    prefix, suffix = seats(folder, 0).name.split("0")
    numbers = (path.name.removeprefix(prefix).removesuffix(suffix) for path in folder.glob(f"{prefix}*{suffix}"))
    return max(map(int, numbers), default=0)


def listening(path: Path) -> socket.socket:
    """A Unix socket at *path*, for this user only."""
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    listener.listen(1024)
    return listener


def nurse(plan: Plan, evaluators: socket.socket, control: socket.socket, descriptors: tuple[int, int]) -> NoReturn:
    """
    Keeps evaluators alive until the *lifeline* is cut.

    Args:
        plan: What to keep.
        evaluators: Listens for the dispatcher's connections to the first generation.
        control: Listens for writes.
        descriptors: One that becomes readable when the server ends, and one that is only kept open, so that its
            other end tells when there is no nursery any more.
    """
    _Nursery(plan, evaluators, control, descriptors).run()


class _Nursery:
    def __init__(
        self, plan: Plan, evaluators: socket.socket, control: socket.socket, descriptors: tuple[int, int]
    ) -> None:
        self._plan = plan
        self._evaluators = evaluators
        self._control = control
        self._lifeline, self._alive = descriptors
        self._generation = plan.generation
        self._writer: _Writer | None = None
        self._evaluators_alive: set[int] = set()
        self._leash, self._leash_end = os.pipe()
        self._woken, self._wake = os.pipe()

    def run(self) -> NoReturn:
        read_all()
        gc.collect()
        gc.freeze()  # the collector would touch, and so copy, the pages that evaluators share
        os.set_blocking(self._wake, False)
        os.set_blocking(self._woken, False)
        signal.set_wakeup_fd(self._wake)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        self._control.setblocking(False)
        self._fill(self._plan.n_evaluators)
        self._plan.prepare()
        gc.freeze()
        while True:
            self._fill(min(_FIRST, self._plan.n_evaluators))
            self._wait()

    def _fill(self, enough: int) -> None:
        """Forks evaluators until there are *enough*."""
        while len(self._evaluators_alive) < enough:
            pid = os.fork()
            if pid == 0:
                self._become_evaluator()
            self._evaluators_alive.add(pid)

    def _become_evaluator(self) -> NoReturn:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for descriptor in (self._leash_end, self._woken, self._wake, self._lifeline, self._alive):
            os.close(descriptor)
        self._control.close()
        plan = self._plan
        plan.let_go()
        evaluate(self._evaluators, self._leash, plan.open_store, plan.limits, is_sealed=plan.is_sealed)

    def _wait(self) -> None:
        """Until a child has ended, a write arrives or is done, or the server ends."""
        writing = self._control.fileno() if self._writer is None else self._writer.verdict
        poll = select.poll()
        for readable in (self._lifeline, self._woken, writing):
            poll.register(readable, select.POLLIN | select.POLLHUP)
        ready = dict(poll.poll(self._pause_ms()))
        if not ready:
            self._fill(min(len(self._evaluators_alive) + 1, self._plan.n_evaluators))
        if self._lifeline in ready:
            os._exit(0)
        if self._woken in ready:
            with suppress(BlockingIOError):
                os.read(self._woken, 4096)
        self._reap()
        if writing not in ready:
            return
        if self._writer is not None:
            self._hear(self._writer)
        else:
            with suppress(BlockingIOError, ConnectionError):
                connection, _ = self._control.accept()
                with closing(connection):
                    self._begin_write(connection)

    def _pause_ms(self) -> float | None:
        """
        How long to wait before one more evaluator is forked; None for ever, because there are enough.

        At a million quads a fork takes 10 ms, and after the next write all of them would have been in vain. So the
        first few come at once and the others one by one, when nothing is written or a write takes its time.
        """
        if len(self._evaluators_alive) >= self._plan.n_evaluators:
            return None
        return 0.0 if self._writer is None else _UNHURRIED_MS

    def _reap(self) -> None:
        while self._evaluators_alive:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            is_ours = pid in self._evaluators_alive
            self._evaluators_alive.discard(pid)
            if is_ours and os.WIFEXITED(status) and os.WEXITSTATUS(status) == CANNOT_OPEN:
                time.sleep(_PAUSE_S)  # do not spin

    def _begin_write(self, connection: socket.socket) -> None:
        """One write, carried out in a child that becomes the nursery when all is well; one at a time."""
        connection.setblocking(True)
        verdict, tell = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(verdict)
            self._writer = None
            self._write(connection, tell)
            return
        os.close(tell)
        self._writer = _Writer(pid, verdict)

    def _hear(self, writer: _Writer) -> None:
        told = os.read(writer.verdict, 1)
        if told == _COMMITS:
            self._writer = replace(writer, is_committing=True)
            return
        if told == _DONE:
            os._exit(0)
        if not told and writer.is_committing:
            os._exit(1)  # it was killed when it may have committed; who comes next reads what it has left
        os.close(writer.verdict)
        self._writer = None
        with suppress(ChildProcessError):
            os.waitpid(writer.pid, 0)
        self._evaluators_alive.discard(writer.pid)

    def _write(self, connection: socket.socket, tell: int) -> None:
        """In the child: writes and takes over, or says what else came of it and ends."""
        arrived = wire.Frames(connection).next()
        if arrived is None or self._plan.write is None:
            os._exit(1)
        on_commit = partial(_tell, tell, _COMMITS)
        under_way = UnderWay(connection, self._plan.limits, lifeline=self._lifeline, on_commit=on_commit)
        try:
            written = self._plan.write(arrived[1], under_way)
        except CppccError as error:
            _fail(connection, tell, error)
        except Exception as error:  # the outermost line of this process, unless it may have committed
            if under_way.is_committing:
                raise
            _log.exception("a write failed")
            _fail(connection, tell, StoreUnavailable(f"a mistake in the gate: {type(error).__name__}"))
        value = wire.frame(wire.VALUE, written.value)
        if not written.is_committed:
            _say(connection, value)
            os._exit(0)
        under_way.end()
        self._take_over()
        _tell(tell, _DONE)
        os.close(tell)
        _say(connection, wire.frame(wire.HELLO, f"{self._generation} {written.number}".encode()) + value)

    def _take_over(self) -> None:
        """Makes this process the nursery of the next generation; its evaluators are forked in its next round."""
        for descriptor in (self._leash, self._leash_end, self._woken, self._wake):
            os.close(descriptor)
        self._evaluators.close()
        self._generation += 1
        self._evaluators = listening(seats(self._plan.folder, self._generation))
        seats(self._plan.folder, self._generation - 1).unlink(missing_ok=True)
        self._evaluators_alive = set()
        self._leash, self._leash_end = os.pipe()
        self._woken, self._wake = os.pipe()
        for descriptor in (self._woken, self._wake):
            os.set_blocking(descriptor, False)
        signal.set_wakeup_fd(self._wake)
        gc.freeze()


def _fail(connection: socket.socket, tell: int, error: CppccError) -> NoReturn:
    """Nothing was changed."""
    _tell(tell, _FAILED)
    _say(connection, wire.frame(wire.FAILURE, wire.pack_failure(error)))
    os._exit(0)


def _tell(descriptor: int, word: bytes) -> None:
    """To the nursery that forked this process, and may be gone."""
    with suppress(OSError):
        os.write(descriptor, word)


def _say(connection: socket.socket, frames: bytes) -> None:
    """To who asked, and may have left; what is done is done."""
    with suppress(OSError):
        connection.sendall(frames)
