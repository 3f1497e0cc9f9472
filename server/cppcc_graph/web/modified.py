"""When the data became what they are."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock

from flask import Flask, Response, current_app, request

from cppcc_graph.web.journals import is_history_kept, journal
from cppcc_graph.web.served import store

_A_SECOND = timedelta(seconds=1)


@dataclass(slots=True)
class Seen:
    """The state of the data that was seen last, and when it was seen first."""

    state: str
    at: datetime
    lock: Lock

    def since(self, state: str) -> datetime:
        """When *state* was seen first, if it is the last one; else now."""
        with self.lock:
            if state != self.state:
                self.state, self.at = state, datetime.now(tz=UTC)
            return self.at


def init_modified(app: Flask) -> None:
    """Let *app* remember when it saw the data change."""
    app.extensions["seen"] = Seen("", datetime.now(tz=UTC), Lock())


def dated(response: Response) -> Response:
    """
    *response* with the time of the last change of the data, or nothing for a client that has what is newer.

    By the journal where one is kept, else by when this server saw the data first. A time of this very second is not
    told, because the data may change once more in it; nor any where another program may change the data.

    Spec: RFC 9110, sections 8.8.2 (Last-Modified) and 13.1.3 (If-Modified-Since, only without If-None-Match).
    """
    at = _changed()
    if at is None or datetime.now(tz=UTC) - at < _A_SECOND or response.status_code not in (200, 304):
        return response
    response.last_modified = at
    if response.status_code == 200 and "If-None-Match" not in request.headers:  # OK
        response.make_conditional(request)
    return response


def _changed() -> datetime | None:
    served = store()
    state, number = served.state(), served.number
    if not state:
        return None
    if number and is_history_kept():
        known = journal()
        return known.entries[number - 1].at if number <= known.version else None
    seen: Seen = current_app.extensions["seen"]
    return seen.since(state)
