"""How often an address has sent a token that was not accepted, in bounded memory."""

from collections import OrderedDict, deque
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from math import ceil
from threading import Lock
from time import monotonic

MOST_FAILURES = 10
WITHIN_S = 60.0
_MOST_CLIENTS = 4096
_NETWORK_BITS = 64


class Attempts:
    """
    Counts failures of each client; used by several threads.

    Only who fails is slowed down. A valid token is accepted at any time, from any address: nobody guesses 256 random
    bits, so the limit need not hold off guessing, and otherwise a stranger behind the same proxy or router could shut
    the holders of tokens out. Names are never locked, for the same reason. What the limit does is to tell a program
    that sends an old token in a loop to stop, and an operator that somebody tries.
    """

    def __init__(self, *, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def failed(self, client: str) -> int:
        """
        Counts one failure of *client*, an address.

        Returns:
            0; or, when it has `MOST_FAILURES` of the last `WITHIN_S` behind it, the seconds until the first of them
            is forgotten, and this one is not counted.
        """
        network, now = _network(client), self._now()
        with self._lock:
            failures = self._failures.setdefault(network, deque(maxlen=MOST_FAILURES))
            self._failures.move_to_end(network)
            if len(self._failures) > _MOST_CLIENTS:
                self._failures.popitem(last=False)
            while failures and failures[0] <= now - WITHIN_S:
                failures.popleft()
            if len(failures) < MOST_FAILURES:
                failures.append(now)
                return 0
            return max(1, ceil(failures[0] + WITHIN_S - now))


def _network(client: str) -> str:
    """Whoever has one IPv6 address has the 2**64 beside it. Spec: RFC 4291, section 2.5.4."""
    try:
        address = ip_address(client.partition("%")[0])
    except ValueError:
        return client
    if not isinstance(address, IPv6Address):
        return client
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return address.packed[: _NETWORK_BITS // 8].hex()
