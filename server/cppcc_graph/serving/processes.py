"""Other processes as the supervisor knows them."""

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass


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
    """The lives of one kind of process, one after the other, and whether they have become too short to go on."""

    short_s: float = 1.0
    most_short: int = 3
    _born_s: float = 0.0
    _n_short: int = 0

    def begin(self) -> None:
        """One is forked."""
        self._born_s = time.monotonic()

    def end(self) -> bool:
        """One has ended; whether it was one too many that ended as soon as it had begun."""
        is_short = time.monotonic() - self._born_s < self.short_s
        self._n_short = self._n_short + 1 if is_short else 0
        return self._n_short >= self.most_short


def send(pid: int, number: int) -> None:
    """A signal to a process that may be gone; nothing for process 0."""
    if pid:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
