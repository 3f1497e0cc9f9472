"""What surrounds every page: navigation, the same page in the other language and in another theme, the version."""

from urllib.parse import parse_qsl, urlencode

from flask import Flask, request, url_for

from cppcc_graph import __version__
from cppcc_graph.terms import BASE
from cppcc_graph.web.assets import script
from cppcc_graph.web.i18n import LANGUAGES, language
from cppcc_graph.web.i18n import gettext as _
from cppcc_graph.web.journals import is_history_kept
from cppcc_graph.web.links import root
from cppcc_graph.web.parts import Frame, Link
from cppcc_graph.web.theme import AUTO, DARK, LIGHT, theme

_ENDONYMS = {"en": "English", "zh": "中文"}


def init_frame(app: Flask) -> None:
    """Hand the frame to every template of *app*."""
    app.context_processor(lambda: {"frame": frame()})


def frame() -> Frame:
    """The frame of the page that is being made."""
    chosen = theme()
    history = [Link(text=_("History"), href=url_for("history.index"))] if is_history_kept() else []
    return Frame(
        language=language(),
        languages=[
            Link(text=_ENDONYMS[code], language=code, href=_here(lang=code) if code != language() else None)
            for code in LANGUAGES
        ],
        theme=chosen,
        themes=[
            Link(text=text, href=_here(theme=name) if name != chosen else None)
            for name, text in ((AUTO, _("as the system")), (LIGHT, _("light")), (DARK, _("dark")))
        ],
        navigation=[
            Link(text=_("Home"), href=url_for("home.show")),
            Link(text=_("Query"), href=url_for("sparql.endpoint")),
            Link(text=_("Questions"), href=url_for("questions.index")),
            Link(text=_("Catalogue"), href=url_for("catalogue.show")),
            *history,
        ],
        base=BASE,
        script=script(),
        version=__version__,
        feed=Link(text=_("History of the data"), href=url_for("feed.show")) if history else None,
    )


def _here(**changed: str) -> str:
    """The address of this page, with its query, in another language or theme."""
    kept = [(name, value) for name, value in parse_qsl(request.query_string.decode(), True) if name not in changed]
    return f"{root()}{request.path}?{urlencode([*kept, *changed.items()])}"
