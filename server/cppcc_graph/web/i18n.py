"""
The language of an answer: which one, and its texts.

Messages are written in English; ``translations/zh.po`` holds the Chinese ones. The catalogue is read when the
first application is made, so an edited translation shows at the next start and nothing has to be compiled or can be
stale.
"""

from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from flask import Flask, Response, current_app, g, has_app_context, request

from cppcc_graph.web.negotiate import choose_language
from cppcc_graph.web.vary import depends_on

LANGUAGES = ("en", "zh")
COOKIE = "lang"
_COOKIE_AGE_S = 365 * 24 * 3600
_TRANSLATIONS = Path(__file__).parent / "translations"


def init_i18n(app: Flask) -> None:
    """Give *app* its catalogues, its templates ``_()`` and its answers their ``Content-Language``."""
    app.extensions["catalogues"] = {language: read_catalogue(language) for language in LANGUAGES}
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        lambda message: _catalogue().gettext(message),
        lambda one, many, n: _catalogue().ngettext(one, many, n),
        newstyle=True,
    )
    app.jinja_env.filters.update(number=number, day=day)
    app.after_request(_tell_language)


@cache
def read_catalogue(language: str) -> NullTranslations:
    """The translations of one language; English, and a language without a file, translate nothing."""
    path = _TRANSLATIONS / f"{language}.po"
    if not path.is_file():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def language() -> str:
    """The language of this answer: by ``?lang=``, else the cookie, else ``Accept-Language``, else English."""
    if "language" not in g:
        g.language = asked_language() or _remembered_or_negotiated()
    chosen: str = g.language
    return chosen


def asked_language() -> str | None:
    """The language that the address names with ``?lang=``, if we speak it."""
    asked = request.args.get("lang")
    return asked if asked in LANGUAGES else None


def gettext(message: str, **values: object) -> str:
    """*message* in the language of this answer, with ``%(name)s`` filled in from *values*."""
    translated: str = _catalogue().gettext(message)
    return translated % values if values else translated


def in_all_languages(message: str) -> dict[str, str]:
    """*message* by language, for documents that say it in each of them."""
    catalogues: dict[str, NullTranslations] = current_app.extensions["catalogues"]
    return {code: catalogues[code].gettext(message) for code in LANGUAGES}


def ngettext(one: str, many: str, n: int) -> str:
    """*one* or *many* of something, as the language of this answer has it for *n*."""
    translated: str = _catalogue().ngettext(one, many, n)
    return translated


def mark_plural(one: str, many: str) -> tuple[str, str]:
    """The two forms of a message, marked for translation where they are shown."""
    return one, many


def number(value: int | Decimal) -> str:
    """A number as people write it, ``1,234`` or ``97.9``."""
    return format_decimal(value, locale=language())


def day(value: date) -> str:
    """A calendar day as people write it, ``20 December 2024`` or ``2024年12月20日``."""
    return format_date(value, format="d MMMM y" if language() == "en" else "long", locale=language())


def _remembered_or_negotiated() -> str:
    depends_on("Accept-Language", "Cookie")
    remembered = request.cookies.get(COOKIE)
    if remembered in LANGUAGES:
        return remembered
    return choose_language(request.headers.get("Accept-Language"), LANGUAGES)


def _catalogue() -> NullTranslations:
    """English outside an answer: there, a failure is only passed on to who answers it."""
    if not has_app_context():
        return NullTranslations()
    catalogues: dict[str, NullTranslations] = current_app.extensions["catalogues"]
    return catalogues[language()]


def _tell_language(response: Response) -> Response:
    """Name the language where texts were used, and remember one that was asked for on a page."""
    if "language" in g:
        response.headers["Content-Language"] = language()
    asked = asked_language()
    if asked and response.mimetype == "text/html":
        response.set_cookie(
            COOKIE, asked, max_age=_COOKIE_AGE_S, secure=request.is_secure, httponly=True, samesite="Lax"
        )
    return response
