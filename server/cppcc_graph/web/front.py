"""
The door: every request comes in here, and what a program asks of ``/sparql`` is answered here when all is well.

Everything else, and every failure, is answered by the Flask application in a thread; it could answer all of it alone.
Both use the same functions for reading a request, negotiating and making a reply, so this is a short cut and not a
second endpoint. No body is handed on before it is whole, no thread waits for a slow client, and a query whose client
has left is given up.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Protocol, cast

from cppcc_graph.errors import CppccError
from cppcc_graph.store.base import Answer, QueryRequest
from cppcc_graph.web.asgi import Application, Message, Receive, Send, cut, has_body, plain, replayed, sent, state_of
from cppcc_graph.web.bodies import lingering, received
from cppcc_graph.web.conditional import validator
from cppcc_graph.web.exchange import Exchange, client_of, understood
from cppcc_graph.web.forwarded import Proxies
from cppcc_graph.web.incoming import Headers, header_fields
from cppcc_graph.web.measures import Measures
from cppcc_graph.web.operations import PATHS, operation
from cppcc_graph.web.outcomes import CLIENT_LEFT, outcome_of
from cppcc_graph.web.reply import Reply, reply, unchanged
from cppcc_graph.web.request_log import Line, hash_of, is_written, write_line

ENDPOINT = "/sparql"
_METHODS = frozenset({"GET", "HEAD", "POST", "QUERY"})
_WRITING = frozenset({"PUT", "POST", "PATCH", "DELETE"})
_WATCHED_AFTER_S = 0.05


class AnswerSource(Protocol):
    """Where answers come from: `store.workers.answers.Answers`."""

    async def answer(self, request: QueryRequest) -> Answer:
        """The answer, or an error of ours."""

    def begin(self, request: QueryRequest) -> "asyncio.Future[Answer]":
        """The answer that is not there yet; who cancels it gives the query up."""

    def kept(self, request: QueryRequest) -> Answer | None:
        """The answer, if it is there already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """
    An ASGI application.

    Attributes:
        application: Answers everything that is not answered here.
        writing: The same for what may change the data and so wait for others, in threads of its own.
        answers: Answers queries.
        state: Names the present state of the data.
        measures: Count what is answered here; the application's own.
        most_bytes: The most that is read of the body of a request, by its method, path and header fields.
        proxies: Whose word about clients and addresses counts.
    """

    application: Application
    writing: Application
    answers: AnswerSource
    state: Callable[[], str]
    measures: Measures
    most_bytes: Callable[[str, str, Headers], int]
    proxies: Proxies

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Spec: ASGI 3.0, HTTP connection scope."""
        if scope["type"] != "http":
            return
        started_s = perf_counter()
        scope = self.proxies.real(scope)
        path = cast("str", scope["path"]).removeprefix(cast("str", scope["root_path"]))
        try:
            body = await received(scope, receive, self._most_bytes(scope, path))
        except (TimeoutError, ConnectionError):
            cut(scope)
            self._tell(_gone(scope, started_s), is_query=False)
            return
        if path in PATHS and scope["method"] in ("GET", "HEAD"):
            await self._operation(path, scope, send)
            return
        is_ours = path == ENDPOINT and scope["method"] in _METHODS
        exchange = understood(scope, body) if is_ours and body is not None else None
        failure = None
        if exchange is not None and exchange.is_page:
            shown = await self._shown(exchange, receive)
            if shown is None:
                return
            state_of(scope).update(shown=shown)
        elif exchange is not None:
            failure = await self._exchange(exchange, scope, receive, send)
        if exchange is None or exchange.is_page or failure is not None:
            state_of(scope).update(failure=failure, started_s=started_s)
            send = lingering(receive, send) if body is None else send
            is_writing = exchange is None and scope["method"] in _WRITING
            application = self.writing if is_writing else self.application
            await application(plain(scope, body), replayed(body or b"", receive), send)

    async def after_failure(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answers a GET whose query has failed; the failure stands in the scope's state."""
        await self.application(plain(scope, b""), replayed(b"", receive), send)

    def tell(self, exchange: Exchange, answer: Answer | None, made: Reply, *, is_sent: bool = True) -> None:
        """Logs and counts a query that is done with."""
        self._tell(_line(exchange, answer, made, is_sent=is_sent), is_query=True)

    async def _operation(self, path: str, scope: Message, send: Send) -> None:
        """Spec: see `operations`."""
        started_s = perf_counter()
        fields = header_fields(cast("list[tuple[bytes, bytes]]", scope["headers"]))
        made = operation(path, fields.get("accept"), self.measures)
        method = cast("str", scope["method"])
        await sent(made, method, send)
        line = Line(
            client=client_of(scope),
            method=method,
            route=path,
            status=made.status,
            outcome=outcome_of(made.status),
            took_s=perf_counter() - started_s,
            n_bytes=made.n_bytes,
        )
        self._tell(line, is_query=False)

    def _most_bytes(self, scope: Message, path: str) -> int:
        if not has_body(scope):
            return 0
        fields = header_fields(cast("list[tuple[bytes, bytes]]", scope["headers"]))
        return self.most_bytes(cast("str", scope["method"]), path, fields)

    async def _shown(self, exchange: Exchange, receive: Receive) -> Answer | CppccError | None:
        """What a page is going to show; found here, so that no thread waits for it. None when the client has left."""
        try:
            answer = await self._awaited(exchange.query, receive)
        except CppccError as error:
            return error
        if answer is None:
            self.tell(exchange, None, Reply(status=CLIENT_LEFT))
        return answer

    async def _exchange(self, exchange: Exchange, scope: Message, receive: Receive, send: Send) -> CppccError | None:
        """Answers the query, or gives back why it cannot be answered; nothing was sent then."""
        opaque = validator(exchange.query, self.state())
        made, answer = unchanged(opaque, exchange.asked), None
        if made is None:
            try:
                answer = await self._awaited(exchange.query, receive)
            except CppccError as error:
                return error
            if answer is None:  # the client has left
                self.tell(exchange, None, Reply(status=CLIENT_LEFT))
                return None
            made = reply(answer, opaque, exchange.asked)
        is_sent = False
        try:
            await sent(made, exchange.method, partial(sent_on, scope, send))
            is_sent = True
        except (TimeoutError, OSError):
            cut(scope)
        finally:
            if made.file is not None:
                made.file.close()
        self.tell(exchange, answer, made, is_sent=is_sent)
        return None

    async def _awaited(self, query: QueryRequest, receive: Receive) -> Answer | None:
        """The answer; None when the client left before, and the query was given up."""
        watch = _Watch(receive)
        try:
            return await self.answers.answer(query)
        except asyncio.CancelledError:
            if watch.has_left:
                return None
            raise
        finally:
            watch.stop()

    def note(self, line: Line) -> None:
        """Logs and counts what was refused before it was a request."""
        self._tell(line, is_query=False)

    def _tell(self, line: Line, *, is_query: bool) -> None:
        write_line(line, soon=True)
        self.measures.count(line, is_query=is_query)


async def sent_on(scope: Message, send: Send, message: Message) -> None:
    """
    Sends *message*.

    Raises:
        ConnectionResetError: the client has left; uvicorn itself would take all the rest in silence.
    """
    has_left = state_of(scope).get("has_left")
    if callable(has_left) and has_left():
        raise ConnectionResetError
    await send(message)


class _Watch:
    """Cancels the task that made it when the client leaves; looks only at queries that take longer than a moment."""

    def __init__(self, receive: Receive) -> None:
        self.has_left = False
        self._receive = receive
        self._asking = asyncio.current_task()
        self._watching: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(_WATCHED_AFTER_S, self._begin)

    def _begin(self) -> None:
        self._watching = asyncio.get_running_loop().create_task(self._look())

    async def _look(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.has_left = True
        if self._asking is not None:
            self._asking.cancel()

    def stop(self) -> None:
        """Looks no more."""
        self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()


def _line(exchange: Exchange, answer: Answer | None, made: Reply, *, is_sent: bool = True) -> Line:
    return Line(
        client=exchange.query.client,
        method=exchange.method,
        route=ENDPOINT,
        status=made.status,
        outcome=outcome_of(made.status if is_sent else CLIENT_LEFT),
        took_s=perf_counter() - exchange.started_s,
        n_bytes=answer.n_bytes if answer else 0,
        coding=made.coding or None,
        query_sha256=hash_of(exchange.query) if is_written() else None,
        query_form=answer.form.value if answer else None,
        rows=answer.n_rows if answer else None,
        cache=answer.cache if answer else None,
    )


def _gone(scope: Message, started_s: float) -> Line:
    """Of a request whose body never came."""
    return Line(
        client=client_of(scope),
        method=cast("str", scope["method"]),
        route=None,
        status=CLIENT_LEFT,
        outcome=outcome_of(CLIENT_LEFT),
        took_s=perf_counter() - started_s,
    )
