"""What an evaluator may use, and how the system is told so."""

import os
import resource
import signal
from dataclasses import dataclass
from pathlib import Path

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """
    The limits of one query.

    Attributes:
        deadline_s: The longest that it may take, in seconds.
        memory_mib: The most memory that it may ask for beyond what the data take, in MiB.
        answer_bytes: The longest answer.
    """

    deadline_s: float = 30.0
    memory_mib: int = 1024
    answer_bytes: int = 1024 * MIB


def confine(limits: Limits, *, is_sealed: bool) -> None:
    """
    From here on this process gets no more memory than the limits say, and writes no file.

    Args:
        limits: Of each query.
        is_sealed: Whether it may also open no file and no connection but the one that brings the queries.

    Spec: POSIX setrlimit; RLIMIT_AS bounds the address space, RLIMIT_NOFILE the descriptors.
    """
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    limit_memory(limits)
    if is_sealed:
        # One more than those in use: the connection takes it, and while a query runs nothing can be opened.
        _soften(resource.RLIMIT_NOFILE, _first_free_descriptor() + 1)


def unlimit_memory() -> None:
    """Takes the limit of :func:`limit_memory` back."""
    _soften(resource.RLIMIT_AS, resource.getrlimit(resource.RLIMIT_AS)[1])


def limit_memory(limits: Limits) -> None:
    """Bounds the address space alone."""
    address_space = _address_space_bytes()
    if address_space:
        _soften(resource.RLIMIT_AS, address_space + limits.memory_mib * MIB)


class Growth:
    """
    How much larger this process has become, read through a descriptor that was opened in time.

    Pages that were shared and have been copied do not count: reading the data copies them once, which makes the next
    reading faster. Spec: Linux, ``/proc/self/statm``; where there is none, nothing is known and nothing grows.
    """

    def __init__(self) -> None:
        path = Path("/proc/self/statm")
        self._descriptor = os.open(path, os.O_RDONLY) if path.exists() else -1
        self._first_pages = self._pages()

    def mib(self) -> int:
        """MiB resident beyond what was resident at first."""
        return (self._pages() - self._first_pages) * resource.getpagesize() // MIB

    def _pages(self) -> int:
        return int(os.pread(self._descriptor, 256, 0).split()[1]) if self._descriptor >= 0 else 0


def _soften(kind: int, value: int) -> None:
    _soft, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _address_space_bytes() -> int:
    """0 where the system does not tell."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[0]) * resource.getpagesize() if statm.exists() else 0


def _first_free_descriptor() -> int:
    descriptor = os.open(os.devnull, os.O_RDONLY)
    os.close(descriptor)
    return descriptor
