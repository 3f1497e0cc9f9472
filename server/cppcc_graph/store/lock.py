"""
Who may write to a store's folder, and who reads or writes the engine's files in it.

Two locks. The file ``lock`` is held by who may append to the journal, for as long as one of its processes lives: a
forked process holds it too. ``lock.files`` is held for as long as the engine's files are open, and shared by those who
read them. The kernel gives both back when the last process that holds them ends, however it ends.

Spec: flock(2).
"""

import errno
import fcntl
import os
from pathlib import Path
from shlex import quote
from time import monotonic, sleep

from cppcc_graph.errors import StoreUnavailable
from cppcc_graph.store.folder import prepare

_WRITING, _FILES = "lock", "lock.files"
LOCKS = (_WRITING, _FILES)
"""The files that are locked."""
_PATIENCE_S = 5.0
_FILES_PATIENCE_S = 30.0
_PAUSE_S = 0.02
_UNWRITABLE = (errno.EROFS, errno.EACCES, errno.EPERM)


class Lock:
    """A lock that this process holds until :meth:`release`, together with those that it forks meanwhile."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor

    def release(self) -> None:
        """The lock is given back by this process; others that were forked meanwhile keep it."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> "Lock":
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def lock_for_writing(folder: Path, *, patience_s: float = _PATIENCE_S) -> Lock:
    """
    The right to write to *folder*, which is made when it does not exist.

    Args:
        folder: Of the store.
        patience_s: How long to wait for another writer, which may be about to end.

    Raises:
        StoreUnavailable: another process writes to it, or the folder cannot be written or holds something else.
    """
    prepare(folder)
    try:
        descriptor = os.open(folder / _WRITING, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreUnavailable(f"the store {folder} cannot be written: {error.strerror}") from error
    is_taken = _taken(descriptor, fcntl.LOCK_EX, patience_s)
    if is_taken and _is_there(folder / _WRITING, descriptor):
        return Lock(descriptor)
    os.close(descriptor)
    if is_taken:  # who held it has taken the folder away
        return lock_for_writing(folder, patience_s=patience_s)
    raise StoreUnavailable(
        f"the store {folder} is in use by a server that writes; send changes to it with: cppcc publish --server …, "
        "or stop it"
    )


def lock_files(folder: Path, *, is_writing: bool, patience_s: float = _FILES_PATIENCE_S) -> Lock:
    """
    The right to open the engine's files in *folder*, alone or to read them beside others.

    Where the folder cannot be written and nobody has ever locked it there is nobody to wait for.

    Raises:
        StoreUnavailable: others have had them open for all of *patience_s*, or the folder cannot be used.
    """
    try:
        descriptor = _readable(folder / _FILES)
    except OSError as error:
        if not is_writing and error.errno in _UNWRITABLE:
            return Lock(None)
        raise StoreUnavailable(f"the store {folder} cannot be used: {error.strerror}") from error
    if _taken(descriptor, fcntl.LOCK_EX if is_writing else fcntl.LOCK_SH, patience_s):
        return Lock(descriptor)
    os.close(descriptor)
    raise StoreUnavailable(
        f"the store {folder} is in use by another process; try again when it has ended, or copy the folder and use the "
        f"copy: cp -r {quote(str(folder))} …"
    )


def _is_there(path: Path, descriptor: int) -> bool:
    return path.exists() and os.path.samestat(path.stat(), os.fstat(descriptor))


def _readable(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)


def _taken(descriptor: int, kind: int, patience_s: float) -> bool:
    end = monotonic() + patience_s
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if monotonic() >= end:
                return False
            sleep(_PAUSE_S)
        else:
            return True
