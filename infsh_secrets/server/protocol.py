"""The connections of the server: those that are slow or send too much are closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    import asyncio

    from infsh_secrets.server.limits import Limits

_REFUSED = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\ncache-control: no-store\r\n\r\n"
)


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with a time limit from a request's first byte to the end of its headers.

    The time begins with the connection, too. uvicorn itself waits for ever in both cases. A client
    that does not read its answer is cut off as well. `limits` are those of the server.
    """

    limits: Limits

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._headers_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None
        self._in_body = False
        self._pending = 0
        self._completed = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections:
            transport.abort()
            return
        self._expect_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        self._headers_done()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        completed = self._completed
        super().data_received(data)
        if self.transport.is_closing():
            self._headers_done()
        elif self._in_body:
            return
        elif self._completed != completed and not self._pending:
            return  # the end of a request, and nothing of another
        else:
            self._pending += len(data)
            self._expect_headers()
            if self._pending > self.limits.headers:
                self.transport.write(_REFUSED)
                self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._pending = 1
        self._expect_headers()

    def on_headers_complete(self) -> None:
        self._in_body = True
        self._headers_done()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_body = False
        self._completed += 1
        super().on_message_complete()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._write_timer is None:
            seconds = self.limits.handler_seconds
            self._write_timer = self.loop.call_later(seconds, self.transport.abort)

    def resume_writing(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None
        super().resume_writing()

    def _expect_headers(self) -> None:
        if self._headers_timer is None:
            seconds = self.limits.headers_seconds
            self._headers_timer = self.loop.call_later(seconds, self.transport.abort)

    def _headers_done(self) -> None:
        self._pending = 0
        if self._headers_timer is not None:
            self._headers_timer.cancel()
            self._headers_timer = None


def protocol_with(limits: Limits) -> type[GuardedProtocol]:
    """Return the protocol with these limits."""
    return type("LimitedProtocol", (GuardedProtocol,), {"limits": limits})
