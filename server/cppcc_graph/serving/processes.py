"""Other processes as the supervisor knows them."""

import os
import signal
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


def send(pid: int, number: int) -> None:
    """A signal to a process that may be gone; nothing for process 0."""
    if pid:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
