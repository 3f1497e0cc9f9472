"""One canonical JSON line per request. Everything else that happened to a request is a field of that line."""

import hashlib
import json
import logging
from time import perf_counter
from typing import TextIO, TypeAlias

from flask import Flask, Response, g, request

from cppcc_graph.store.base import Answer, QueryRequest

Fields: TypeAlias = dict[str, str | int | float | None]

_log = logging.getLogger("cppcc_graph.web.requests")


def init_request_log(app: Flask) -> None:
    """Let *app* write its line when an answer is ready; where lines go is the command's business."""
    app.before_request(_start)
    app.after_request(_write_line)


def send_lines_to(stream: TextIO) -> None:
    """Write each line to *stream* and nowhere else; without this they go where the root logger's records go."""
    _log.handlers[:] = [_Lines(stream)]
    _log.propagate = False


class _Lines(logging.StreamHandler[TextIO]):
    """Writes messages and nothing else; `write_line` needs no record, which costs more than the line itself."""

    def format(self, record: logging.LogRecord) -> str:
        """The message alone."""
        return record.getMessage()

    def write(self, line: str) -> None:
        """One line, at once."""
        self.stream.write(f"{line}\n")
        self.stream.flush()


def note_query(query: QueryRequest) -> None:
    """Put the query's hash into this request's line, and its text at DEBUG."""
    _fields().update(query_fields(query))


def note_answer(answer: Answer) -> None:
    """Put the query's form and the number of rows into this request's line."""
    _fields().update(answer_fields(answer))


def query_fields(query: QueryRequest) -> Fields:
    """What a line says of a query; its text goes out at DEBUG."""
    if _log.isEnabledFor(logging.DEBUG):
        _log.debug(json.dumps({"query": query.query}, ensure_ascii=False))
    return {"query_sha256": hashlib.sha256(query.query.encode("utf-8", "replace")).hexdigest()[:12]}


def answer_fields(answer: Answer) -> Fields:
    """What a line says of an answer."""
    rows = {} if answer.n_rows is None else {"rows": answer.n_rows}
    return {"query_form": answer.form.value, **rows}


def write_line(fields: Fields) -> None:
    """One line of JSON."""
    if not _log.isEnabledFor(logging.INFO):
        return
    line = json.dumps(fields, ensure_ascii=False)
    [handler] = _log.handlers if len(_log.handlers) == 1 else [None]
    if isinstance(handler, _Lines):
        handler.write(line)
    else:
        _log.info(line)


def _start() -> None:
    g.started_s = perf_counter()


def _fields() -> Fields:
    if "log_fields" not in g:
        g.log_fields = {}
    fields: Fields = g.log_fields
    return fields


def _write_line(response: Response) -> Response:
    line: Fields = {
        "method": request.method,
        "route": request.url_rule.rule if request.url_rule else None,
        "status": response.status_code,
        "took_ms": round((perf_counter() - g.get("started_s", perf_counter())) * 1000, 1),
        "bytes": response.content_length or 0,
        **_fields(),
    }
    write_line(line)
    return response
