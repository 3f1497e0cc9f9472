"""
What operators ask for: ``/healthz``, ``/readyz`` and ``/metrics``.

The front answers them in its event loop, so that they are there when every thread is busy; Flask answers them alike.
"""

from flask import Blueprint, Response, current_app, request
from prometheus_client.exposition import choose_encoder

from cppcc_graph.web.conditional import NEVER_KEEP
from cppcc_graph.web.measures import Measures
from cppcc_graph.web.reply import OK, Reply
from cppcc_graph.web.vary import depends_on

blueprint = Blueprint("operations", __name__)

HEALTH, READINESS, METRICS = "/healthz", "/readyz", "/metrics"
PATHS = frozenset({HEALTH, READINESS, METRICS})
_UNAVAILABLE = 503


def operation(path: str, accept: str, measures: Measures) -> Reply:
    """
    The answer to a GET of one of `PATHS`: for ``/metrics`` in OpenMetrics where *accept* names it, else in the
    Prometheus text format; for the others one line of text.
    """
    if path == METRICS:
        write, content_type = choose_encoder(accept)
        return _reply(OK, content_type, write(measures.registry), vary="Accept")
    reason = measures.why_not_ready() if path == READINESS else ""
    word = "ready" if path == READINESS else "alive"
    return _reply(_UNAVAILABLE if reason else OK, "text/plain; charset=utf-8", f"{reason or word}\n".encode())


@blueprint.route(HEALTH)
@blueprint.route(READINESS)
@blueprint.route(METRICS)
def show() -> Response:
    """Whether it lives, whether it answers queries, and how much it does."""
    measures: Measures = current_app.extensions["measures"]
    made = operation(request.path, request.headers.get("Accept", ""), measures)
    if "Vary" in made.headers:
        depends_on(made.headers["Vary"])
    return Response(made.body, status=made.status, headers=made.headers)


def _reply(status: int, content_type: str, body: bytes, *, vary: str = "") -> Reply:
    headers = {"Content-Type": content_type, "Cache-Control": NEVER_KEEP} | ({"Vary": vary} if vary else {})
    return Reply(status=status, headers=headers, body=body, n_bytes=len(body))
