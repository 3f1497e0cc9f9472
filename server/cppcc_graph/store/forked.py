"""Work done in a process of its own, for whoever has no threads: what it leaves in memory goes with the process."""

import gc
import os
import resource
import signal
from collections.abc import Callable
from functools import partial
from typing import NoReturn

from cppcc_graph.errors import CppccError, JudgementInterrupted
from cppcc_graph.store.leash import end_with
from cppcc_graph.store.workers import wire

_PIECE_BYTES = 65_536
_FIRST, _MANY = 3, 1_048_576
_DONE, _FAILED = b"+", b"-"
_RETRY_AFTER_S = 5
_LATER_S = 1.0


def forked(work: Callable[[], bytes]) -> bytes:
    """
    What *work* gives; its process ends with this one, however that ends, and a second after its timer at the latest. It
    holds no descriptor of this one: when this one is killed, its locks are free and whoever waits for it knows at once.

    Raises:
        JudgementInterrupted: its process ended.
        CppccError: what it raised.
    """
    reading, writing = os.pipe()
    leash, leash_end = os.pipe()
    left_s, _every_s = signal.getitimer(signal.ITIMER_REAL)
    pid = os.fork()
    if pid == 0:
        _hold_nothing_but(writing, leash)
        end_with(leash)
        signal.setitimer(signal.ITIMER_REAL, left_s + _LATER_S if left_s else 0)
        _work(work, writing)
    os.close(writing)
    os.close(leash)
    try:
        told = b"".join(iter(partial(os.read, reading, _PIECE_BYTES), b""))
    finally:
        os.close(reading)
        os.close(leash_end)
        _pid, status = os.waitpid(pid, 0)
    if status:
        raise JudgementInterrupted(retry_after_s=_RETRY_AFTER_S)
    if not told.startswith(_DONE):
        raise wire.unpack_failure(told.removeprefix(_FAILED))
    return told.removeprefix(_DONE)


def _hold_nothing_but(*descriptors: int) -> None:
    """Beside what is written to the terminal or the log."""
    most, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    first = _FIRST
    for kept in sorted(descriptors):
        os.closerange(first, kept)
        first = kept + 1
    os.closerange(first, most if most != resource.RLIM_INFINITY else _MANY)


def _work(work: Callable[[], bytes], writing: int) -> NoReturn:
    status = 1
    try:
        gc.disable()
        try:
            told = _DONE + work()
        except CppccError as error:
            told = _FAILED + wire.pack_failure(error)
        left = memoryview(told)
        while left:
            left = left[os.write(writing, left) :]
        status = 0
    finally:
        os._exit(status)
