"""The outermost layer of the application: limits, time, the request's id, and the log."""

from __future__ import annotations

import asyncio
import json
import os
import time
from typing import TYPE_CHECKING, Any

from infsh_secrets.server.access import Exchange
from infsh_secrets.server.failures import Failure, as_failure, contract_of, describe_fault, is_fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from infsh_secrets.server.access_log import AccessLog
    from infsh_secrets.server.failures import Contract
    from infsh_secrets.server.limits import Limits


class _Disconnected(Exception):  # noqa: N818  # nobody waits for an answer any more
    """The client went away before its request was whole."""


class Guard:
    """An ASGI application around another: whole bodies within the limits, and always an answer."""

    def __init__(
        self,
        app: ASGIApp,
        contracts: Sequence[Contract],
        limits: Limits,
        log: AccessLog,
        *,
        behind_proxy: bool,
    ) -> None:
        self._app = app
        self._contracts = contracts
        self._limits = limits
        self._log = log
        self._behind_proxy = behind_proxy
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        begun = time.perf_counter()
        exchange = Exchange(os.urandom(8).hex(), self._address(scope))
        scope["infsh.exchange"] = exchange
        answer = _Answer(exchange, send)
        taken = 0
        try:
            body = await self._body(scope, receive)
            taken = len(body)
            self._held += taken
            async with asyncio.timeout(self._limits.handler_seconds):
                await self._app(scope, _replayed(body, receive), answer.send)
        except _Disconnected:
            pass
        except Exception as error:  # noqa: BLE001  # whatever it is, the client gets an answer
            await self._failed(scope, exchange, answer, error)
        finally:
            self._held -= taken
            route = self._route(scope)
            seconds = time.perf_counter() - begun
            self._log.request(exchange, scope["method"], route, answer.status, seconds)

    def _route(self, scope: Scope) -> str:
        """Return the pattern that the path has matched, "" for none."""
        route: str = getattr(scope.get("route"), "path", "")
        prefix = contract_of(self._contracts, scope["path"]).prefix
        return route if not route or route.startswith(prefix) else prefix + route

    def _address(self, scope: Scope) -> str:
        """Return who asks: behind a proxy, whom the proxy has put last in its header."""
        address = str((scope.get("client") or ("",))[0])
        if not self._behind_proxy:
            return address
        forwarded = [v for n, v in scope["headers"] if n == b"x-forwarded-for"]
        last = forwarded[-1].decode("latin-1").rpartition(",")[2].strip() if forwarded else ""
        return last[:64] or address

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        limits = self._limits
        headers = scope["headers"]
        size = sum(len(name) + len(value) + 4 for name, value in headers)
        if size + len(scope["raw_path"]) + len(scope["query_string"]) > limits.headers:
            raise _closing(431, f"The headers are longer than {limits.headers} bytes.")
        named = {name: value for name, value in headers if name in _BODY_HEADERS}
        if not named:
            return b""
        length = named.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > limits.body:
            raise _too_large(limits)
        try:
            async with asyncio.timeout(limits.body_seconds):
                body = await self._read(receive)
        except TimeoutError:
            raise _closing(408, "The body took too long.") from None
        check_depth(body, limits.depth)
        return body

    async def _read(self, receive: Receive) -> bytes:
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] != "http.request":
                raise _Disconnected
            part = message.get("body", b"")
            parts.append(part)
            size += len(part)
            if size > self._limits.body:
                raise _too_large(self._limits)
            if self._held + size > self._limits.bodies_together:
                raise _closing(503, "The server has too much to do.")
            if not message.get("more_body", False):
                return b"".join(parts)

    async def _failed(
        self, scope: Scope, exchange: Exchange, answer: _Answer, error: Exception
    ) -> None:
        if isinstance(error, TimeoutError):
            error = Failure(503, "The server took too long.", headers={"Retry-After": "1"})
            self._log.fault(exchange.request_id, "the handler took too long")
        elif is_fault(error) and not answer.status:  # else it is in the log already
            self._log.fault(exchange.request_id, describe_fault(error))
        if answer.status:
            return  # what has begun cannot be taken back; the connection is closed
        failed = contract_of(self._contracts, scope["path"]).failed
        response = failed(as_failure(error), exchange.request_id)
        await response(scope, _nothing, answer.send)


class _Answer:
    """What goes to the client, with the headers that every answer carries; status 0 is none."""

    def __init__(self, exchange: Exchange, send: Send) -> None:
        self._exchange = exchange
        self._send = send
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            exchange = self._exchange
            added = [*exchange.headers, ("X-Request-Id", exchange.request_id)]
            raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in added]
            message = {**message, "headers": [*message.get("headers", ()), *raw]}
        await self._send(message)


_BODY_HEADERS = (b"content-length", b"transfer-encoding")


def check_depth(body: bytes, most: int) -> None:
    """Raise a Failure 400 for JSON that is nested more deeply; other bodies are let pass."""
    if body.count(b"[") + body.count(b"{") <= most:
        return
    try:
        level: list[Any] = [json.loads(body)]
    except RecursionError:
        raise _too_deep(most) from None
    except ValueError:
        return  # the route says what is wrong with it
    depth = 0
    while level := [one for one in level if isinstance(one, (list, dict))]:
        depth += 1
        if depth > most:
            raise _too_deep(most)
        level = [
            inner for one in level for inner in (one.values() if isinstance(one, dict) else one)
        ]


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return a receiver of a body that has been read already."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def _closing(status: int, detail: str) -> Failure:
    return Failure(status, detail, headers={"Connection": "close"})


def _too_large(limits: Limits) -> Failure:
    return _closing(413, f"The body is larger than {limits.body} bytes.")


def _too_deep(most: int) -> Failure:
    return Failure(400, f"The body is nested more than {most} deep.")
