"""A query as it arrives at an ASGI server, understood without Flask, or left to Flask when it is no plain query."""

from dataclasses import dataclass
from functools import lru_cache
from time import perf_counter
from typing import TypeAlias, cast
from urllib.parse import parse_qs

from werkzeug.exceptions import HTTPException

from cppcc_graph.errors import CppccError
from cppcc_graph.store.base import QueryRequest
from cppcc_graph.web.asgi import Message
from cppcc_graph.web.forwarded import is_host, origin
from cppcc_graph.web.incoming import HeaderFields, Incoming, header_fields
from cppcc_graph.web.reply import Asked
from cppcc_graph.web.sparql_request import only_query, read_query
from cppcc_graph.web.wanted import HTML, SHOWN, accepted, formats_of

_BY_ACCEPT = ("Accept",)
_NO_FIELDS = HeaderFields({})
_Asking: TypeAlias = tuple[QueryRequest, tuple[str, ...], bool]
"""A query with its formats, the headers that chose them, and whether its answer is shown on a page."""


@dataclass(slots=True)  # not frozen, which takes three times as long, once for each request
class Exchange:
    """A query that was understood, and how its answer is wanted."""

    query: QueryRequest
    asked: Asked
    method: str
    started_s: float
    is_page: bool = False


def client_of(scope: Message) -> str:
    """The address of who asks; empty at a Unix socket."""
    return cast("tuple[str, int]", scope["client"])[0] if scope["client"] else ""


@lru_cache(maxsize=512)
def _base_url(scheme: str, host: str, path: str) -> str:
    """The address without the query string; empty when the host cannot be one."""
    return origin(scheme, host) + path if is_host(host) else ""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a client asks, from everything but the query string: the same for all queries with the same header lines."""

    base_url: str
    client: str
    accept: str
    accept_encoding: str
    if_none_match: str | None

    def exchange(self, query_string: bytes) -> Exchange | None:
        """The query of a GET without a body, if nothing is wrong with it."""
        started_s = perf_counter()
        try:
            understood = _asked_by_address(query_string, self.base_url, self.accept, self.client)
        except (HTTPException, CppccError):
            return None
        return None if understood is None else self._exchange(understood, "GET", started_s)

    def _exchange(self, understood: _Asking, method: str, started_s: float) -> Exchange:
        query, vary, is_page = understood
        asked = Asked(accept_encoding=self.accept_encoding, if_none_match=self.if_none_match, vary=vary)
        return Exchange(query, asked, method, started_s, is_page=is_page)

    def exchange_of(self, incoming: Incoming) -> Exchange | None:
        """The query of any other request, if nothing is wrong with it."""
        started_s = perf_counter()
        try:
            understood = _asked(incoming, self.accept)
        except (HTTPException, CppccError):
            return None
        return None if understood is None else self._exchange(understood, incoming.method, started_s)


def manner_of(scope: Message, fields: HeaderFields) -> Manner | None:
    """None when the host cannot be one."""
    base_url = _base_url(cast("str", scope["scheme"]), fields.get("host"), cast("str", scope["path"]))
    if not base_url:
        return None
    return Manner(
        base_url=base_url,
        client=client_of(scope),
        accept=fields.get("accept"),
        accept_encoding=fields.get("accept-encoding"),
        if_none_match=_if_none_match(cast("str", scope["method"]), fields),
    )


def understood(scope: Message, body: bytes) -> Exchange | None:
    """The query, if nothing is wrong with it."""
    fields = header_fields(cast("list[tuple[bytes, bytes]]", scope["headers"]))
    manner = manner_of(scope, fields)
    if manner is None:
        return None
    method, query_string = cast("str", scope["method"]), cast("bytes", scope["query_string"])
    if method == "GET" and not body:
        return manner.exchange(query_string)
    incoming = Incoming(
        method=method,
        query_string=query_string,
        headers=fields,
        base_url=manner.base_url,
        remote_addr=manner.client,
        body=body,
    )
    return manner.exchange_of(incoming)


def _if_none_match(method: str, fields: HeaderFields) -> str | None:
    """Spec: RFC 9110, section 13.1.2: 304 answers GET and HEAD only."""
    return fields.get("if-none-match") or None if method in ("GET", "HEAD") else None


@lru_cache(maxsize=512)
def _asked_by_address(query_string: bytes, base_url: str, accept: str, client: str) -> _Asking | None:
    """As `_asked`; what is asked again and again is read once."""
    alone = only_query(query_string)
    if alone:  # as most are
        names = accepted(None, accept or None)
        is_page = names[0] == HTML
        formats = SHOWN if is_page else formats_of(names)
        return QueryRequest(query=alone, formats=formats, base_iri=base_url, client=client), _BY_ACCEPT, is_page
    incoming = Incoming(
        method="GET", query_string=query_string, headers=_NO_FIELDS, base_url=base_url, remote_addr=client
    )
    return _asked(incoming, accept)


def _asked(incoming: Incoming, accept: str) -> _Asking | None:
    """None when it is nothing that is answered here."""
    names = accepted(_format_in(incoming.query_string), accept or None)
    is_page = names[0] == HTML
    query = read_query(incoming, formats=SHOWN if is_page else formats_of(names))
    vary = () if b"format=" in incoming.query_string else _BY_ACCEPT
    return None if query is None else (query, vary, is_page)


def _format_in(query_string: bytes) -> str | None:
    if b"format=" not in query_string:
        return None
    return parse_qs(query_string.decode("utf-8", "replace")).get("format", [None])[0]
