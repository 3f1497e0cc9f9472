"""
The engine's files opened in a child process: the engine starts threads with them, and only a process without may fork.

Spec: fork(2): the child of a process with threads has one of them, and whatever locks the others held.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NoReturn, TypeAlias

from cppcc_graph.errors import CppccError, StoreUnavailable
from cppcc_graph.store.workers import wire

Work: TypeAlias = Callable[[BinaryIO], None]
_THREADS = Path("/proc/self/task")


def may_fork() -> bool:
    """Whether this process has but one thread, as far as the system tells."""
    return not _THREADS.is_dir() or len(list(_THREADS.iterdir())) == 1


@contextmanager
def in_child(work: Work) -> Iterator[BinaryIO]:
    """
    What *work* writes in a child process, to be read to its end.

    Raises:
        CppccError: *work* has raised it.
        StoreUnavailable: the child has ended before it was done.
    """
    reading, writing = os.pipe()
    hearing, telling = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _child(work, writing, telling)
    os.close(writing)
    os.close(telling)
    try:
        with os.fdopen(reading, "rb") as written:
            yield written
    except SyntaxError:  # because what was written is not whole
        _check(pid, hearing)
        raise
    except BaseException:
        os.close(hearing)
        os.waitpid(pid, 0)
        raise
    _check(pid, hearing)


def _check(pid: int, hearing: int) -> None:
    with os.fdopen(hearing, "rb") as told_to_us:
        told = told_to_us.read()
    _, status = os.waitpid(pid, 0)
    if told:
        raise wire.unpack_failure(told)
    if status != 0:
        raise StoreUnavailable("the process that opened the store has ended before it was done")


def _child(work: Work, writing: int, telling: int) -> NoReturn:
    status = 1
    try:
        with os.fdopen(writing, "wb") as into:
            work(into)
        status = 0
    except CppccError as error:
        os.write(telling, wire.pack_failure(error))
    except OSError as error:
        os.write(telling, wire.pack_failure(StoreUnavailable(f"the store cannot be used: {error.strerror}")))
    finally:
        os._exit(status)
