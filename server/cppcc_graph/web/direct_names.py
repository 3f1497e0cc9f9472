"""
Graphs that are named by the address itself, below ``/graphs/``: each in one spelling only.

On the way from an address to an IRI, escapes are undone and slashes counted anew; two addresses would name one graph,
and a proxy that tidies addresses would see another graph than we do.
"""

from string import ascii_letters, digits
from urllib.parse import quote, unquote

from flask import Flask, request
from werkzeug.exceptions import BadRequest

from cppcc_graph.web.i18n import gettext as _

_PLAIN = "/:@!$&'()*+,;=-._~"
_KNOWN = frozenset(ascii_letters + digits + _PLAIN)
_EMPTY_FIRST = "/graphs//"  # which no route knows
_EMPTY = frozenset({"", ".", ".."})


def init_direct_names(app: Flask) -> None:
    """Let *app* answer only the one spelling."""
    app.before_request(_refuse_other_spellings)


def is_plain(path: str) -> bool:
    """
    Whether *path*, as it came, is the one spelling of what it means.

    No segment is empty or made of dots; whatever is ASCII stands for itself, and all else is UTF-8 in escapes with
    capital letters.

    Spec: RFC 3986, sections 2.3 (Unreserved Characters), 3.3 (Path) and 6.2.2 (Syntax-Based Normalization).
    """
    meant = unquote(path)
    if any(letter.isascii() and letter not in _KNOWN for letter in meant):
        return False
    return quote(meant, safe=_PLAIN) == path and _EMPTY.isdisjoint(_segments(path))


def _segments(path: str) -> list[str]:
    """Between the slashes; one at the end is part of the name before it."""
    return path.removeprefix("/").removesuffix("/").split("/")


def _refuse_other_spellings() -> None:
    is_direct = "below" in (request.view_args or {}) or request.path.startswith(_EMPTY_FIRST)
    if is_direct and not is_plain(_path_as_it_came()):
        raise BadRequest(
            _(
                "The address of a graph has one spelling: no empty segments, no dots alone, no escapes of ASCII "
                "characters, others in UTF-8 with capital letters. Any graph can be named by ?graph= with its IRI."
            )
        )


def _path_as_it_came() -> str:
    """From the ASGI server; else from the WSGI server that tells it."""
    raw = request.environ.get("asgi.scope", {}).get("raw_path")
    if raw is not None:
        return str(raw.decode("latin-1"))
    return str(request.environ["REQUEST_URI"]).partition("?")[0]
