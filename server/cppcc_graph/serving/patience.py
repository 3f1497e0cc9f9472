"""
uvicorn's HTTP connection, with limits to how long and how much a client may take before a request is there.

A client that opens a connection and says nothing, or a header line for ever, holds a few kilobytes for half a minute.
"""

import asyncio
from urllib.parse import quote

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

HEAD_DEADLINE_S = 30.0
MAX_HEAD_BYTES = 64 * 1024
_ASCII = bytes(range(0x21, 0x7F))
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class PatientProtocol(HttpToolsProtocol):
    """Spec: RFC 6585, section 5 (431); RFC 9112, section 9.6 (closing a connection)."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """The client has some time to ask."""
        super().connection_made(transport)
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = self.loop.call_later(HEAD_DEADLINE_S, transport.abort)

    def data_received(self, data: bytes) -> None:
        """Bytes count until the head of the request is complete."""
        if self._head_timer is None and not self._is_answering():
            self._head_timer = self.loop.call_later(HEAD_DEADLINE_S, self.transport.abort)
        self._head_bytes += len(data)
        super().data_received(data)
        if self._head_timer is not None and self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.transport.write(_TOO_LARGE)
            self.transport.close()

    def on_message_begin(self) -> None:
        """Whoever answers may end the connection at once."""
        super().on_message_begin()
        self.scope["state"]["abort"] = self.transport.abort

    def on_url(self, url: bytes) -> None:
        """Raw UTF-8 in an address is taken for what it would be in percent-encoding."""
        super().on_url(url if url.isascii() else quote(url, safe=_ASCII).encode())

    def on_headers_complete(self) -> None:
        """The head is there in time."""
        self._stop_head_timer()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is left to wait for."""
        self._stop_head_timer()
        super().connection_lost(exc)

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    def _stop_head_timer(self) -> None:
        self._head_bytes = 0
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None
