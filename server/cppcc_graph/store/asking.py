"""Questions to an engine and what came back, whole: rows, a boolean, triples, or a document written again."""

from collections.abc import Callable
from contextlib import closing
from typing import TypeVar

import pyoxigraph
from pyoxigraph import QueryBoolean, QuerySolutions

from cppcc_graph.errors import NotWhole, StoreUnavailable
from cppcc_graph.formats import JSON, Format, ResultForm, write_graph, write_results
from cppcc_graph.queries import query
from cppcc_graph.sinks import Sink
from cppcc_graph.store.base import Answer
from cppcc_graph.store.deadline import Deadline
from cppcc_graph.store.endpoint import JSON_RESULTS, N_TRIPLES, Endpoint
from cppcc_graph.store.received import Received
from cppcc_graph.store.scoped import Scope, scoped
from cppcc_graph.store.spool import Spool
from cppcc_graph.store.written import count_rows
from cppcc_graph.terms import Solution, Triple

T = TypeVar("T")

_PAGE_ROWS = 5000
_PLAUSIBLE_LIMIT = 1000


class Asking:
    """
    An engine that is asked; threads may share it.

    Each method takes the text of a query that says its own dataset, and the deadline of the whole question; each
    raises `QueryTimeout`, `StoreBusy`, `AnswerTooLarge` or `StoreUnavailable`.
    """

    def __init__(self, endpoint: Endpoint, *, answer_bytes: int, whole_graph: str) -> None:
        """
        Args:
            endpoint: The engine.
            answer_bytes: The most that is received for one question.
            whole_graph: IRI of the largest graph, with which limits of the engine are found out.
        """
        self._endpoint = endpoint
        self._answer_bytes = answer_bytes
        self._whole_graph = whole_graph
        self._uncut_triples = _PLAUSIBLE_LIMIT

    def rows(self, text: str, deadline: Deadline) -> list[Solution]:
        """The solutions of a SELECT, in the engine's order."""
        with closing(self._sent(text, JSON_RESULTS, deadline)) as received:
            self._check_uncut(received)
            return _table(received)

    def document(self, text: str, deadline: Deadline) -> bytes:
        """The solutions of a SELECT as our own SPARQL Results JSON."""
        with closing(self._sent(text, JSON_RESULTS, deadline)) as received:
            self._check_uncut(received)
            try:
                body = write_results(received.solutions(), JSON)
            except SyntaxError as error:
                raise received.broken() from error
            received.drain()
            return body

    def yes(self, text: str, deadline: Deadline) -> bool:
        """The answer of an ASK."""
        with closing(self._sent(text, JSON_RESULTS, deadline)) as received:
            try:
                results = received.solutions()
                # Virtuoso answers with a table that has a row or none.
                found = bool(results) if isinstance(results, QueryBoolean) else bool(list(results))
            except SyntaxError as error:
                raise received.broken() from error
            received.drain()
            return found

    def graph(self, text: str, deadline: Deadline) -> list[Triple]:
        """The triples of a CONSTRUCT or DESCRIBE, each once."""
        with closing(self._sent(text, N_TRIPLES, deadline)) as received:
            triples = received.triples()
        if self._endpoint.dialect.cuts_graphs and received.n_lines > self._uncut_triples:
            self._check_graph_limit(received.n_lines, deadline)
        return triples

    def answer(self, text: str, form: ResultForm, chosen: Format, *, deadline: Deadline, into: Sink | None) -> Answer:
        """The answer written in the *chosen* format, *into* a sink as it comes, or kept until it is whole."""
        if into is not None:
            n_rows = self._write(text, form, chosen, deadline=deadline, sink=into)
            return Answer(form=form, format=chosen, body=b"", n_rows=n_rows)
        spool = Spool(self._answer_bytes)
        try:
            n_rows = self._write(text, form, chosen, deadline=deadline, sink=spool)
        except BaseException:
            spool.close()
            raise
        if not spool.is_short:
            return Answer(form=form, format=chosen, body=b"", n_rows=n_rows, file=spool.file(), n_bytes=spool.n_bytes)
        body = spool.body()
        n_rows = count_rows(body, chosen) if form is ResultForm.SOLUTIONS else n_rows
        return Answer(form=form, format=chosen, body=body, n_rows=n_rows)

    def _write(self, text: str, form: ResultForm, chosen: Format, *, deadline: Deadline, sink: Sink) -> int | None:
        """Writes the answer; gives the number of rows where that is known without counting."""
        if form is ResultForm.GRAPH:
            triples = self.graph(text, deadline)
            write_graph(triples, chosen, sink)
            return len(triples)
        if form is ResultForm.BOOLEAN:
            yes = pyoxigraph.Store().query("ASK {}" if self.yes(text, deadline) else "ASK { FILTER(false) }")
            write_results(yes, chosen, sink)  # type: ignore[arg-type]  # an ASK gives a boolean
            return 1
        with closing(self._sent(text, JSON_RESULTS, deadline)) as received:
            self._check_uncut(received)
            try:
                write_results(received.solutions(), chosen, sink)
            except SyntaxError as error:
                raise received.broken() from error
            received.drain()
        return None

    def triples_of(self, iri: str, deadline: Deadline) -> list[Triple]:
        """Every triple of one graph, in pages where the engine cuts tables."""
        scope = Scope(default=(iri,), named=())
        with closing(self._sent(scoped(query("all-triples"), scope), JSON_RESULTS, deadline)) as received:
            rows = _table(received) if received.row_limit is None else None
        if rows is None:
            rows = self._paged(scoped(query("all-triples-in-order"), scope), deadline)
        return [Triple(row["s"], row["p"], row["o"]) for row in rows]

    def _paged(self, text: str, deadline: Deadline) -> list[Solution]:
        rows: list[Solution] = []
        while len(rows) % _PAGE_ROWS == 0:
            page = self.rows(f"{text} LIMIT {_PAGE_ROWS} OFFSET {len(rows)}", deadline)
            rows += page
            if not page:
                break
        return rows

    def _check_uncut(self, received: Received) -> None:
        if received.row_limit is not None:
            raise StoreUnavailable(
                f"{self._endpoint.name} cuts tables at {received.row_limit:,} rows; ask in parts with ORDER BY, OFFSET "
                "and a smaller LIMIT, or let its operator raise ResultSetMaxRows"
            )

    def _check_graph_limit(self, n_lines: int, deadline: Deadline) -> None:
        """Virtuoso ends a graph at its limit without a word; whether it ever gives more tells where the limit is."""
        probe = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }} LIMIT {n_lines + 1}"
        text = scoped(probe, Scope(default=(self._whole_graph,), named=()))
        with closing(self._sent(text, N_TRIPLES, deadline)) as received:
            received.triples()
        if received.n_lines <= n_lines:
            raise StoreUnavailable(
                f"{self._endpoint.name} may have left out triples after {n_lines:,}; ask in parts, or let its operator "
                "raise MaxConstructTriples"
            )
        self._uncut_triples = received.n_lines

    def _sent(self, text: str, accept: str, deadline: Deadline) -> Received:
        return self._endpoint.query(text, accept, deadline, limit_bytes=self._answer_bytes)


def asked_twice(ask: Callable[[], T]) -> T:
    """What *ask* gives; asked again when the engine's answer broke off, as reading twice changes nothing."""
    try:
        return ask()
    except NotWhole:
        return ask()


def _table(received: Received) -> list[Solution]:
    try:
        results = received.solutions()
        rows = list(results) if isinstance(results, QuerySolutions) else None
    except SyntaxError as error:
        raise received.broken() from error
    received.drain()
    if rows is None:
        raise StoreUnavailable("the engine answers a SELECT with a yes or no")
    return rows
