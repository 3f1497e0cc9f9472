"""
Who hands out memory to a server's processes, and how it gets back to the system.

The engine frees and takes small pieces all the time. In a million quads a point lookup takes a third of the time with
jemalloc that it takes with the GNU C library's allocator, and a long scan four fifths; so a server starts over with it
where the system has it (Debian: libjemalloc2).
"""

import ctypes
import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path

PRELOAD, _CONFIGURATION = "LD_PRELOAD", "MALLOC_CONF"
_LIBRARY = "libjemalloc.so.2"
_SETTINGS = "narenas:2,dirty_decay_ms:5000,muzzy_decay_ms:0"
_PROGRAMS = ("cppcc", "__main__.py")
_PROBE = "/bin/true"
_PROBE_S = 5
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_LARGE_BYTES = 256 * 1024
_SPARE_BYTES = 1024 * 1024
_ARENAS = 2
_ALL_ARENAS = 4096


def start_over_with_jemalloc(arguments: Sequence[str]) -> None:
    """
    Replaces this process by the same command under jemalloc; returns where that is not possible, or was done before.

    Whoever sets LD_PRELOAD, be it to nothing, has chosen otherwise.

    Args:
        arguments: Of the command. A process that was started with others is left alone: it is not ours.

    Spec: ld.so(8), LD_PRELOAD; jemalloc(3), MALLOC_CONF.
    """
    if PRELOAD in os.environ:
        if os.environ[PRELOAD].endswith(_LIBRARY):
            del os.environ[PRELOAD]  # it has been loaded, and other programs need it not
        return
    is_loaded = hasattr(ctypes.CDLL(None), "mallctl")
    is_ours = Path(sys.argv[0]).name in _PROGRAMS and sys.orig_argv[-len(arguments) :] == list(arguments)
    library = None if is_loaded or not is_ours else _found()
    if library is None:
        return
    environment = {_CONFIGURATION: _SETTINGS, **os.environ, PRELOAD: str(library)}
    if _works(environment):
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environment)


def _found() -> Path | None:
    folders = ("/usr/local/lib", f"/usr/lib/{sysconfig.get_config_var('MULTIARCH')}", "/usr/lib64", "/usr/lib")
    return next((path for folder in folders if (path := Path(folder, _LIBRARY)).is_file()), None)


def _works(environment: Mapping[str, str]) -> bool:
    """Whether a program runs with it: one that was built for other sizes of pages ends, others are not loaded."""
    try:
        tried = subprocess.run([_PROBE], env=environment, capture_output=True, timeout=_PROBE_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0 and not tried.stderr


def return_memory() -> None:
    """
    From here on a large piece goes back to the system when it is freed.

    By itself the GNU C library keeps what was freed after a large body or answer, for each thread apart; a process
    that has seen some stays larger by hundreds of MiB. Nothing happens where the library has no such switch, nor under
    jemalloc, which gives back what was free for some seconds.

    Spec: mallopt(3).
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for name, value in (
            (_M_MMAP_THRESHOLD, _LARGE_BYTES),
            (_M_TRIM_THRESHOLD, _SPARE_BYTES),
            (_M_ARENA_MAX, _ARENAS),
        ):
            mallopt(name, value)


def give_back() -> None:
    """
    What is free goes back to the system now; takes milliseconds.

    Spec: jemalloc(3), arena.<i>.purge; malloc_trim(3).
    """
    library = ctypes.CDLL(None)
    purge, trim = getattr(library, "mallctl", None), getattr(library, "malloc_trim", None)
    if purge is not None:
        purge(f"arena.{_ALL_ARENAS}.purge".encode(), None, None, None, ctypes.c_size_t(0))
    elif trim is not None:
        trim(0)
