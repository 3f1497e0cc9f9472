"""
Reading a SPARQL Protocol request: one query or update and its dataset, or a refusal in words.

Each value is percent-decoded exactly once, strictly as UTF-8, whether it came in the address or in a form.
"""

from collections.abc import Iterable, Sequence

from werkzeug.exceptions import BadRequest, Forbidden, RequestURITooLarge, UnsupportedMediaType

from cppcc_graph.formats import Format
from cppcc_graph.store.base import QueryRequest, UpdateRequest
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.incoming import ProtocolRequest
from cppcc_graph.web.negotiate import parse_media_type
from cppcc_graph.web.percent import decoded, decoded_pairs

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"

MAX_QUERY_STRING_BYTES = 8_000
"""An address longer than this is refused; caches and proxies on the way take little more."""
_MAX_FIELDS = 1_000
_VERSIONS = frozenset({"1.0", "1.1", "1.2", "1.2-basic"})
_QUERY_FIELD = b"query="
_GRAPHS = ("default-graph-uri", "named-graph-uri")
_OPERATIONS = frozenset({"query", "update", *_GRAPHS})

Fields = list[tuple[str, str]]


def read_query(request: ProtocolRequest, *, formats: tuple[Format, ...] = ()) -> QueryRequest | None:
    """The query of :func:`read_operation` at an endpoint that only reads."""
    operation = read_operation(request, is_writable=False, formats=formats)
    return operation if isinstance(operation, QueryRequest) else None


def read_operation(
    request: ProtocolRequest, *, is_writable: bool, formats: tuple[Format, ...] = ()
) -> QueryRequest | UpdateRequest | None:
    """
    The query a client sent, or its update.

    Args:
        request: From whichever server.
        is_writable: Whether updates are taken.
        formats: Those that the client accepts of an answer, best first.

    Returns:
        None for a GET that names no operation at all: it asks for the service description.

    Raises:
        UnsupportedMediaType: the body is neither a form nor a query, or not UTF-8.
        RequestURITooLarge: more than `MAX_QUERY_STRING_BYTES` after the ``?``.
        Forbidden: an update, and the endpoint only reads.
        BadRequest: no query or several, undecodable text, an unknown SPARQL version.

    Spec: SPARQL 1.1 Protocol, sections 2.1 (query operation) and 2.2 (update operation).
    """
    if len(request.query_string) > MAX_QUERY_STRING_BYTES:
        raise RequestURITooLarge(
            _(
                "The address is longer than %(limit)s bytes; send the query in a POST request.",
                limit=MAX_QUERY_STRING_BYTES,
            )
        )
    alone = request.method == "GET" and only_query(request.query_string)
    if alone:  # as most are
        return QueryRequest(query=alone, formats=formats, base_iri=request.base_url, client=request.remote_addr or "")
    fields = decoded_fields(request.query_string)
    if request.method in ("GET", "HEAD"):
        if not any(name in _OPERATIONS for name, _value in fields):
            return None
    else:
        fields += _body_fields(request)
    _check_version(_values(fields, "version"))
    if _values(fields, "update"):
        return _update(fields, request, is_writable=is_writable)
    return QueryRequest(
        query=_only_query(fields),
        formats=formats,
        default_graph_iris=_values(fields, "default-graph-uri"),
        named_graph_iris=_values(fields, "named-graph-uri"),
        base_iri=request.base_url,
        deadline_s=_deadline_s(_values(fields, "timeout")),
        client=request.remote_addr or "",
    )


def only_query(query_string: bytes) -> str:
    """The query, where that is plainly all that the address says; else empty."""
    if not query_string.startswith(_QUERY_FIELD) or b"&" in query_string or len(query_string) > MAX_QUERY_STRING_BYTES:
        return ""
    try:
        text = decoded(query_string[len(_QUERY_FIELD) :])
    except UnicodeDecodeError:
        return ""
    return text if text.strip() else ""


def _deadline_s(values: Sequence[str]) -> float | None:
    """How long the client will wait, in seconds, by the parameter ``timeout``."""
    if not values:
        return None
    try:
        seconds = float(values[0])
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise BadRequest(_("“timeout” is a number of seconds above 0, not “%(given)s”.", given=values[0][:40]))
    return seconds


def _body_fields(request: ProtocolRequest) -> Fields:
    """The body as fields: a form's own, or the one field ``query``."""
    media_type, parameters = parse_media_type(request.headers.get("Content-Type", ""))
    if media_type not in (FORM, QUERY, UPDATE):
        raise UnsupportedMediaType(
            _("Send the query as %(form)s or as %(query)s, and say which in Content-Type.", form=FORM, query=QUERY)
        )
    if parameters.get("charset", "utf-8") not in ("utf-8", "utf8", "us-ascii"):
        raise UnsupportedMediaType(_("A query is sent in UTF-8."))
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType(_("A query is sent uncompressed."))
    _check_version([parameters["version"]] if "version" in parameters else [])
    body = request.get_data(cache=False)
    if media_type == FORM:
        return decoded_fields(body)
    try:
        return [("query" if media_type == QUERY else "update", body.decode("utf-8-sig"))]
    except UnicodeDecodeError as error:
        raise BadRequest(
            _("The body is not UTF-8: byte %(position)s does not belong there.", position=error.start)
        ) from error


def decoded_fields(encoded: bytes) -> Fields:
    """
    Names and values in their order, decoded once. Raw UTF-8 is accepted beside percent-encoding.

    Raises:
        BadRequest: not UTF-8, or too many.
    """
    if encoded.count(b"&") >= _MAX_FIELDS:
        raise BadRequest(_("There are more than %(limit)s parameters.", limit=_MAX_FIELDS))
    try:
        return decoded_pairs(encoded)
    except UnicodeDecodeError as error:
        raise BadRequest(_("A parameter is not UTF-8 text in percent-encoding.")) from error


def _update(fields: Fields, request: ProtocolRequest, *, is_writable: bool) -> UpdateRequest:
    updates = _values(fields, "update")
    if request.method != "POST":
        raise BadRequest(_("An update is never sent by %(method)s.", method=request.method))
    if len(updates) > 1 or _values(fields, "query"):
        raise BadRequest(_("A request holds exactly one query or one update."))
    if not is_writable:
        raise Forbidden(
            _("This endpoint only reads: it takes no SPARQL Update. The data change where they are published.")
        )
    if any(_values(fields, name) for name in _GRAPHS):
        raise BadRequest(_("An update names its graphs by using-graph-uri and using-named-graph-uri."))
    return UpdateRequest(
        update=updates[0],
        using_graph_iris=_values(fields, "using-graph-uri"),
        using_named_graph_iris=_values(fields, "using-named-graph-uri"),
        base_iri=request.base_url,
    )


def _only_query(fields: Fields) -> str:
    queries = _values(fields, "query")
    if len(queries) > 1:
        raise BadRequest(_("There are %(count)s query parameters; send exactly one.", count=len(queries)))
    if not queries or not queries[0].strip():
        raise BadRequest(_("There is no query: send SPARQL text as the parameter “query”."))
    return queries[0]


def _check_version(versions: Iterable[str]) -> None:
    """Spec: SPARQL 1.2 Protocol, section 2.1 (version announcement)."""
    for version in versions:
        if version not in _VERSIONS:
            raise BadRequest(
                _(
                    "Unknown SPARQL version “%(version)s”; known are: %(known)s.",
                    version=version,
                    known=", ".join(sorted(_VERSIONS)),
                )
            )


def _values(fields: Fields, name: str) -> tuple[str, ...]:
    return tuple(value for field, value in fields if field == name)
