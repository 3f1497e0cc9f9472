"""
A process that ends with another one: the kernel ends it when the other end of a pipe is closed.

The one that must live on holds the end that is written; nothing is ever written. Whoever works inside the engine looks
at nothing for minutes, so it is a signal that tells it, and its default action that ends it.

Spec: fcntl(2), F_SETOWN and O_ASYNC; signal(7), SIGIO.
"""

import fcntl
import os
import select
import signal

_NOBODY = 0
_ORPHANED = 1


def end_with(reading: int) -> None:
    """
    Ends this process as soon as nobody holds the other end of the pipe, and now if nobody does.

    Of all that share the descriptor *reading*, it is the last one that has asked.
    """
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(reading, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(reading, fcntl.F_SETFL, fcntl.fcntl(reading, fcntl.F_GETFL) | os.O_ASYNC)
    poll = select.poll()
    poll.register(reading, select.POLLIN)
    if poll.poll(0):  # it was closed before the kernel was asked
        os._exit(_ORPHANED)


def end_alone(reading: int) -> None:
    """Lets this process live on when the pipe is closed."""
    fcntl.fcntl(reading, fcntl.F_SETOWN, _NOBODY)
