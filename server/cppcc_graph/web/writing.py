"""Who may write where nobody is asked for a name: programs, and pages of this machine."""

from urllib.parse import urlsplit

from flask import request
from werkzeug.exceptions import Forbidden

from cppcc_graph.settings import is_loopback
from cppcc_graph.web.i18n import gettext as _


def refuse_pages_from_elsewhere() -> None:
    """
    A page of another site, open in a browser on this machine, may not write through it.

    Browsers send Origin with every POST, PUT and DELETE, programs do not; a name that leads here (DNS rebinding) is no
    loopback address either.

    Raises:
        Forbidden: the request comes from such a page.

    Spec: RFC 6454, section 7 (the Origin header field).
    """
    origin = request.headers.get("Origin")
    if origin is None:
        return
    try:
        host = urlsplit(origin).hostname or ""
    except ValueError:
        host = ""
    if not is_loopback(host):
        raise Forbidden(
            _("A page of %(origin)s may not write here; programs and pages of this machine may.", origin=origin)
        )
