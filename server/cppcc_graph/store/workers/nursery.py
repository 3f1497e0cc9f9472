"""
The nursery: one single-threaded process that holds the data, forks evaluators, and replaces those that end.

A fork costs milliseconds and shares the memory, so an evaluator may be killed at any moment. A write is applied in a
child of the nursery: if it fails, the child ends and nothing has changed; if it succeeds, the child is the next nursery
with evaluators of its own, and the old one goes, so that whoever is still reading reads the old state to the end.
"""

import gc
import os
import select
import signal
import socket
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from cppcc_graph.errors import CppccError
from cppcc_graph.queries import read_all
from cppcc_graph.store.base import Store
from cppcc_graph.store.workers import wire
from cppcc_graph.store.workers.evaluator import CANNOT_OPEN, OpenStore, called, evaluate
from cppcc_graph.store.workers.limits import Limits, limit_memory, unlimit_memory

CONTROL = "control.sock"
_PAUSE_S = 0.5


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
        store: The store in memory, for writes; None when nothing is written here.
    """

    folder: Path
    n_evaluators: int
    limits: Limits
    open_store: OpenStore
    is_sealed: bool
    store: Store | None = None


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
        self._generation = 0
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
        while True:
            self._fill()
            self._wait()

    def _fill(self) -> None:
        """Forks evaluators until there are enough."""
        while len(self._evaluators_alive) < self._plan.n_evaluators:
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
        evaluate(self._evaluators, self._leash, plan.open_store, plan.limits, is_sealed=plan.is_sealed)

    def _wait(self) -> None:
        """Until a child has ended, a write arrives or the server ends."""
        poll = select.poll()
        for readable in (self._lifeline, self._control.fileno(), self._woken):
            poll.register(readable, select.POLLIN | select.POLLHUP)
        ready = dict(poll.poll())
        if self._lifeline in ready:
            os._exit(0)
        if self._woken in ready:
            with suppress(BlockingIOError):
                os.read(self._woken, 4096)
        self._reap()
        if self._control.fileno() in ready:
            with suppress(BlockingIOError, ConnectionError):
                connection, _ = self._control.accept()
                with closing(connection):
                    self._write(connection)

    def _reap(self) -> None:
        while self._evaluators_alive:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            is_ours = pid in self._evaluators_alive
            self._evaluators_alive.discard(pid)
            if is_ours and os.WIFEXITED(status) and os.WEXITSTATUS(status) == CANNOT_OPEN:
                time.sleep(_PAUSE_S)  # do not spin

    def _write(self, connection: socket.socket) -> None:
        """One write, applied in a child that becomes the nursery when all is well."""
        connection.setblocking(True)
        arrived = wire.Frames(connection).next()
        if arrived is None:
            return
        verdict, tell = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(verdict)
            self._apply(connection, arrived[1], tell)
            return
        os.close(tell)
        is_succeeded = os.read(verdict, 1) == b"+"
        os.close(verdict)
        if is_succeeded:
            os._exit(0)
        os.waitpid(pid, 0)

    def _apply(self, connection: socket.socket, call: bytes, tell: int) -> None:
        """In the child: writes and takes over, or says why not and ends."""
        limits = self._plan.limits
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        limit_memory(limits)
        signal.setitimer(signal.ITIMER_REAL, limits.deadline_s)
        try:
            if self._plan.store is None:
                os._exit(1)
            result = called(self._plan.store, call)
        except CppccError as error:
            connection.sendall(wire.frame(wire.FAILURE, wire.pack_failure(error)))
            os._exit(0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        unlimit_memory()
        self._take_over()
        os.write(tell, b"+")
        os.close(tell)
        generation = str(self._generation).encode()
        connection.sendall(wire.frame(wire.HELLO, generation) + wire.frame(wire.VALUE, result))

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
