"""Headers that every answer carries, set once: who may read it, what a browser may load, and ``OPTIONS``."""

from collections.abc import Mapping

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import BadRequest

from cppcc_graph.web.forwarded import is_host
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.vary import send_vary

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Of every page: scripts and styles are files of ours, never inline, and nobody shows it inside a page of theirs."""
FRAMED_CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'"
)
"""Of a page that others may show inside theirs: nothing runs in it, and no form is sent from it."""
_READABLE = "*"  # every header, as no credentials are sent (Fetch Standard, section 3.3.3)
COMMON_HEADERS: Mapping[str, str] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": _READABLE,
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
"""Anyone may read what is public, without credentials; nothing is guessed, framed or fetched from elsewhere."""
DATA_HEADERS: Mapping[str, str] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": _READABLE,
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}
"""The same for answers that are no pages: nothing at all may be loaded from them."""
_SENDABLE = "Accept, Accept-Datetime, Accept-Language, Content-Type, If-None-Match, If-Range, Range"
_PREFLIGHT_AGE_S = 24 * 3600


def init_headers(app: Flask) -> None:
    """Let *app* refuse a bad ``Host``, answer ``OPTIONS`` everywhere, and put the common headers on all it sends."""
    app.before_request(_refuse_bad_host)
    app.before_request(_answer_options)
    app.after_request(send_vary)
    app.after_request(_common_headers)


def let_be_framed() -> None:
    """Let other sites show the page that is being made inside theirs."""
    g.is_framed = True


def _refuse_bad_host() -> None:
    """
    What a client says of our address goes into links and into ``sd:endpoint``, so it must be one.

    Spec: RFC 9112, section 3.2 (Request Target): one ``Host``, and a valid one; HTTP/1.0 may have none.
    """
    host = request.environ.get("HTTP_HOST")
    may_lack = request.environ.get("SERVER_PROTOCOL") == "HTTP/1.0"
    if not (may_lack if host is None else is_host(host)):
        raise BadRequest(_("The header Host must be one host name or address, with or without a port."))


def _answer_options() -> Response | None:
    """Spec: RFC 9110, section 9.3.7 (OPTIONS); Fetch Standard, section 3.2.2 (CORS preflight)."""
    if request.method != "OPTIONS" or request.url_rule is None:
        return None
    allowed = sorted(current_app.make_default_options_response().allow)
    response = Response(status=204)
    del response.headers["Content-Type"]
    response.headers["Allow"] = ", ".join(allowed)
    response.headers["Access-Control-Allow-Methods"] = ", ".join(allowed)
    response.headers["Access-Control-Allow-Headers"] = _SENDABLE
    response.headers["Access-Control-Max-Age"] = str(_PREFLIGHT_AGE_S)
    return response


def _common_headers(response: Response) -> Response:
    response.headers.update(COMMON_HEADERS)
    if g.get("is_framed"):
        response.headers["Content-Security-Policy"] = FRAMED_CONTENT_SECURITY_POLICY
    return response
