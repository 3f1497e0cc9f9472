"""
Who really asked, and under which address, when a proxy stands before the server.

Only what a trusted proxy says is believed, and of that only what it wrote itself: the last value. The client is the
rightmost address that is not a trusted proxy's. A value that cannot be read is passed over, never guessed at.
"""

import re
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TypeAlias, cast

Scope: TypeAlias = MutableMapping[str, object]
Lines: TypeAlias = list[tuple[bytes, bytes]]

_FORWARDED = "forwarded"
_FOR = "x-forwarded-for"
_PROTO = "x-forwarded-proto"
_HOST = "x-forwarded-host"
_PREFIX = "x-forwarded-prefix"
_NAMES = frozenset({_FORWARDED, _FOR, _PROTO, _HOST, _PREFIX})
_MOST_HOPS = 32
_HOST_FORM = re.compile(r"(?:[A-Za-z0-9.-]{1,255}|\[[A-Fa-f0-9]*:[A-Fa-f0-9.:]+\])(?::([1-9][0-9]{0,4}))?")
_PREFIX_FORM = re.compile(r"(?:/(?!\.{1,2}(?:/|\Z))[A-Za-z0-9._~-]+)+")
_PAIR = re.compile(r"""\s*([A-Za-z]+)=(?:"([^"\\]*)"|([^\s",;=]*))\s*(?:;|\Z)""")
_ELEMENT = re.compile(r"""(?:"[^"]*"|[^",])+""")
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What proxies say of a request; each is empty where they say nothing that can be used."""

    client: str = ""
    scheme: str = ""
    host: str = ""
    prefix: str = ""


class Proxies:
    """The proxies whose word counts."""

    def __init__(self, networks: Iterable[str]) -> None:
        """
        Args:
            networks: Addresses and networks in CIDR notation.

        Raises:
            ValueError: one is neither.
        """
        self._networks = [ip_network(text) for text in networks]
        self._trusts = lru_cache(maxsize=1024)(self._looked_up)

    def real(self, scope: Scope) -> Scope:
        """
        *scope* as it would be if the client had come without proxies; itself when the peer is not trusted.

        Spec: RFC 7239, section 4 (Forwarded HTTP Header Field); ASGI 3.0, HTTP connection scope.
        """
        if not self._networks:
            return scope
        peer = cast("tuple[str, int] | None", scope.get("client"))
        if not peer or not self._trusts(peer[0]):
            return scope
        lines = cast("Lines", scope["headers"])
        said = _said(lines)
        if not said or (_FORWARDED in said and len(said) > 1):  # two kinds: one of them came from the client
            return scope
        told = self._by_standard(said[_FORWARDED]) if _FORWARDED in said else self._by_custom(said)
        path, root = cast("str", scope["path"]), cast("str", scope.get("root_path", ""))
        prefix = root + told.prefix
        return {
            **scope,
            "client": (told.client, 0) if told.client else peer,
            "scheme": told.scheme or scope["scheme"],
            "root_path": prefix,
            "path": prefix + path.removeprefix(root),
            "headers": _with_host(lines, told.host) if told.host else lines,
        }

    def _looked_up(self, address: str) -> bool:
        known = _address(address)
        return known is not None and any(known in network for network in self._networks)

    def _by_custom(self, said: Mapping[str, str]) -> Told:
        nodes = [part.strip() for part in said.get(_FOR, "").rsplit(",", _MOST_HOPS)[-_MOST_HOPS:]]
        return Told(
            client=self._client(nodes[::-1])[1],
            scheme=_scheme(_last(said, _PROTO)),
            host=_host(_last(said, _HOST)),
            prefix=_prefix(_last(said, _PREFIX)),
        )

    def _by_standard(self, value: str) -> Told:
        """Each proxy appends an element; those from the client's own to the last were written by trusted ones."""
        if value.count('"') % 2:  # a quote that the client left open would swallow what the proxy wrote
            return Told()
        elements = [_pairs(element) for element in _ELEMENT.findall(value)[-_MOST_HOPS:]][::-1]
        place, client = self._client([element.get("for", "") for element in elements])
        believed = elements[place::-1]
        return Told(
            client=client,
            scheme=_scheme(next((element["proto"] for element in believed if "proto" in element), "")),
            host=_host(next((element["host"] for element in believed if "host" in element), "")),
        )

    def _client(self, nodes: Sequence[str]) -> tuple[int, str]:
        """
        Place and address of the client among *nodes*, nearest first.

        The first that is no trusted proxy; the last that can be read when there is none, or an unreadable one comes
        before it. Place 0 and no address when the first cannot be read.
        """
        found = 0, ""
        for place, node in enumerate(nodes):
            address = node_address(node)
            if not address:
                break
            found = place, address
            if not self._trusts(address):
                break
        return found


def is_host(text: str) -> bool:
    """Whether *text* can be a ``Host``: a name or an address, and perhaps a port. Spec: RFC 9110, section 7.2."""
    form = _HOST_FORM.fullmatch(text)
    return form is not None and int(form[1] or 1) <= 65535


def origin(scheme: str, host: str) -> str:
    """The address of a server without a path, in lower case; the port that goes without saying is left out."""
    return f"{scheme}://{host.lower().removesuffix(_DEFAULT_PORTS.get(scheme, ''))}"


def node_address(node: str) -> str:
    """
    The address of a node, without port and brackets; empty for ``unknown``, hidden and malformed ones.

    Spec: RFC 7239, section 6 (node identifiers).
    """
    bare = node
    if node.startswith("["):
        bare, bracket, port = node[1:].partition("]")
        if not bracket or (port and not re.fullmatch(r":[0-9]{1,5}", port)):
            return ""
    elif node.count(":") == 1:
        bare, _, port = node.partition(":")
        if not re.fullmatch(r"[0-9]{1,5}", port):
            return ""
    known = _address(bare)
    return "" if known is None else str(known)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An address; the zone is left out, and an IPv4 address within IPv6 is taken for what it is."""
    try:
        known = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return (known.ipv4_mapped or known) if isinstance(known, IPv6Address) else known


def _said(lines: Lines) -> dict[str, str]:
    """The header fields of proxies that say something; repeated lines are joined."""
    said: dict[str, str] = {}
    for raw, value in lines:
        name = raw.decode("latin-1").lower()
        text = value.decode("latin-1")
        if name in _NAMES and text.strip():
            said[name] = f"{said[name]},{text}" if name in said else text
    return said


def _last(said: Mapping[str, str], name: str) -> str:
    return said.get(name, "").rpartition(",")[2].strip()


def _scheme(text: str) -> str:
    return text.lower() if text.lower() in _DEFAULT_PORTS else ""


def _host(text: str) -> str:
    return text if is_host(text) else ""


def _prefix(text: str) -> str:
    prefix = text.rstrip("/")
    return prefix if _PREFIX_FORM.fullmatch(prefix) else ""


def _pairs(element: str) -> dict[str, str]:
    """The parameters of one element of ``Forwarded``; none when it is malformed."""
    pairs: dict[str, str] = {}
    position = 0
    while position < len(element):
        pair = _PAIR.match(element, position)
        if pair is None:
            return {}
        pairs[pair[1].lower()] = pair[2] if pair[2] is not None else pair[3]
        position = pair.end()
    return pairs


def _with_host(lines: Lines, host: str) -> Lines:
    return [(name, value) for name, value in lines if name != b"host"] + [(b"host", host.encode("latin-1"))]
