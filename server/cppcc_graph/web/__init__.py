"""The web application. Flask lives in this package and nowhere else."""

from functools import partial

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.routing import IntegerConverter

from cppcc_graph.errors import CppccError
from cppcc_graph.settings import Settings
from cppcc_graph.store.base import Store
from cppcc_graph.web import (
    catalogue,
    dumps,
    earlier,
    entities,
    explore,
    feed,
    graph_store,
    history,
    home,
    openapi,
    operations,
    permalinks,
    publishing,
    questions,
    reconcile,
    search,
    sitemap,
    sparql,
    void,
)
from cppcc_graph.web.assets import init_assets
from cppcc_graph.web.bodies import MAX_BODY_BYTES as MAX_BODY_BYTES
from cppcc_graph.web.direct_names import init_direct_names
from cppcc_graph.web.dump_files import init_dump_files
from cppcc_graph.web.examples import init_examples
from cppcc_graph.web.frame import init_frame
from cppcc_graph.web.headers import init_headers
from cppcc_graph.web.i18n import init_i18n
from cppcc_graph.web.inventory import init_inventory
from cppcc_graph.web.journals import init_history
from cppcc_graph.web.measures import Measures, Workings
from cppcc_graph.web.modified import init_modified
from cppcc_graph.web.permalinks import init_permalinks
from cppcc_graph.web.problems import init_problems
from cppcc_graph.web.request_log import init_request_log
from cppcc_graph.web.served import init_served
from cppcc_graph.web.theme import init_theme
from cppcc_graph.web.unread import init_unread
from cppcc_graph.web.writing import init_writing


class Number(IntegerConverter):
    """A number in an address, which has one spelling: ASCII digits without zeros ahead."""

    regex = "0|[1-9][0-9]{0,17}"


def create_app(settings: Settings, store: Store, measures: Measures | None = None) -> Flask:
    """
    The application over *store*, ready for any WSGI server.

    Args:
        settings: Of this run; the application reads `texts`, `default_graph` and all about writing.
        store: Stays open as long as the application is used, and is closed by who opened it.
        measures: Where requests are counted, and the numbers of who evaluates queries; an own one when there is none.
    """
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # a redirect would name another graph than the client did
    app.url_map.converters["int"] = Number
    init_request_log(app, measures or Measures(workings=Workings, why_not_ready=partial(_why_not_ready, store)))
    init_served(app, settings, store)
    init_history(app, settings)
    init_modified(app)
    init_i18n(app)
    init_theme(app)
    init_assets(app)
    init_frame(app)
    init_examples(app)
    init_problems(app)
    init_headers(app)
    init_direct_names(app)
    init_writing(app, settings)
    init_permalinks(app, settings)
    init_unread(app)
    init_dump_files(app)
    init_inventory(app)
    reading = (operations, home, sparql, graph_store, dumps, void, catalogue, sitemap, search, reconcile)
    for concern in (*reading, publishing, history, earlier, feed, questions, permalinks, explore, openapi, entities):
        app.register_blueprint(concern.blueprint)
    return app


def _why_not_ready(store: Store) -> str:
    """Of an application that stands alone: whether its store answers."""
    try:
        store.is_empty()
    except CppccError as error:
        return str(error)
    return ""
