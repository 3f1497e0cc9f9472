"""What systemd is told of the state of the server, when it asks for it. Spec: sd_notify(3), its protocol."""

import os
import socket
import time
from contextlib import suppress

READY = "READY=1"
STOPPING = "STOPPING=1"


def notify(state: str) -> None:
    """Sends *state* to the socket that the environment names; nothing when it names none or nobody listens there."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaking, suppress(OSError):
        speaking.sendto(state.encode(), address.replace("@", "\0", 1) if address.startswith("@") else address)


def reloading() -> str:
    """The state of a server that reads its data again, with the time that systemd wants to see beside it."""
    return f"RELOADING=1\nMONOTONIC_USEC={time.monotonic_ns() // 1000}"
