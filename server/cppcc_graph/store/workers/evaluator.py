"""
One evaluator: takes one query after the other from a connection and answers it, until it is killed.

The deadline is an alarm whose signal has its default action, so the kernel ends this process in the middle of the
engine, which looks at no signal itself. Memory is bounded by the address space. Nothing here outlives a bad query but
the nursery, which forks the next one.
"""

import contextlib
import errno
import gc
import logging
import os
import select
import signal
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from operator import methodcaller
from typing import NoReturn

from cppcc_graph.errors import AnswerTooLarge, CppccError, NoHistory, StoreUnavailable
from cppcc_graph.memory import give_back
from cppcc_graph.store.base import Answer, Store
from cppcc_graph.store.federation import service_calls
from cppcc_graph.store.workers import wire
from cppcc_graph.store.workers.limits import Growth, Limits, confine
from cppcc_graph.store.workers.values import ABOUT_HISTORY, CODECS, SERVICE_CALLS, WRITING
from cppcc_graph.store.written import count_rows

_LONG_S = 0.05
_HELD_S = 0.001
_ALARM_KEPT_S = 0.5
_QUIET_S = 0.05
_QUIET, _FOR_EVER = struct.pack("@ll", 0, int(_QUIET_S * 1e6)), struct.pack("@ll", 0, 0)  # struct timeval
_COLLECTED_AFTER = (20_000, 20, 50)
_NOW_AND_THEN = 100
_MOST_GROWN_MIB = 48
_log = logging.getLogger("cppcc_graph.store.workers")
_HELD_BYTES = 1024 * 1024
CANNOT_OPEN = 3
"""Exit status of an evaluator that cannot open its store."""

OpenStore = Callable[[], Store]


def evaluate(
    listener: socket.socket, leash: int, open_store: OpenStore, limits: Limits, *, is_sealed: bool
) -> NoReturn:
    """
    Serves one connection after the other; ends when the *leash* is cut.

    Args:
        listener: Where the dispatcher connects; shared with the other evaluators.
        leash: Descriptor that becomes readable when the nursery is gone.
        open_store: Gives the store.
        limits: Of each query.
        is_sealed: Whether the store needs neither files nor connections any more.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    try:
        store = open_store()
    except CppccError:
        os._exit(CANNOT_OPEN)
    listener.setblocking(False)
    growth = Growth()
    confine(limits, is_sealed=is_sealed)
    gc.set_threshold(*_COLLECTED_AFTER)
    waiting = select.poll()
    waiting.register(leash, select.POLLIN | select.POLLHUP)
    waiting.register(listener, select.POLLIN)
    while leash not in dict(waiting.poll()):
        with contextlib.suppress(BlockingIOError, ConnectionError):
            connection, _ = listener.accept()
            with connection:
                connection.setblocking(True)
                try:
                    _serve(connection, store, limits, growth)
                finally:
                    signal.setitimer(signal.ITIMER_REAL, 0)  # who waits for a connection has all the time
    os._exit(0)


def _serve(connection: socket.socket, store: Store, limits: Limits, growth: Growth) -> None:
    connection.sendall(wire.frame(wire.HELLO, f"{os.getpid()} {store.number}".encode()))
    outgoing, alarm = _Outgoing(connection), _Alarm(connection, limits.deadline_s)
    frames = wire.Frames(connection, on_quiet=alarm.stop)
    for number in count(1):
        arrived = frames.next()
        if arrived is None:
            return
        alarm.set()
        wear = _Wear(growth, number)
        kind, payload = arrived
        try:
            last = _reply(outgoing, store, kind, payload, limits)
        except CppccError as error:
            last = wire.frame(wire.FAILURE, wire.pack_failure(error))
        except Exception as error:  # noqa: BLE001  # the outermost line of this process
            _log.exception("an evaluator failed")
            unavailable = StoreUnavailable(f"a mistake in the evaluator: {type(error).__name__}")
            last = wire.frame(wire.FAILURE, wire.pack_failure(unavailable))
        outgoing.add(wear.told() + last)
        if wear.is_worn or not frames.has_next or outgoing.is_due():
            outgoing.send()
        if wear.is_worn:
            os._exit(0)  # told before, so that nothing is asked here any more


class _Alarm:
    """
    Ends this process when a query has run for longer than it may, within a second or so.

    The dispatcher is more exact; this is for when it is not there. Setting a timer takes a tenth of the time of a
    lookup, so one goes on for half a second, and is stopped when nothing has come for a while.

    Spec: POSIX setitimer; socket(7), SO_RCVTIMEO.
    """

    def __init__(self, connection: socket.socket, deadline_s: float) -> None:
        self._connection = connection
        self._deadline_s = deadline_s
        self._set_s: float | None = None

    def set(self) -> None:
        """A query begins."""
        now_s = time.monotonic()
        if self._set_s is None:
            self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _QUIET)
        if self._set_s is None or now_s - self._set_s > _ALARM_KEPT_S:
            signal.setitimer(signal.ITIMER_REAL, self._deadline_s + _ALARM_KEPT_S)
            self._set_s = now_s

    def stop(self) -> None:
        """Nothing is asked; what a long query has left behind goes back to the system."""
        if self._set_s is not None and time.monotonic() - self._set_s > _LONG_S + _QUIET_S:
            give_back()
        signal.setitimer(signal.ITIMER_REAL, 0)
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _FOR_EVER)
        self._set_s = None


class _Outgoing:
    """Replies to what came together, which leave together unless they take too long."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._held: list[bytes] = []
        self._since_s = 0.0

    def add(self, frames: bytes) -> None:
        """Takes the next frames."""
        if not self._held:
            self._since_s = time.monotonic()
        self._held.append(frames)

    def is_due(self) -> bool:
        """Whether some have waited for long."""
        return time.monotonic() - self._since_s > _HELD_S

    def send(self) -> None:
        """All that was taken leaves."""
        self._connection.sendall(b"".join(self._held))
        self._held.clear()


class _Wear:
    """Whether a query has left so much memory behind that a new evaluator is better than this one."""

    def __init__(self, growth: Growth, number: int) -> None:
        self._growth = growth
        self._number = number
        self._began_s = time.monotonic()
        self.is_worn = False

    def told(self) -> bytes:
        """What goes before the last frame of a reply; looked at after long queries, and now and then."""
        if time.monotonic() - self._began_s > _LONG_S or self._number % _NOW_AND_THEN == 0:
            self.is_worn = self._growth.mib() > _MOST_GROWN_MIB and self._still_grown()
        return wire.frame(wire.WORN, b"") if self.is_worn else b""

    def _still_grown(self) -> bool:
        """Looked at again without what is free, which is kept for a while."""
        give_back()
        return self._growth.mib() > _MOST_GROWN_MIB


def _reply(leaving: _Outgoing, store: Store, kind: int, payload: bytes, limits: Limits) -> bytes:
    """The last frames of a reply; those before them were sent."""
    if kind != wire.ASK:
        return wire.frame(wire.VALUE, called(store, payload, WRITING))
    document = Document(leaving, limits.answer_bytes)
    request = wire.unpack_ask(payload)
    try:
        answer = (_history_of(store) if request.is_about_history else store).answer(request, document)
    except (CppccError, OSError) as error:
        raise (AnswerTooLarge(limit_bytes=limits.answer_bytes) if document.is_too_large else error) from error
    return document.end(answer)


def called(store: Store, payload: bytes, refused: frozenset[str] = frozenset()) -> bytes:
    """
    What a call gives, written.

    Raises:
        StoreUnavailable: the method is none, or among the *refused*.
    """
    name, arguments, named = wire.unpack_call(payload)
    if name.startswith(ABOUT_HISTORY):
        name, store = name.removeprefix(ABOUT_HISTORY), _history_of(store)
    if name not in CODECS or name in refused:
        raise StoreUnavailable(f"an evaluator does not take the call “{name}”")
    if name == SERVICE_CALLS:
        return CODECS[name].write(methodcaller("__call__", *arguments)(service_calls))
    return CODECS[name].write(methodcaller(name, *arguments, **named)(store))


def _history_of(store: Store) -> Store:
    if store.history is None:
        raise NoHistory
    return store.history


class Document:
    """A file that sends what is written to it: a short document in one piece at the end, a long one as it comes."""

    def __init__(self, leaving: _Outgoing, limit_bytes: int) -> None:
        self._leaving = leaving
        self._limit_bytes = limit_bytes
        self._pieces: list[bytes] = []
        self._n_held = 0
        self._n_sent = 0

    @property
    def is_too_large(self) -> bool:
        """Whether more was written than may be sent."""
        return self._n_sent + self._n_held > self._limit_bytes

    def write(self, piece: bytes) -> int:
        """
        Takes the next piece.

        Raises:
            OSError: the document is too large, or nobody reads it any more.
        """
        self._pieces.append(bytes(piece))
        self._n_held += len(piece)
        if self.is_too_large:
            raise OSError(errno.EFBIG, "the answer is too large")
        if self._n_held > _HELD_BYTES:
            self._send()
        return len(piece)

    def flush(self) -> None:
        """Nothing: pieces leave when there are enough of them."""

    def end(self, answer: Answer) -> bytes:
        """The last frames: the rest, and what is known of the answer; a short document's rows are counted now."""
        body = b"".join(self._pieces)
        if not self._n_sent and answer.n_rows is None:
            answer = replace(answer, n_rows=count_rows(body, answer.format))
        if not (self._n_sent or answer.hints):
            return wire.frame(wire.ANSWER, wire.pack_answer(answer, body))
        return wire.frame(wire.BODY, body) + wire.frame(wire.END, wire.pack_end(answer))

    def _send(self) -> None:
        self._leaving.add(wire.frame(wire.BODY, b"".join(self._pieces)))
        self._leaving.send()
        self._n_sent += self._n_held
        self._n_held = 0
        self._pieces.clear()
