"""The socket on which the server listens."""

import errno
import socket
from dataclasses import dataclass

from cppcc_graph.errors import BadSetting

_BACKLOG = 1024


@dataclass(frozen=True, slots=True)
class Listener:
    """A bound socket and the URL under which it is reached."""

    socket: socket.socket
    url: str


def listen(host: str, port: int) -> Listener:
    """
    A socket bound to *host* and *port* (0: a free one), listening.

    Raises:
        BadSetting: the host is unknown or not of this machine, or the port is taken or forbidden.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, UnicodeError) as error:
        raise BadSetting("host", f"'{host}' is not a known host name or address") from error
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(_BACKLOG)
    except OSError as error:
        bound.close()
        raise _cannot_listen(error, host, port) from error
    shown = f"[{host}]" if ":" in host else host
    return Listener(bound, f"http://{shown}:{bound.getsockname()[1]}/")


def _cannot_listen(error: OSError, host: str, port: int) -> BadSetting:
    if error.errno == errno.EADDRINUSE:
        return BadSetting("port", f"{port} is in use by another program; stop that one, or choose another with --port")
    if error.errno == errno.EACCES:
        return BadSetting("port", f"{port} may not be used by this user; choose one above 1023 with --port")
    return BadSetting("host", f"this machine cannot listen on {host}: {error.strerror}")
