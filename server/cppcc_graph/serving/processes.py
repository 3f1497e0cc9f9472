"""Other processes as the supervisor knows them."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from cppcc_graph.serving.front_process import FrontPlan

Speak: TypeAlias = "Callable[[FrontPlan], None] | None"
"""What a front does; it serves HTTP when it is None."""

_MOST_SHORT, _MOST_AT_FIRST = 8, 3


@dataclass(slots=True)
class NurseryAt:
    """A nursery as the supervisor knows it: its process group, a pipe that keeps it alive, one that tells its end."""

    pid: int = 0
    lifeline: int = -1
    alive: int = -1
    is_gone: bool = False

    def let_go(self) -> None:
        """The nursery ends; its evaluators end when they have answered."""
        self.close_all()

    def close_all(self) -> None:
        """Closes both pipes on this side."""
        for descriptor in (self.lifeline, self.alive):
            if descriptor >= 0:
                with suppress(OSError):
                    os.close(descriptor)
        self.lifeline = self.alive = -1

    def kill(self) -> None:
        """Ends the nursery and all that came from it, at once."""
        if self.pid:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)


@dataclass(slots=True)
class Lives:
    """
    The lives of one kind of process, one after the other, and what to do when one was short.

    One that ends as soon as it has begun, from the first time on, will never live. One that has lived before is ended
    by others, such as a system without memory: it gets time, twice as much each time, a minute in all.

    Attributes:
        short_s: A life that lasts as long is none that ended as soon as it began.
        pause_s: After the first short life that follows a long one.
    """

    short_s: float = 1.0
    pause_s: float = 0.5
    has_lived: bool = False
    _born_s: float = 0.0
    _n_short: int = 0

    def begin(self) -> None:
        """One is forked."""
        self._born_s = time.monotonic()

    def end(self) -> float | None:
        """One has ended: the seconds until the next one may begin, or None when there shall be none any more."""
        if time.monotonic() - self._born_s >= self.short_s:
            self.has_lived, self._n_short = True, 0
            return 0.0
        self._n_short += 1
        if self._n_short >= (_MOST_SHORT if self.has_lived else _MOST_AT_FIRST):
            return None
        return self.pause_s * 2 ** (self._n_short - 1) if self.has_lived else 0.0


def send(pid: int, number: int) -> None:
    """A signal to a process that may be gone; nothing for process 0."""
    if pid:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
