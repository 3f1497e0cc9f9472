"""
The only way out: requests to other SPARQL endpoints that the operator has named, and to nothing else.

An address is looked up once, checked, and connected to as checked, so that a second answer of the name server changes
nothing. Private and loopback addresses are for who is named by such an address. Redirects are not followed.
"""

import ipaddress
import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Timer
from time import monotonic
from urllib.parse import urlencode, urlsplit

from urllib3 import BaseHTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from cppcc_graph.errors import BadSetting, ServiceFailed, ServiceNotAllowed
from cppcc_graph.phrases import mark

MAX_DOCUMENT_BYTES = 8 * 1024 * 1024
_CONNECT_S = 5.0
_PIECE_BYTES = 65536
_JSON = "application/sparql-results+json"
_PORTS = {"http": 80, "https": 443}
_OK = 200

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """
    An entry of the list: one endpoint, or all of a server.

    Attributes:
        scheme: http or https.
        host: In lower case.
        port: As given or as usual for the scheme.
        path: The endpoint's path, or empty for any.
    """

    scheme: str
    host: str
    port: int
    path: str


def allowed_of(entry: str) -> Allowed:
    """
    The entry that an operator wrote: ``https://example.org/sparql``, or ``https://example.org`` for the whole server.

    Raises:
        BadSetting: it is neither.
    """
    try:
        return _parts_of(entry)
    except ValueError as error:
        reason = f"'{entry}' is no address of an endpoint; it looks like https://example.org/sparql"
        raise BadSetting("service", reason) from error


class Gate:
    """Asks the endpoints that are allowed; used from threads."""

    def __init__(self, allowed: Sequence[Allowed]) -> None:
        """Nothing is allowed by an empty list."""
        self._allowed = tuple(allowed)

    def check(self, endpoint: str) -> None:
        """
        Passes when *endpoint* may be asked as far as its name goes.

        Raises:
            ServiceNotAllowed: it may not; nothing was sent, not even to a name server.
        """
        try:
            parts = _parts_of(endpoint)
        except ValueError as error:
            raise ServiceNotAllowed(endpoint=endpoint, reason=mark("it is no http or https address")) from error
        for entry in self._allowed:
            is_same_server = (entry.scheme, entry.host, entry.port) == (parts.scheme, parts.host, parts.port)
            if is_same_server and entry.path in ("", parts.path):
                return
        raise ServiceNotAllowed(endpoint=endpoint, reason=mark("this server asks only the endpoints on its list"))

    def ask(self, endpoint: str, query: str, fetch: "Fetch") -> bytes:
        """
        The endpoint's SPARQL Results JSON document, whole in transfer and not yet parsed.

        Args:
            endpoint: Its IRI.
            query: What it is asked.
            fetch: Ends it, when its time is over or by another thread.

        Raises:
            ServiceNotAllowed: it may not be asked; nothing was sent.
            ServiceFailed: it did not answer as it should.

        Spec: SPARQL 1.1 Protocol, section 2.1.2 (query via POST with URL-encoded parameters).
        """
        self.check(endpoint)
        address = self._checked_address(endpoint)
        try:
            return fetch.document(endpoint, address, query)
        except (HTTPError, OSError, ValueError) as error:
            reason = mark("no whole answer came (%(fault)s)")
            raise ServiceFailed(endpoint=endpoint, reason=reason, values=(type(error).__name__,)) from error

    def _checked_address(self, endpoint: str) -> str:
        parts = _parts_of(endpoint)
        try:
            found = socket.getaddrinfo(parts.host, parts.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise ServiceFailed(endpoint=endpoint, reason=mark("its host is not known")) from error
        addresses = [str(entry[4][0]) for entry in found]
        for address in addresses:
            if not self._is_reachable(ipaddress.ip_address(address.partition("%")[0]), parts.host):
                reason = mark("its address is of a private network; name the address itself to allow it")
                raise ServiceNotAllowed(endpoint=endpoint, reason=reason)
        return addresses[0]

    def _is_reachable(self, address: Address, host: str) -> bool:
        plain = getattr(address, "ipv4_mapped", None) or address
        if plain.is_global and not plain.is_multicast:
            return True
        return plain in set(self._named_addresses()) or (host == "localhost" and plain.is_loopback)

    def _named_addresses(self) -> Iterator[Address]:
        for entry in self._allowed:
            try:
                yield ipaddress.ip_address(entry.host)
            except ValueError:
                continue


def _parts_of(iri: str) -> Allowed:
    """
    Raises:
        ValueError: no http or https IRI with a host, or one with a user, a query or a fragment.
    """
    parts = urlsplit(iri)
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if scheme not in _PORTS or not host or parts.username is not None or parts.fragment:
        raise ValueError(iri)
    if not iri.isprintable() or any(sign in iri for sign in ' \\<>"{}|^`'):
        raise ValueError(iri)
    path = parts.path if parts.path != "/" else ""
    query = f"?{parts.query}" if parts.query else ""
    return Allowed(scheme=scheme, host=host, port=parts.port or _PORTS[scheme], path=path + query)


class Fetch:
    """One request to an endpoint, which any thread may stop, however slowly its answer comes."""

    def __init__(self, *, ends_s: float) -> None:
        """
        Args:
            ends_s: When its time is over, on the monotonic clock.
        """
        self._ends_s = ends_s
        self._wire: socket.socket | None = None  # the connection lets go of it before the answer is read
        self._is_stopped = False

    def stop(self) -> None:
        """Whoever reads gets an end of file at once."""
        self._is_stopped = True
        if self._wire is not None:
            with suppress(OSError):
                self._wire.shutdown(socket.SHUT_RDWR)

    def document(self, endpoint: str, address: str, query: str) -> bytes:
        """
        The whole body of the answer.

        Raises:
            ServiceFailed: there is none, or it is none of SPARQL Results JSON.
            HTTPError, OSError: of the connection.
        """
        left_s = max(self._ends_s - monotonic(), 0.001)
        alarm = Timer(left_s, self.stop)
        alarm.daemon = True
        connection = _connection(endpoint, address, min(_CONNECT_S, left_s))
        alarm.start()
        try:
            connection.connect()
            self._wire = connection.sock
            self._wire.settimeout(None)  # from here on the alarm ends it
            document = self._read(endpoint, _response(connection, endpoint, query))
        except (HTTPError, OSError):
            self._check_time(endpoint)
            raise
        finally:
            alarm.cancel()
            connection.close()
        self._check_time(endpoint)
        return document

    def _check_time(self, endpoint: str) -> None:
        if self._is_stopped:
            raise ServiceFailed(endpoint=endpoint, reason=mark("its answer did not come in time"))

    def _read(self, endpoint: str, response: BaseHTTPResponse) -> bytes:
        document = bytearray()
        while piece := response.read1(_PIECE_BYTES):
            document += piece
            if len(document) > MAX_DOCUMENT_BYTES:
                reason = mark("its answer has more than %(limit)s bytes")
                raise ServiceFailed(endpoint=endpoint, reason=reason, values=(f"{MAX_DOCUMENT_BYTES:,}",))
        return bytes(document)


def _connection(endpoint: str, address: str, connect_s: float) -> HTTPConnection:
    parts = _parts_of(endpoint)
    if parts.scheme == "http":
        return HTTPConnection(address, parts.port, timeout=connect_s)
    return HTTPSConnection(
        address,
        parts.port,
        timeout=connect_s,
        cert_reqs="CERT_REQUIRED",
        server_hostname=parts.host,
        assert_hostname=parts.host,
    )


def _response(connection: HTTPConnection, endpoint: str, query: str) -> BaseHTTPResponse:
    parts = urlsplit(endpoint)
    connection.request(
        "POST",
        (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        body=urlencode({"query": query}),
        headers={
            "Host": parts.netloc,
            "Accept": _JSON,
            "Accept-Encoding": "identity",
            "Content-Type": "application/x-www-form-urlencoded",
            "User-Agent": "cppcc-graph",
        },
        preload_content=False,
        decode_content=False,
    )
    response = connection.getresponse()
    if response.status != _OK:
        reason = mark("it answered with status %(status)s")
        raise ServiceFailed(endpoint=endpoint, reason=reason, values=(str(response.status),))
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media_type not in (_JSON, "application/json"):
        raise ServiceFailed(endpoint=endpoint, reason=mark("it answered with something else than SPARQL Results JSON"))
    return response
