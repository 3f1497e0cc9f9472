"""
uvicorn's HTTP connection, with limits to how long and how much a client may take before a request is there.

A client that opens a connection and says nothing, or a header line for ever, holds a few kilobytes for half a minute.
"""

import asyncio
from urllib.parse import quote

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

HEAD_DEADLINE_S = 30.0
MAX_HEAD_BYTES = 64 * 1024
_LINGER_S = 5.0
_ASCII = bytes(range(0x21, 0x7F))
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class PatientProtocol(HttpToolsProtocol):
    """Spec: RFC 6585, section 5 (431); RFC 9112, section 9.6 (closing a connection)."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """The client has some time to ask."""
        super().connection_made(transport)
        self._timer: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._is_in_body = False
        self._is_refused = False
        self._start_timer(HEAD_DEADLINE_S)

    def data_received(self, data: bytes) -> None:
        """Bytes count until the head of the request is complete; so does time, and after an answer that came early."""
        if self._is_refused:
            return
        if self._timer is None and not self._is_answering():
            self._start_timer(HEAD_DEADLINE_S)
        if not self._is_in_body:
            self._head_bytes += len(data)
        super().data_received(data)
        if not self._is_in_body and self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self._refuse_head()

    def on_message_begin(self) -> None:
        """Whoever answers may end the connection at once."""
        super().on_message_begin()
        self.scope["state"]["abort"] = self.transport.abort

    def on_url(self, url: bytes) -> None:
        """Raw UTF-8 in an address is taken for what it would be in percent-encoding."""
        super().on_url(url if url.isascii() else quote(url, safe=_ASCII).encode())

    def on_headers_complete(self) -> None:
        """The head is there in time."""
        self._stop_timer()
        self._head_bytes = 0
        self._is_in_body = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The whole request is there."""
        self._stop_timer()
        self._is_in_body = False
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is left to wait for."""
        self._stop_timer()
        super().connection_lost(exc)

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _refuse_head(self) -> None:
        """In words when nothing else is being said, and read on for a moment, else the client sees a reset only."""
        if self._is_answering():
            self.transport.abort()
            return
        self._is_refused = True
        self._start_timer(_LINGER_S)
        self.transport.write(_TOO_LARGE)
        self.transport.write_eof()

    def _start_timer(self, delay_s: float) -> None:
        self._stop_timer()
        self._timer = self.loop.call_later(delay_s, self.transport.abort)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
