"""One canonical JSON line per request. Everything else that happened to a request is a field of that line."""

import asyncio
import hashlib
import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from time import perf_counter, time_ns
from typing import TextIO, TypeAlias

from flask import Flask, Response, current_app, g, request

from cppcc_graph.store.base import Answer, QueryRequest
from cppcc_graph.tokens import IN_TEXT
from cppcc_graph.web.measures import Measures
from cppcc_graph.web.outcomes import outcome_of

Fields: TypeAlias = dict[str, str | int | None]

_log = logging.getLogger("cppcc_graph.web.requests")


@dataclass(slots=True, kw_only=True)  # not frozen, which takes three times as long, once for each request
class Line:
    """
    What is told of one request; None where there is nothing to tell.

    Attributes:
        client: Who asked: an address, behind trusted proxies the real one; empty when it has none.
        method: Of the request.
        route: The route that answered, with its variable parts in angle brackets.
        status: Of the answer; 499 when the client left before it, which is never sent.
        outcome: One of `outcomes.OUTCOMES`.
        took_s: From the arrival of the whole request to the answer, in seconds.
        n_bytes: Length of the answer before its content coding.
        coding: The content coding.
        query_sha256: First 12 hexadecimal digits of the hash of the query in UTF-8.
        query_form: Solutions, boolean or graph.
        rows: Solutions in a table, triples in a graph, 1 for a boolean.
        cache: How the answer was come by: ``hit``, ``shared`` or ``miss``.
    """

    client: str
    method: str | None
    route: str | None
    status: int
    outcome: str
    took_s: float
    n_bytes: int = 0
    coding: str | None = None
    query_sha256: str | None = None
    query_form: str | None = None
    rows: int | None = None
    cache: str | None = None

    def __str__(self) -> str:
        """A JSON object on one line; put together by hand, which takes a third of the time of a JSON writer."""
        return (
            f'{{"time": "{_now()}"'
            f', "client": {encode_basestring_ascii(self.client)}, "method": {_text(self.method)}'
            f', "route": {_text(self.route)}, "status": {self.status}, "outcome": "{self.outcome}"'
            f', "took_ms": {self.took_s * 1000:.1f}, "bytes": {self.n_bytes}, "coding": {_text(self.coding)}'
            f', "query_sha256": {_text(self.query_sha256)}, "query_form": {_text(self.query_form)}'
            f', "rows": {"null" if self.rows is None else self.rows}, "cache": {_text(self.cache)}}}'
        )


def init_request_log(app: Flask, measures: Measures) -> None:
    """Let *app* write its line when an answer is ready and count it; where lines go is the command's business."""
    app.extensions["measures"] = measures
    app.before_request(_start)
    app.after_request(_tell)


def send_lines_to(stream: TextIO) -> None:
    """Write each line to *stream* and nowhere else; without this they go where the root logger's records go."""
    _log.handlers[:] = [_Lines(stream)]
    _log.propagate = False


class _Lines(logging.StreamHandler[TextIO]):
    """Writes messages and nothing else; `write_line` needs no record, which costs more than the line itself."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._held: list[str] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    def format(self, record: logging.LogRecord) -> str:
        """The message alone."""
        return record.getMessage()

    def write(self, line: str) -> None:
        """One line, at once."""
        self.stream.write(f"{line}\n")
        self.stream.flush()

    def write_soon(self, line: str) -> None:
        """One line, with all others of this turn of the event loop."""
        if not self._held:
            self._loop = self._loop or asyncio.get_running_loop()
            self._loop.call_soon(self._write_held)
        self._held.append(line)

    def _write_held(self) -> None:
        held = "\n".join(self._held)
        self._held.clear()
        self.write(held)


def note_query(query: QueryRequest) -> None:
    """Put the query's hash into this request's line, and its text at DEBUG."""
    _fields()["query_sha256"] = hash_of(query)


def note_answer(answer: Answer) -> None:
    """Put the query's form, the number of rows and the way to the answer into this request's line."""
    _fields().update(query_form=answer.form.value, rows=answer.n_rows, cache=answer.cache, n_bytes=answer.n_bytes)


def note_failure(kind: str) -> None:
    """Put the outcome of a failure of this kind into this request's line."""
    _fields()["failure"] = kind


def hash_of(query: QueryRequest) -> str:
    """What a line says of a query; its text goes out at DEBUG."""
    if _log.isEnabledFor(logging.DEBUG):
        _log.debug(json.dumps({"query": IN_TEXT.sub(r"\1_…", query.query)}, ensure_ascii=False))
    return hashlib.sha256(query.query.encode("utf-8", "replace")).hexdigest()[:12]


def is_written() -> bool:
    """Whether anybody reads lines."""
    return _log.isEnabledFor(logging.INFO)


def write_line(line: Line, *, soon: bool = False) -> None:
    """One line of JSON; *soon*, which only an event loop may say, writes it together with others."""
    if not is_written():
        return
    [handler] = _log.handlers if len(_log.handlers) == 1 else [None]
    if not isinstance(handler, _Lines):
        _log.info("%s", line)
    elif soon:
        handler.write_soon(str(line))
    else:
        handler.write(str(line))


def _now() -> str:
    """ISO 8601, in UTC, to the millisecond."""
    seconds, milliseconds = divmod(time_ns() // 1_000_000, 1000)
    return f"{_second(seconds)}.{milliseconds:03}Z"


@lru_cache(maxsize=2)
def _second(since_1970_s: int) -> str:
    return datetime.fromtimestamp(since_1970_s, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _text(value: str | None) -> str:
    return "null" if value is None else encode_basestring_ascii(value)


def _start() -> None:
    """The front has perhaps worked on it already."""
    scope = request.environ.get("asgi.scope", {})
    g.started_s = scope.get("state", {}).get("started_s") or perf_counter()


def _fields() -> Fields:
    if "log_fields" not in g:
        g.log_fields = {}
    fields: Fields = g.log_fields
    return fields


def _tell(response: Response) -> Response:
    fields = _fields()
    failure, uncoded = fields.pop("failure", None), fields.pop("n_bytes", 0)
    is_query = "query_sha256" in fields or (request.endpoint == "sparql.endpoint" and failure is not None)
    line = Line(
        client=request.remote_addr or "",
        method=request.method,
        route=request.url_rule.rule if request.url_rule else None,
        status=response.status_code,
        outcome=outcome_of(response.status_code, str(failure)),
        took_s=perf_counter() - g.get("started_s", perf_counter()),
        n_bytes=int(uncoded or 0) if response.content_encoding else response.content_length or 0,
        coding=response.content_encoding,
        **fields,  # type: ignore[arg-type]  # put there by name in this module
    )
    write_line(line)
    measures: Measures = current_app.extensions["measures"]
    measures.count(line, is_query=is_query)
    return response
