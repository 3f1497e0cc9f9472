"""
Who may write: whoever has a token for it, under a name of this server, and no page of anybody else's.

The guards against pages stand before the token, and in the bare mode alone. A browser sends what any page wants sent:
to this machine, and under a name that its owner made lead here (DNS rebinding). No cookie lets anybody write.
"""

import re
from io import BytesIO
from typing import cast
from urllib.parse import unquote_to_bytes, urlsplit

from flask import Flask, current_app, g, request
from werkzeug.exceptions import BadRequest, Forbidden, RequestEntityTooLarge
from werkzeug.wsgi import get_input_stream

from cppcc_graph.errors import CppccError, ReadOnly, TooManyAttempts, Unauthorised
from cppcc_graph.settings import Settings, is_loopback
from cppcc_graph.store.address import Remote
from cppcc_graph.tokens import IN_TEXT, Grant, Tokens
from cppcc_graph.web.attempts import Attempts
from cppcc_graph.web.bodies import MAX_BODY_BYTES, MIB, unzipped
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.incoming import Headers
from cppcc_graph.web.negotiate import parse_media_type
from cppcc_graph.web.served import settings
from cppcc_graph.web.sparql_request import UPDATE

_ENDPOINT = "/sparql"
_WRITING = frozenset({"PUT", "POST", "PATCH", "DELETE"})
_HOST = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]+)(?::[0-9]+)?")
_OTHER_PAGES = frozenset({"cross-site", "same-site"})
_TOKEN_FIELD = re.compile(r"(?:^|&)access_token(?:=|&|$)")


class Writers:
    """
    Who may write to one application: the tokens of its store, and who has tried without.

    Attributes:
        most_written_bytes: The longest body of who may write.
    """

    def __init__(self, known: Settings) -> None:
        """
        Args:
            known: Of this run; there are tokens where writing needs one.
        """
        is_asking = known.writable and not known.no_auth
        folder = None if isinstance(known.store, Remote) else known.store
        self._tokens = Tokens(folder) if is_asking and folder is not None else None
        self._attempts = Attempts()
        self._is_open = known.writable and known.no_auth
        self.most_written_bytes = known.body_mib * MIB

    def grant_for(self, authorization: str | None) -> Grant:
        """
        As `Tokens.grant_for`, without counting failures.

        Raises:
            ReadOnly: nobody writes here with a token.
        """
        if self._tokens is None:
            raise ReadOnly
        return self._tokens.grant_for(authorization)

    def most_bytes(self, method: str, path: str, headers: Headers) -> int:
        """
        The longest body that is received, in bytes; before it is, and whoever may not write sends no long ones.

        Args:
            method: Of the request.
            path: Of its address, without what proxies put before it.
            headers: Its header fields.
        """
        is_query = path.rstrip("/") == _ENDPOINT and not _is_update(headers)
        if method not in _WRITING or is_query or not (self._is_open or self._is_known(headers)):
            return MAX_BODY_BYTES
        return self.most_written_bytes

    def _is_known(self, headers: Headers) -> bool:
        try:
            self.grant_for(headers.get("Authorization", ""))
        except CppccError:  # the request is refused later, in words
            return False
        return True

    def admitted(self, authorization: str | None, client: str) -> Grant:
        """
        As :meth:`grant_for`, with the failures of *client*, an address, counted.

        Raises:
            TooManyAttempts: once too often.
        """
        try:
            return self.grant_for(authorization)
        except Unauthorised as error:
            retry_after_s = self._attempts.failed(client) if error.code else 0
            if retry_after_s:
                raise TooManyAttempts(retry_after_s=retry_after_s) from error
            raise


def init_writing(app: Flask, known: Settings) -> None:
    """Let *app* know who may write to it, and look at them before it reads an update."""
    app.extensions["writers"] = Writers(known)
    if known.writable:
        app.before_request(_look_at_updates)


def writers_of(app: Flask) -> Writers:
    """Those of :func:`init_writing`."""
    writers: Writers = app.extensions["writers"]
    return writers


def check_may_write(operation: str) -> Grant | None:
    """
    Lets only a request pass that may write; to be called before its body is looked at.

    Args:
        operation: One of `grants.OPERATIONS`.

    Returns:
        What the holder of the token may write; which graphs, is still to be checked (`Grant.check_graph`). None where
        nobody is asked for a token.

    Raises:
        ReadOnly: nothing is written here.
        Forbidden: it was asked under a name that is not this server's, or by a page of somebody else.
        BadRequest: a token stands in the address.
        Unauthorised: there is no token, or it is not accepted.
        TooManyAttempts: the same, once too often.
        NotGranted: the token is not for this operation.
        StoreUnavailable: it cannot be said which tokens there are.

    Spec: RFC 6750, sections 2 (Authenticated Requests) and 3 (The WWW-Authenticate Response Header Field).
    """
    if "grant" in g and g.grant[0] == operation:
        return cast("Grant | None", g.grant[1])
    known = settings()
    if not known.writable:
        raise ReadOnly
    grant = _admitted(operation, known)
    g.grant = operation, grant
    _take_body(writers_of(current_app).most_written_bytes)
    return grant


def _look_at_updates() -> None:
    if request.endpoint == "sparql.endpoint" and request.method == "POST" and _is_update(request.headers):
        check_may_write("update")


def _is_update(headers: Headers) -> bool:
    return parse_media_type(headers.get("Content-Type", ""))[0] == UPDATE


def _admitted(operation: str, known: Settings) -> Grant | None:
    _refuse_other_names(known)
    refuse_other_pages(known)
    _refuse_token_in_address()
    if known.no_auth:
        return None
    grant = writers_of(current_app).admitted(request.headers.get("Authorization"), request.remote_addr or "")
    grant.check(operation)
    return grant


def _take_body(most_bytes: int) -> None:
    """The body may be long now, and compressed: then what is read is what it becomes."""
    request.max_content_length = most_bytes
    if request.headers.get("Content-Encoding", "").lower() not in ("gzip", "x-gzip"):
        return
    environ = request.environ
    try:
        content = unzipped(get_input_stream(environ, max_content_length=most_bytes).read(), most_bytes)
    except ValueError as error:
        raise BadRequest(_("Content-Encoding says gzip, and the body is not that.")) from error
    if content is None:
        raise RequestEntityTooLarge
    del environ["HTTP_CONTENT_ENCODING"]
    environ.update({"wsgi.input": BytesIO(content), "CONTENT_LENGTH": str(len(content))})


def _refuse_other_names(known: Settings) -> None:
    """A name that somebody made lead here is none of ours. Spec: RFC 9110, section 7.2 (Host and :authority)."""
    host = request.environ.get("HTTP_HOST", "")
    if not is_own(host, known):
        raise Forbidden(
            _("“%(host)s” is no name under which this server is written to; its operator can allow it.", host=host)
        )


def refuse_other_pages(known: Settings) -> None:
    """
    A page of another site writes nothing through a browser that reaches this server.

    Browsers send Origin with every POST, PUT, PATCH and DELETE, and Sec-Fetch-Site with everything; programs do not.

    Spec: RFC 6454, section 7 (The HTTP Origin Header Field); Fetch Metadata Request Headers, section 2.3.
    """
    origin = request.headers.get("Origin")
    if origin is not None and not _is_own_origin(origin, known):
        raise Forbidden(
            _("A page of %(origin)s may not write here; programs and this server's own pages may.", origin=origin)
        )
    sites = ",".join(request.headers.getlist("Sec-Fetch-Site")).lower().split(",")
    if not _OTHER_PAGES.isdisjoint(site.strip(" \t") for site in sites):
        raise Forbidden(_("A page of another site may not write here; programs and this server's own pages may."))


def _refuse_token_in_address() -> None:
    """Addresses stand in logs, histories and Referer headers. Spec: RFC 6750, section 2.3 (not used here)."""
    address = unquote_to_bytes(request.query_string).decode("latin-1")
    if _TOKEN_FIELD.search(address) or IN_TEXT.search(address):
        raise BadRequest(
            _(
                "A token in an address would stand in logs and is not accepted. Have it revoked, and send another one "
                "in the header Authorization."
            )
        )


def is_own(host: str, known: Settings) -> bool:
    """Whether *host*, perhaps with a port, is a name of this server: loopback, the one listened on, an allowed one."""
    form = _HOST.fullmatch(host)
    if form is None:
        return False
    name = form[1].lower().removeprefix("[").removesuffix("]")
    if is_loopback(name) or name == known.host.lower():
        return True
    allowed = {entry.lower() for entry in known.allowed_host}
    return bool({host.lower(), form[1].lower()} & allowed)


def _is_own_origin(origin: str, known: Settings) -> bool:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and is_own(parts.netloc, known)
