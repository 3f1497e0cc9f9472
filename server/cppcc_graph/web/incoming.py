"""A request as the protocol sees it, from whichever server interface it came."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol


class Headers(Protocol):
    """Header fields by name, whatever their case."""

    def get(self, name: str, default: str, /) -> str:
        """The value of one, repeated lines joined by commas."""


class ProtocolRequest(Protocol):
    """What `sparql_request.read_query` reads; Flask's request is one."""

    @property
    def method(self) -> str:
        """In capitals."""

    @property
    def query_string(self) -> bytes:
        """After the ``?``, undecoded."""

    @property
    def headers(self) -> Headers:
        """The header fields."""

    @property
    def base_url(self) -> str:
        """The address without the query string."""

    @property
    def remote_addr(self) -> str | None:
        """Who asks."""

    def get_data(self, *, cache: bool) -> bytes:
        """The body."""


@dataclass(frozen=True, slots=True)
class HeaderFields:
    """The header fields of an ASGI scope; names are lower case there."""

    fields: Mapping[str, str]

    def get(self, name: str, default: str = "", /) -> str:
        """The value of one, repeated lines joined by commas."""
        return self.fields.get(name.lower(), default)


def header_fields(lines: Iterable[tuple[bytes, bytes]]) -> HeaderFields:
    """Repeated lines are joined. Spec: RFC 9110, section 5.3 (field order)."""
    fields: dict[str, str] = {}
    for name, value in lines:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        fields[key] = f"{fields[key]}, {text}" if key in fields else text
    return HeaderFields(fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A request of an ASGI server, its body read."""

    method: str
    query_string: bytes
    headers: HeaderFields
    base_url: str
    remote_addr: str
    body: bytes = b""

    def get_data(self, *, cache: bool) -> bytes:  # noqa: ARG002  # Flask's name and argument
        """The body."""
        return self.body
