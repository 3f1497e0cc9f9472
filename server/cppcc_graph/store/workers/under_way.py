"""A write while it is carried out: what it may use until it commits, and how it says that it takes long."""

import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from socket import socket
from typing import TypeAlias

from cppcc_graph.store.leash import end_alone, end_with
from cppcc_graph.store.workers import wire
from cppcc_graph.store.workers.limits import Limits, limit_memory, unlimit_memory

LONGEST_S = 1_800.0
"""The longest that a write may take whose sender does not wait for it."""


@dataclass(frozen=True, slots=True)
class Written:
    """
    What came of a write.

    Attributes:
        value: What it gives, written as `values` does.
        is_committed: Whether the data have changed.
        number: As `Store.number`, afterwards.
    """

    value: bytes
    is_committed: bool
    number: int = 0


class UnderWay:
    """Bounds this process from now on, as a query is bounded and by the life of the server, until `commits`."""

    def __init__(self, connection: socket, limits: Limits, *, lifeline: int, on_commit: Callable[[], None]) -> None:
        """
        Args:
            connection: To who asked.
            limits: Of a query.
            lifeline: Descriptor that becomes readable when the server ends, however it ends.
            on_commit: Called before anything is kept; from then on it is unknown what a sudden end leaves behind.
        """
        self._connection = connection
        self._lifeline = lifeline
        self._on_commit = on_commit
        self.is_committing = False
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        limit_memory(limits)
        signal.setitimer(signal.ITIMER_REAL, limits.deadline_s)
        end_with(lifeline)

    def takes_long(self, n_focus_nodes: int) -> None:
        """Who asked is told to come back, and the deadline becomes `LONGEST_S`."""
        signal.setitimer(signal.ITIMER_REAL, LONGEST_S)
        with suppress(OSError):  # who asked may have left
            self._connection.sendall(wire.frame(wire.LATER, str(n_focus_nodes).encode()))

    def commits(self) -> None:
        """Nothing may interrupt it any more."""
        self.is_committing = True
        self._on_commit()
        self.end()

    def end(self) -> None:
        """The bounds are lifted."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        end_alone(self._lifeline)
        unlimit_memory()


Write: TypeAlias = Callable[[bytes, UnderWay], Written]
"""Carries out a call of `wire.pack_call`; raises `CppccError` when nothing was changed."""
