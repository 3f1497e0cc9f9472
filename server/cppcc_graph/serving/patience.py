"""
uvicorn's HTTP connection, with limits to how long and how much a client may take before a request is there.

A client that opens a connection and says nothing, or a header line for ever, holds a few kilobytes for half a minute.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import ClassVar, cast
from urllib.parse import quote

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from cppcc_graph.serving.refusals import CROWDED, LATE, LONG_HEAD, MALFORMED, MISTAKE, Refusal
from cppcc_graph.web.asgi import Message
from cppcc_graph.web.front import Front
from cppcc_graph.web.outcomes import outcome_of
from cppcc_graph.web.request_log import Line

MAX_HEAD_BYTES = 64 * 1024
_LINGER_S = 5.0
_MOST_PIPELINED = 100
_READ_ON_UP_TO = 50
_END = b"\r\n\r\n"
_AS_IT_IS = bytes(range(0x80))


class PatientProtocol(HttpToolsProtocol):
    """Spec: RFC 6585, section 5 (431); RFC 9112, section 9.6 (closing a connection)."""

    most_connections: ClassVar[int] = 8192
    head_deadline_s: ClassVar[float] = 30.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """The client has some time to ask."""
        super().connection_made(transport)
        self._timer: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._is_in_line = self._is_in_head = self._is_in_message = False
        self._has_begun_here = False
        self._active: RequestResponseCycle | None = None
        self._is_refused = False
        self._quiet_since_s = 0.0
        if len(self.connections) > self.most_connections:
            self._refuse(CROWDED)
        else:
            self._start_timer(self.head_deadline_s, self._give_up)

    def data_received(self, data: bytes) -> None:
        """Bytes count until the head of the request is complete; so does time, and after an answer that came early."""
        if self._is_refused:
            return
        if not data.isascii():
            data = self._with_ascii_line(data)
        self._is_in_line = not (self._is_in_message and not self._is_in_line) and b"\n" not in data
        self._has_begun_here = False
        super().data_received(data)
        if not self._is_in_head or self.transport.is_closing():
            return
        before = data.rfind(_END) + len(_END) if self._has_begun_here and _END in data else 0
        self._head_bytes += len(data) - before
        if self._head_bytes > MAX_HEAD_BYTES:
            self._refuse(LONG_HEAD)

    def _with_ascii_line(self, data: bytes) -> bytes:
        """Raw UTF-8 in an address is taken for what it would be in percent-encoding; the parser takes only ASCII."""
        if self._is_in_message and not self._is_in_line:
            return data
        line, end, rest = data.partition(b"\n")
        return quote(line, safe=_AS_IT_IS).encode() + end + rest

    def on_message_begin(self) -> None:
        """Whoever answers may end the connection at once; the head has to be there in time."""
        super().on_message_begin()
        self.scope["state"]["abort"] = self.transport.abort
        self._is_in_message = self._is_in_head = self._has_begun_here = True
        self._head_bytes = 0
        if self._timer is None:
            self._start_timer(self.head_deadline_s, self._give_up)

    def on_headers_complete(self) -> None:
        """The head is there in time; but nobody asks a hundred things before the first one is answered."""
        self.begin_body()
        if len(self.pipeline) >= _MOST_PIPELINED:
            self.transport.abort()
            return
        super().on_headers_complete()
        if len(self.pipeline) < _READ_ON_UP_TO:
            self.flow.resume_reading()  # who does not read on does not see that the client leaves

    def on_response_complete(self) -> None:
        """An idle connection ends in time; one timer looks after it, instead of a new one for each answer."""
        if self.timeout_keep_alive_task is None or self.pipeline or self.transport.is_closing():
            super().on_response_complete()
        else:
            self.server_state.total_requests += 1
            self.flow.resume_reading()
        self._quiet_since_s = self.loop.time()

    def _unset_keepalive_if_required(self) -> None:
        """Uvicorn's call, whenever something arrives: the timer goes on."""

    def timeout_keep_alive_handler(self) -> None:
        """The timer has run out: whoever was busy meanwhile has the rest."""
        left_s = self.timeout_keep_alive - (self.loop.time() - self._quiet_since_s)
        is_quiet = self.is_between_requests()
        if is_quiet and left_s <= 0:
            self.timeout_keep_alive_task = None
            super().timeout_keep_alive_handler()
            return
        wait_s = left_s if is_quiet else self.timeout_keep_alive
        self.timeout_keep_alive_task = self.loop.call_later(wait_s, self.timeout_keep_alive_handler)

    def begin_body(self) -> None:
        """From here on neither bytes nor time are counted."""
        self._stop_timer()
        self._head_bytes = 0
        self._is_in_head = False

    def on_message_complete(self) -> None:
        """The whole request is there."""
        self._is_in_message = False
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is left to wait for, and nobody to answer: neither this request nor those behind it."""
        self._stop_timer()
        for cycle in (self._active, *(queued for queued, _app in self.pipeline)):
            if cycle is not None and not cycle.response_complete:
                cycle.disconnected = True
                cycle.message_event.set()
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
            self.timeout_keep_alive_task = None
        super().connection_lost(exc)

    def is_between_requests(self) -> bool:
        """Whether the last answer is out, nothing of the next request has come, and the client reads."""
        is_quiet = not (self._is_in_message or self._is_refused or self.pipeline)
        return is_quiet and not (self._is_answering() or self.flow.write_paused or self.transport.is_closing())

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  # uvicorn's words are not ours
        """Uvicorn's call, when what arrives is not HTTP."""
        self._refuse(MALFORMED)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        in_own_words(cycle)
        cast("Message", cycle.scope["state"])["has_left"] = partial(getattr, cycle, "disconnected")
        self._active = cycle
        super()._start_asgi_task(cycle, app)

    def _give_up(self) -> None:
        """The time is over: in words for who has begun to ask; who is being answered has more of it."""
        if self._is_answering():
            self._start_timer(self.head_deadline_s, self._give_up)
        elif self._is_in_head:
            self._refuse(LATE)
        else:
            self.transport.abort()

    def _refuse(self, refusal: Refusal) -> None:
        """In words when nothing else is being said, and read on for a moment, else the client sees a reset only."""
        cast("Front", self.config.app).note(_line(self.client[0] if self.client else "", refusal))
        if self._is_answering():
            self.transport.abort()
            return
        self._is_refused = True
        self._start_timer(_LINGER_S, self.transport.abort)
        self.transport.write(refusal.message())
        self.transport.write_eof()

    def _start_timer(self, delay_s: float, then: Callable[[], None]) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(delay_s, then)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def in_own_words(cycle: RequestResponseCycle) -> None:
    """Lets *cycle* tell a mistake of ours as every other failure is told."""
    mistake = partial(MISTAKE, {}, cycle.receive, cycle.send)  # type: ignore[arg-type]  # uvicorn has own types for it
    cycle.send_500_response = mistake  # type: ignore[method-assign]  # there is no other way


def _line(client: str, refusal: Refusal) -> Line:
    status = int(refusal.status)
    return Line(
        client=client,
        method=None,
        route=None,
        status=status,
        outcome=outcome_of(status),
        took_s=0.0,
        n_bytes=len(refusal.body),
    )
