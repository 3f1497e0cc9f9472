"""The processes of a writable server by what they do, seen from outside, and the end of one of them."""

import os
import random
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.workers.server import Server

KINDS = ("supervisor", "front", "nursery", "writer", "judge", "evaluator")
_LONGEST_PAUSE_S = {"writer": 0.06, "judge": 0.02}


@dataclass(slots=True)
class Tree:
    """The processes of one server; those that are known already are not looked at again."""

    server: Server
    _ours: dict[tuple[int, str], bool] = field(default_factory=dict)

    def pids(self) -> list[int]:
        """All that live."""
        found = []
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                pid = int(folder.name)
                state, _parent, born = status_of(pid)
                if (pid, born) not in self._ours:  # numbers are given again, after some ten thousand
                    self._ours[pid, born] = self._is_ours(pid)
                if self._ours[pid, born] and state not in ("Z", ""):
                    found.append(pid)
        return found

    def of(self, kind: str) -> list[int]:
        """Those of one of `KINDS`."""
        supervisor = self.server.process.pid
        if kind == "supervisor":
            return [supervisor]
        pids, group = self.pids(), os.getpgid(supervisor)
        if kind == "front":
            return [pid for pid in pids if pid != supervisor and group_of(pid) == group]
        below = [pid for pid in pids if group_of(pid) not in (group, 0)]
        evaluators = [pid for pid in below if _writes_no_file(pid)]
        if kind == "evaluator":
            return evaluators
        generations = {pid: status_of(pid)[1] for pid in below if pid not in evaluators}
        depth = {pid: _depth(pid, generations) for pid in generations}
        wanted = ("nursery", "writer", "judge").index(kind)
        return [pid for pid, deep in depth.items() if deep == wanted]

    def _is_ours(self, pid: int) -> bool:
        with suppress(OSError):
            return f"TMPDIR={self.server.temporary}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        return False


def killed(tree: Tree, kind: str, chance: random.Random, patience_s: float = 20) -> bool:
    """Kills one process of *kind* at a random moment of its life; False when there was none in time."""
    until_s = time.monotonic() + patience_s
    while time.monotonic() < until_s:
        some = tree.of(kind)
        if some:
            time.sleep(chance.uniform(0, _LONGEST_PAUSE_S.get(kind, 0.02)))
            with suppress(ProcessLookupError):
                os.kill(chance.choice(some), signal.SIGKILL)
                return True
    return False


def status_of(pid: int) -> tuple[str, int, str]:
    """State, parent and birth of a process; empty and 0 when it is gone."""
    with suppress(OSError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return fields[0], int(fields[1]), fields[19]
    return "", 0, ""


def group_of(pid: int) -> int:
    """Its process group; 0 when it is gone."""
    with suppress(OSError):
        return os.getpgid(pid)
    return 0


def _depth(pid: int, parents: dict[int, int]) -> int:
    return 0 if parents[pid] not in parents else 1 + _depth(parents[pid], parents)


def _writes_no_file(pid: int) -> bool:
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/limits").read_text().splitlines()
        return any(line.startswith("Max file size") and line.split()[3] == "0" for line in lines)
    return True
