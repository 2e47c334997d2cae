"""Running the server: the socket, TLS, and an orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import os
import signal
import socket
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import uvicorn

from infsh_secrets.domain.errors import ConflictError, DeniedError, UnavailableError, UsageError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.server.access_log import AccessLog
from infsh_secrets.server.app import build
from infsh_secrets.server.certificates import SECONDS, Certificates
from infsh_secrets.server.data import open_server_data
from infsh_secrets.server.limits import Limits
from infsh_secrets.server.loading import load_all
from infsh_secrets.server.protocol import protocol_with

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from infsh_secrets.server.data import ServerData

_HEADERS = [
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
]
_UNDER_TLS = [("Strict-Transport-Security", "max-age=31536000")]
_BACKLOG = 1024


class Options(NamedTuple):
    """Where the server listens and what it serves; TLS files are paths or None."""

    data: str
    key_file: str | None = None
    host: str = "127.0.0.1"
    port: int = 8420
    tls_cert: str | None = None
    tls_key: str | None = None
    behind_proxy: bool = False
    limits: Limits = Limits()


def serve(options: Options, tell: Callable[[str], None]) -> None:
    """Serve until the process is asked to end; `tell` gets what its owner should know.

    Everything that can be wrong is an error before the first request is taken.
    """
    check(options)
    load_all()
    tls = _tls(options)
    listener = listen(options)
    try:
        with open_server_data(options.data, options.key_file, make=True) as data:
            for notice in data.notices:
                tell(notice)
            if not data.tokens.teams():
                tell(
                    "There are no teams yet. Make one with: infsh secrets team create NAME "
                    f"--data {sanitize(data.folder)}"
                )
            where = address(listener, under_tls=tls is not None)
            _serve_on(listener, data, options, tls, lambda: tell(f"Listening on {where}"))
    finally:
        listener.close()


def _serve_on(
    listener: socket.socket,
    data: ServerData,
    options: Options,
    tls: Certificates | None,
    started: Callable[[], None],
) -> None:
    limits, log = options.limits, AccessLog()
    application = build(data, limits, log, behind_proxy=options.behind_proxy)
    _quiet_uvicorn(log)
    server = StoppableServer(configured(application.asgi, limits, tls, log), started)
    try:
        asyncio.run(server.run_on(listener))
    finally:
        application.teams.close(limits.drain_seconds)


def check(options: Options) -> None:
    """Raise a UsageError for options that contradict each other or are not safe."""
    if bool(options.tls_cert) != bool(options.tls_key):
        raise UsageError(
            "TLS needs both a certificate and its key.", "Give --tls-cert FILE and --tls-key FILE."
        )
    if options.tls_cert and options.behind_proxy:
        raise UsageError(
            "Behind a proxy that ends TLS the server needs no certificate.",
            "Leave out --behind-proxy or the TLS files.",
        )
    if not (options.tls_cert or options.behind_proxy or is_loopback(options.host)):
        raise UsageError(
            "Tokens and values would go over the network unencrypted.",
            "Give --tls-cert and --tls-key, or --behind-proxy where a proxy ends TLS.",
        )


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address is this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listen(options: Options) -> socket.socket:
    """Return a listening socket, or raise the error that says why there is none."""
    shown = f"{sanitize(options.host)} port {options.port}"
    try:
        found = socket.getaddrinfo(
            options.host, options.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (OSError, UnicodeError, OverflowError):
        raise UsageError(f"There is no address {shown}.", "Name another with --host.") from None
    family, kind, protocol, _, place = found[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(_BACKLOG)
        listener.setblocking(False)  # noqa: FBT003  # its only parameter
    except OSError as error:
        listener.close()
        import errno

        if error.errno == errno.EADDRINUSE:
            raise ConflictError(
                f"Another program listens on {shown}.", "Name another port with --port."
            ) from None
        if error.errno == errno.EACCES:
            raise DeniedError(
                f"You may not listen on {shown}.", "Name a port above 1023 with --port."
            ) from None
        reason = os.strerror(error.errno or 0)
        raise UnavailableError(f"Listening on {shown} is not possible: {reason}.") from None
    return listener


def address(listener: socket.socket, *, under_tls: bool) -> str:
    """Return the address of a listening socket as clients write it."""
    host, port = listener.getsockname()[:2]
    host = f"[{host}]" if ":" in host else host
    return f"{'https' if under_tls else 'http'}://{host}:{port}"


def configured(
    application: object,
    limits: Limits,
    tls: Certificates | None = None,
    log: AccessLog | None = None,
) -> uvicorn.Config:
    """Return the configuration of uvicorn: our protocol and headers, nothing of its own in logs.

    Certificates are looked at now and then; `log` is told what becomes of new ones.
    """

    async def renew() -> None:
        if tls is not None and log is not None:
            tls.refresh(log.note)

    config = uvicorn.Config(
        application,  # type: ignore[arg-type]
        loop="asyncio",
        http=protocol_with(limits),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        headers=[*_HEADERS, *(_UNDER_TLS if tls else ())],
        timeout_keep_alive=limits.idle_seconds,
        timeout_graceful_shutdown=limits.drain_seconds,
        timeout_notify=SECONDS,
        callback_notify=renew,
    )
    config.load()
    config.ssl = tls.context if tls else None
    return config


class StoppableServer(uvicorn.Server):
    """uvicorn's server on a socket that listens already; signals end it and nothing else.

    `started` is called when requests are answered and signals are heeded.
    """

    def __init__(self, config: uvicorn.Config, started: Callable[[], None] | None = None) -> None:
        super().__init__(config)
        self._tell_started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        if self._tell_started is not None:
            self._tell_started()

    async def run_on(self, listener: socket.socket) -> None:
        """Serve until a signal or `should_exit` says that it is enough, then drain."""
        loop = asyncio.get_running_loop()
        # A handshake is a part of the time that a client has for its headers.
        loop.create_server = partial(  # type: ignore[method-assign]
            loop.create_server,
            **({"ssl_handshake_timeout": _HANDSHAKE_SECONDS} if self.config.ssl else {}),
        )
        await self.serve(sockets=[listener])

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Let SIGINT, SIGTERM and the end of its terminal end the server in order.

        The process goes on after that. Under nohup the end of a terminal means nothing.
        """
        import threading

        if threading.current_thread() is not threading.main_thread():
            yield
            return
        numbers = [signal.SIGINT, signal.SIGTERM]
        if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            numbers.append(signal.SIGHUP)
        before = {number: signal.signal(number, self.handle_exit) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


_HANDSHAKE_SECONDS = 10


def _tls(options: Options) -> Certificates | None:
    if not options.tls_cert or not options.tls_key:
        return None
    return Certificates(options.tls_cert, options.tls_key)


class _ToLog(logging.Handler):
    """Puts what uvicorn warns of into our log, without the data that it adds."""

    def __init__(self, log: AccessLog) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        first, _, _ = str(record.msg).partition("\n")
        self._log.note(f"{record.name}: {first}")


def _quiet_uvicorn(log: AccessLog) -> None:
    for name in ("uvicorn.error", "asyncio"):
        logger = logging.getLogger(name)
        logger.handlers = [_ToLog(log)]
        logger.propagate = False
        logger.setLevel(logging.WARNING)
