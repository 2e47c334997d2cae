"""One HTTP client for every remote store, made for servers that may be slow, broken or hostile.

A request goes to the origin it was made for and to no other: no redirect is followed, no cookie
kept, no proxy or netrc of the environment used. What comes back is limited in time and in size
before anything looks at it.
"""

from __future__ import annotations

import random
import threading
import time
import zlib

from infsh_secrets import __version__
from infsh_secrets.domain.errors import DeniedError, InfshError, UnavailableError, UsageError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.stores.remote.exchange import Exchange
from infsh_secrets.stores.remote.messages import LIMITED, Limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    import httpx

    from infsh_secrets.domain.addresses import Address
    from infsh_secrets.stores.remote.messages import Network, Reply, Request

REDIRECTS = range(300, 400)
_BUSY = frozenset({408, 425, LIMITED, 500, 502, 503, 504})


class _BrokenError(UnavailableError):
    """No answer; `begun` says whether the server may have got the request."""

    def __init__(self, message: str, hint: str = "", *, begun: bool = True) -> None:
        super().__init__(message, hint)
        self.begun = begun


class Client:
    """Requests to one address, with one token; used by one thread at a time.

    `token` is secret and goes nowhere but to the origin of `address`.
    """

    def __init__(
        self,
        address: Address,
        token: str,
        *,
        headers: Mapping[str, str] | None = None,
        network: Network | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.address = address
        self.limits = limits or Limits()
        self._network = network
        self._headers = {
            **_checked(headers or {}),
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "Content-Type": "application/json",
            "User-Agent": f"infsh-secrets/{__version__}",
        }
        if token:
            self._headers.update(_checked({"Authorization": f"Bearer {token}"}))
        self._client: httpx.Client | None = None
        self._sockets: list[Any] = []
        self._answers = 0

    def __repr__(self) -> str:
        return f"Client({self.address.url!r})"

    def end(self) -> float:
        """Return when requests that begin now are given up; to share it among several."""
        return time.monotonic() + self.limits.total

    def call(self, request: Request, end: float | None = None) -> Reply:
        """Return the answer, whatever its status, but for redirects.

        A request that may be repeated is, with growing pauses, while the server is busy; one that
        was refused for a rate limit was not done and may always be. Raises
        UnavailableError when there is no answer in time, or none that can be used, and DeniedError
        for a redirect and for a certificate that is not valid.
        """
        end = self.end() if end is None else end
        tries = 0
        while True:
            tries += 1
            reply = None
            try:
                reply = self._once(request, end)
            except _BrokenError as error:
                self._drop()
                wait = self._wait(tries, None)
                again = request.repeat or not error.begun
                if not again or not self._may_wait(tries, wait, end):
                    raise UnavailableError(error.message, error.hint) from None
            else:
                reply.repeated = tries > 1
                wait = self._wait(tries, reply)
                if self._used_up(reply, tries, wait):
                    end += wait
                elif not self._busy(request, reply) or not self._may_wait(tries, wait, end):
                    self._answers += 1
                    return reply
            time.sleep(wait)

    @staticmethod
    def _busy(request: Request, reply: Reply) -> bool:
        return reply.status == LIMITED or (reply.status in _BUSY and request.repeat)

    def _used_up(self, reply: Reply, tries: int, wait: float) -> bool:
        """Tell whether the requests made here are what the server has had too many of."""
        limits = self.limits
        many = reply.status == LIMITED and self._answers >= limits.many
        return many and tries < limits.attempts and wait <= limits.patience

    def _may_wait(self, tries: int, wait: float, end: float) -> bool:
        limits = self.limits
        in_time = wait <= limits.longest_wait and time.monotonic() + wait < end
        return tries < limits.attempts and in_time

    def _wait(self, tries: int, reply: Reply | None) -> float:
        """Return the seconds to wait before the next try: those the server asks for, or ours."""
        asked = reply.wait if reply is not None else None
        if asked is not None:
            return asked
        return self.limits.pause * float(2 ** (tries - 1)) * random.uniform(0.5, 1.5)  # noqa: S311

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        self._drop()

    def _drop(self) -> None:
        client, self._client = self._client, None
        self._sockets = []
        if client is not None:
            client.close()

    def _once(self, request: Request, end: float) -> Reply:
        """Make the request in a thread, which is given up when its time is over.

        The time limits of sockets are for each read: a server that sends a byte now and then never
        meets them, and looking up a name has none.
        """
        if self._client is None:
            self._client = _new_client(self.address, self._headers, self._network, self.limits)
        exchange = Exchange(self._client, self._sockets, self.address, request, self.limits.body)
        thread = threading.Thread(target=exchange.run, daemon=True)
        thread.start()
        try:
            thread.join(max(0.0, end - time.monotonic()))
        finally:
            late = thread.is_alive()
            if late:  # or interrupted
                exchange.abandon()
                self._client, self._sockets = None, []
        if late:
            raise UnavailableError(
                f"{self.address.host} did not finish its answer within "
                f"{self.limits.total:.0f} seconds.",
                "Try again later.",
            )
        if exchange.error is not None:
            through = " through the proxy" if self._network and self._network.proxy else ""
            raise _ours(exchange.error, self.address.host, through) from None
        if exchange.reply is None:
            raise _BrokenError(f"{self.address.host} gave no answer.", "Try again later.")
        return exchange.reply


def _new_client(
    address: Address, headers: Mapping[str, str], network: Network | None, limits: Limits
) -> httpx.Client:
    import logging

    import httpx

    def refuse_redirects(response: httpx.Response) -> None:
        # httpx looks at the place to go to even when it is told not to go there.
        if response.status_code in REDIRECTS:
            raise _redirected(address, response.headers.get("location", ""))

    for name in ("httpx", "httpcore"):  # they write whole URLs, and headers, into logs
        logging.getLogger(name).setLevel(logging.WARNING)
    return httpx.Client(
        headers=headers,
        timeout=httpx.Timeout(limits.read, connect=limits.connect),
        verify=_trusted(network.ca if network else "") if address.scheme == "https" else False,
        proxy=(network.proxy if network else "") or None,
        follow_redirects=False,
        event_hooks={"response": [refuse_redirects]},
        trust_env=False,
    )


def _trusted(ca: str) -> Any:
    """Return what certificates are checked with: those of `ca`, else the usual authorities."""
    import ssl

    import httpx

    try:
        context = (
            ssl.create_default_context(cafile=ca)
            if ca
            else httpx.create_ssl_context(trust_env=False)
        )
    except (OSError, ssl.SSLError):
        raise UsageError(
            f"The certificates in {sanitize(ca)} cannot be read.",
            "Name a PEM file as `ca` of the store.",
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _checked(headers: Mapping[str, str]) -> dict[str, str]:
    """Return headers whose values cannot end a line; the message does not repeat them."""
    for name, value in headers.items():
        if not value.isascii() or not value.isprintable() or value != value.strip():
            what = "token" if name == "Authorization" else name
            raise UsageError(
                f"The {what} has characters that cannot be sent.",
                "Copy it again, without line ends and blanks.",
            )
    return dict(headers)


def _redirected(address: Address, location: str) -> DeniedError:
    from urllib.parse import urlsplit

    try:
        host = urlsplit(location).hostname or address.host
    except ValueError:
        host = "an address that is none"
    return DeniedError(
        f"{address.host} redirects to {sanitize(host)[:255]}; redirects are not followed.",
        "If the store has moved, name its new address.",
    )


def _ours(error: Exception, host: str, through: str) -> Exception:
    """Return our error for one of httpx's; an unknown one is returned as it is."""
    import httpx

    if isinstance(error, InfshError):
        return error
    insecure = _insecure(error, host)
    if insecure is not None:
        return insecure
    kinds: tuple[tuple[type[Exception], Callable[[], Exception]], ...] = (
        (httpx.ConnectTimeout, lambda: _unreached(f"{host} does not answer{through}.")),
        (httpx.ProxyError, lambda: _unreached("The proxy refuses the connection.")),
        (httpx.ConnectError, lambda: _unreached(f"{host} cannot be reached{through}.")),
        (httpx.TimeoutException, lambda: _broken(f"{host} did not answer in time.")),
        (httpx.HTTPError, lambda: _broken(f"{host} broke off, or does not speak HTTP.")),
        (zlib.error, lambda: _broken(f"The answer of {host} is damaged.")),
    )
    return next((made() for kind, made in kinds if isinstance(error, kind)), error)


def _unreached(message: str) -> _BrokenError:
    return _BrokenError(message, "Check the network and the address of the store.", begun=False)


def _broken(message: str) -> _BrokenError:
    return _BrokenError(message, "Try again later.")


def _insecure(error: BaseException, host: str) -> InfshError | None:
    """Return our error where TLS is what has failed, else None."""
    import ssl

    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            why = sanitize(seen.verify_message or "it cannot be verified").rstrip(".")[:300]
            return DeniedError(
                f"The certificate of {host} is not valid: {why}. Nothing was sent.",
                "Check the address; an authority of your own is named as `ca` of a named store.",
            )
        if isinstance(seen, ssl.SSLError):
            return _unreached(f"No secure connection to {host} can be made.")
        seen = seen.__cause__ or seen.__context__
    return None
