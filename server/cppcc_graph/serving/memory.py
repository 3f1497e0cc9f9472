"""How the C library gives memory back, for a process that lives for months."""

import ctypes

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_LARGE_BYTES = 256 * 1024
_SPARE_BYTES = 1024 * 1024
_ARENAS = 2


def return_memory() -> None:
    """
    From here on a large piece goes back to the system when it is freed.

    By itself the GNU C library keeps what was freed after a large body or answer, for each thread apart; a process
    that has seen some stays larger by hundreds of MiB. Nothing happens where the library has no such switch.

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
