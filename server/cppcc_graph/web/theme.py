"""Light or dark: as the reader chose with ``?theme=``, which a cookie remembers, or as the system has it."""

from flask import Flask, Response, g, request

from cppcc_graph.web.vary import depends_on

AUTO, LIGHT, DARK = "auto", "light", "dark"
THEMES = (AUTO, LIGHT, DARK)
COOKIE = "theme"
_COOKIE_AGE_S = 365 * 24 * 3600


def init_theme(app: Flask) -> None:
    """Let the pages of *app* remember the theme that was asked for."""
    app.after_request(_remember)


def theme() -> str:
    """The theme of this page: by ``?theme=``, else the cookie, else that of the system."""
    if "theme" not in g:
        g.theme = asked_theme() or _remembered()
    chosen: str = g.theme
    return chosen


def asked_theme() -> str | None:
    """The theme that the address names with ``?theme=``, if there is such a one."""
    asked = request.args.get("theme")
    return asked if asked in THEMES else None


def _remembered() -> str:
    depends_on("Cookie")
    remembered = request.cookies.get(COOKIE)
    return remembered if remembered in (LIGHT, DARK) else AUTO


def _remember(response: Response) -> Response:
    asked = asked_theme()
    if asked is None or response.mimetype != "text/html":
        return response
    if asked == AUTO:
        response.delete_cookie(COOKIE, secure=request.is_secure, httponly=True, samesite="Lax")
    else:
        response.set_cookie(
            COOKIE, asked, max_age=_COOKIE_AGE_S, secure=request.is_secure, httponly=True, samesite="Lax"
        )
    return response
