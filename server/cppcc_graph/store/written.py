"""Results of the engine as an `Answer`: the format chosen, the document written, its rows counted."""

import re
from collections.abc import Sequence
from typing import TypeAlias

from pyoxigraph import QueryBoolean, QuerySolutions, QueryTriples

from cppcc_graph.formats import (
    CSV,
    EXCEL_CSV,
    N_TRIPLES,
    TSV,
    XML,
    Format,
    ResultForm,
    choose,
    write_graph,
    write_lines,
    write_results,
)
from cppcc_graph.sinks import Sink
from cppcc_graph.store.base import Answer

Results: TypeAlias = QuerySolutions | QueryBoolean | QueryTriples


def written(results: Results, formats: Sequence[Format], into: Sink | None) -> Answer:
    """
    The answer in the first of *formats* that can hold it, or written *into* a sink.

    Raises:
        UnsuitableFormat: none of them can.

    Spec: SPARQL 1.1 Protocol, section 2.1.6 (accepted response formats).
    """
    if isinstance(results, QueryTriples):
        graph_format = choose(formats, ResultForm.GRAPH)
        if graph_format is N_TRIPLES:
            body, n_rows = write_lines(results, into)
            return Answer(form=ResultForm.GRAPH, format=graph_format, body=body, n_rows=n_rows)
        triples = list(dict.fromkeys(results))
        body = write_graph(triples, graph_format, into)
        return Answer(form=ResultForm.GRAPH, format=graph_format, body=body, n_rows=len(triples))
    form = ResultForm.BOOLEAN if isinstance(results, QueryBoolean) else ResultForm.SOLUTIONS
    results_format = choose(formats, form)
    start = Start(into) if into is not None else None
    body = write_results(results, results_format, start)
    document = body if start is None else start.document
    counted = 1 if form is ResultForm.BOOLEAN else count_rows(document, results_format)
    return Answer(form=form, format=results_format, body=body, n_rows=counted)


MAX_COUNTED_BYTES = 1 << 20
"""Rows are counted in bodies up to this size."""

# Before a row's first name; where a string ends with },{ its quote is followed by a bracket or a comma.
_JSON_NEXT_ROW = re.compile(rb'\},\{"(?![,}])')
_JSON_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"')
_CSV_STRING = re.compile(rb'"[^"]*"')


class Start:
    """A `Sink` that hands everything on, and keeps a document that is short."""

    _MAX_BYTES = 4096

    def __init__(self, into: Sink) -> None:
        self._into = into
        self._kept: list[bytes] | None = []
        self._n_bytes = 0

    @property
    def document(self) -> bytes | None:
        """All that was written; None when it was more than 4 KiB."""
        return None if self._kept is None else b"".join(self._kept)

    def write(self, piece: bytes, /) -> int:
        """Hands *piece* on."""
        if self._kept is not None:
            self._n_bytes += len(piece)
            self._kept.append(bytes(piece))
            if self._n_bytes > self._MAX_BYTES:
                self._kept = None
        return self._into.write(piece)

    def flush(self) -> None:
        """Nothing: the reader of the other sink knows when it is whole."""


def count_rows(body: bytes | None, results_format: Format) -> int | None:
    """
    How many solutions a body written by :func:`write_results` holds; None above `MAX_COUNTED_BYTES` or without a body.

    Read from the written bytes, because the engine's writer consumes the solutions without counting them.
    """
    if body is None or len(body) > MAX_COUNTED_BYTES:
        return None
    if results_format is XML:
        return body.count(b"<result>")
    if results_format is TSV:
        return body.count(b"\n") - 1
    if results_format in (CSV, EXCEL_CSV):
        return (_CSV_STRING.sub(b"", body) if b'"' in body else body).count(b"\r\n") - 1
    return _count_json_rows(body)


def _count_json_rows(body: bytes) -> int:
    """A megabyte takes 2 ms; where a row has no value at all, 15 ms."""
    if b"{}" not in body:
        if b'"bindings":[]' in body[-24:]:
            return 0
        return 1 + len(_JSON_NEXT_ROW.findall(body))
    # Without its strings, a row follows another exactly where "," stands before "{".
    skeleton = _JSON_STRING.sub(b"", body)
    return 0 if b":[]}" in skeleton[-8:] else 1 + skeleton.count(b",{")
