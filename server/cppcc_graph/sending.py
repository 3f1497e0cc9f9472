"""Changes sent to a server that writes: what `cppcc publish --server` and its sisters do."""

import json
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from cppcc_graph.errors import BadSetting, BadSyntax, NotConforming, StoreUnavailable
from cppcc_graph.packing import GZIP, unpacked
from cppcc_graph.store.base import Document
from cppcc_graph.terms import shorten

_ACCEPTED, _UNPROCESSABLE = 202, 422
_OK = (200, 201, 204)
_CONNECT_S, _READ_S = 5.0, 600.0
_POLL_S = 1.0
_FAILED = 500
_VIOLATION = "Violation"
_MALFORMED = "#bad-syntax"
_MOST_DUMPED_BYTES = 16 * 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """
    What a server says of a change.

    Attributes:
        version: Of its data now.
        is_committed: Whether they have changed.
        counts: For each graph that changed, or would, the triples that came and went; empty when it does not say.
        new_graphs: Those of them that did not exist.
    """

    version: int
    is_committed: bool
    counts: dict[str, tuple[int, int]]
    new_graphs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """
    A server that takes changes.

    Attributes:
        address: ``https://…`` up to, and without, the paths of this project.
        token: What lets us write.
    """

    address: str
    token: str = field(repr=False)

    def __post_init__(self) -> None:
        _check_address(self.address)
        if not self.token:
            raise BadSetting("CPPCC_TOKEN", "put the token that lets you write there into this environment variable")

    def send(
        self,
        path: str,
        document: Document | None = None,
        *,
        message: str = "",
        is_dry_run: bool = False,
        expected: int | None = None,
    ) -> Sent:
        """
        Sends a change and waits for what comes of it.

        Args:
            path: ``publish``, ``restore`` or ``versions/<n>/revert``.
            document: What is sent, or nothing.
            message: Why.
            is_dry_run: Whether only to tell what would happen.
            expected: The version that the data must have, or None.

        Raises:
            NotConforming: the shapes refuse it.
            BadSyntax: the server says that something is malformed or not allowed, in its words.
            StoreUnavailable: there is no such server, or it fails.
        """
        fields = {"message": message} if message else {}
        fields |= {"validate": "only"} if is_dry_run else {}
        headers = {"Accept": "application/json", "Authorization": f"Bearer {self.token}"}
        if expected is not None:
            headers["If-Match"] = f'"{expected}"'
        if document is not None:
            headers["Content-Type"] = document.format.media_type
        address = urljoin(f"{self.address.rstrip('/')}/", path)
        address += f"?{urlencode(fields)}" if fields else ""
        response = _asked("POST", address, headers, None if document is None else document.content)
        while response.status == _ACCEPTED or (response.status == _OK[0] and "Retry-After" in response.headers):
            time.sleep(_POLL_S)
            address = urljoin(address, response.headers.get("Location") or address)
            response = _asked("GET", address, {"Accept": "application/json"}, None)
        try:
            return _read(response, is_dry_run=is_dry_run)
        except BadSyntax as error:
            if document is None or not str(_document(response).get("type")).endswith(_MALFORMED):
                raise
            raise BadSyntax(error.message, source=document.source) from error


def fetched_dump(address: str) -> bytes:
    """
    The whole dataset that the server at *address* answers from, in N-Quads; of one version.

    Raises:
        BadSetting: it is no address.
        BadSyntax: the server gives no dump, in its words.
        StoreUnavailable: there is no such server, or it fails.
    """
    _check_address(address)
    headers = {"Accept": "application/gzip, application/problem+json", "Accept-Encoding": "identity"}
    response = _asked("GET", urljoin(f"{address.rstrip('/')}/", "dumps/all.nq.gz"), headers, None)
    if response.status not in _OK:
        raise _refusal(response)
    try:
        return unpacked(response.data, GZIP, _MOST_DUMPED_BYTES)
    except ValueError as error:
        raise StoreUnavailable(f"what the server at {address} gives is no dump: {error}") from error


def _check_address(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.username:
        raise BadSetting("server", f"'{address}' is no address such as https://example.org/")


def _asked(method: str, address: str, headers: dict[str, str], body: bytes | None) -> urllib3.BaseHTTPResponse:
    try:
        return urllib3.request(
            method,
            address,
            headers=headers,
            body=body,
            redirect=False,
            retries=False,
            timeout=urllib3.Timeout(connect=_CONNECT_S, read=_READ_S),
        )
    except HTTPError as error:
        server = address.partition("?")[0]
        raise StoreUnavailable(f"the server at {server} does not answer: {type(error).__name__}") from error


def _read(response: urllib3.BaseHTTPResponse, *, is_dry_run: bool) -> Sent:
    told = _document(response)
    if response.status == _UNPROCESSABLE:
        raise NotConforming(
            [_line(found) for found in _listed(told, "findings") if found.get("severity") == _VIOLATION]
        )
    if response.status not in _OK:
        raise _refusal(response)
    version = str(response.headers.get("Data-Version") or told.get("version", ""))
    return Sent(
        version=int(version) if version.isdecimal() else 0,
        is_committed=not is_dry_run and told.get("state", "committed") == "committed",
        counts=_counts(told.get("counts")),
        new_graphs=_texts(told.get("newGraphs")),
    )


def _refusal(response: urllib3.BaseHTTPResponse) -> BadSyntax | StoreUnavailable:
    """What the server says of a failure."""
    told = _document(response)
    words = f"{told.get('title', response.reason)}: {told.get('detail', '')} ({response.status})"
    return StoreUnavailable(words) if response.status >= _FAILED else BadSyntax(words)


def _document(response: urllib3.BaseHTTPResponse) -> dict[str, object]:
    try:
        told = json.loads(response.data) if response.data else {}
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _listed(told: dict[str, object], name: str) -> list[dict[str, object]]:
    found = told.get(name)
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _texts(told: object) -> tuple[str, ...]:
    return tuple(str(text) for text in told) if isinstance(told, list) else ()


def _counts(told: object) -> dict[str, tuple[int, int]]:
    pairs = told.items() if isinstance(told, dict) else ()
    return {
        str(iri): (int(pair[0]), int(pair[1]))
        for iri, pair in pairs
        if isinstance(pair, list) and len(pair) == len("+-")
    }


def _line(found: dict[str, object]) -> str:
    rule, focus, path, message = (str(found.get(name, "")) for name in ("rule", "focus", "path", "message_en"))
    return f"{rule} {shorten(focus)} {path}: {message}"
