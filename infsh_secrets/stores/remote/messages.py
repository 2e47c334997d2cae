"""Requests to a remote store and its answers, and the limits of both."""

from __future__ import annotations

import json
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

OK = range(200, 300)
NO_CONTENT = 204
LIMITED = 429
_DEEPEST = 32
_MOST_PARTS = 200_000
"""Commas and opening brackets in an answer: each may cost a hundred times its size in memory."""


class Limits:
    """Seconds and bytes; `total` is for a request with all its repetitions.

    Who has made `many` requests has used up the server's rate limit by itself, and waits for the
    next ones as long as the server says, up to `patience` seconds each time.
    """

    __slots__ = (
        "attempts",
        "body",
        "connect",
        "longest_wait",
        "many",
        "patience",
        "pause",
        "read",
        "total",
    )

    def __init__(
        self,
        *,
        connect: float = 5.0,
        read: float = 10.0,
        total: float = 30.0,
        body: int = 8 * 1024 * 1024,
        attempts: int = 4,
        pause: float = 0.5,
        longest_wait: float = 10.0,
        many: int = 50,
        patience: float = 65.0,
    ) -> None:
        self.connect = connect
        self.read = read
        self.total = total
        self.body = body
        self.attempts = attempts
        self.pause = pause
        self.longest_wait = longest_wait
        self.many = many
        self.patience = patience


class Network:
    """How the network is reached: a file of certificates to trust, a proxy; "" for neither."""

    __slots__ = ("ca", "proxy")

    def __init__(self, ca: str = "", proxy: str = "") -> None:
        self.ca = ca
        self.proxy = proxy


class Request:
    """One request; `path` begins with a slash and is percent-encoded.

    `repeat` says that doing it twice is the same as doing it once. A body may hold a value: it is
    secret.
    """

    __slots__ = ("body", "method", "path", "query", "repeat")

    def __init__(
        self,
        method: str,
        path: str,
        *,
        body: dict[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        repeat: bool = True,
    ) -> None:
        self.method = method
        self.path = path
        self.body = body
        self.query = query
        self.repeat = repeat

    def __repr__(self) -> str:
        return f"Request({self.method!r}, {self.path!r})"


class Reply:
    """An answer: `data` is its JSON, None without any; `repeated` if it was asked for twice.

    `readable` is False for a body that is no JSON. What is in it may be secret.
    """

    __slots__ = ("data", "headers", "readable", "repeated", "status")

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.repeated = False
        self.data: Any = None
        self.readable = True
        if body.strip():
            try:
                self.data = parse(body)
            except ValueError:
                self.readable = False

    @property
    def wait(self) -> float | None:
        """Seconds until the next try that the answer asks for, None if it does not."""
        return _asked_for(self.headers, limited=self.status == LIMITED)

    def __repr__(self) -> str:
        return f"Reply({self.status})"


def parse(body: bytes) -> Any:
    """Return the JSON in a body; ValueError when it is none, too deep or of too many parts."""
    parts = body.count(b",") + body.count(b"{") + body.count(b"[")
    if parts > _MOST_PARTS:
        raise ValueError
    try:
        data = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise ValueError from None  # the original holds the text
    level = [data]
    for _ in range(_DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return data
    raise ValueError


def _inside(data: Any) -> Any:
    if isinstance(data, dict):
        return data.values()
    return data if isinstance(data, list) else ()


def _refuse(_: str) -> None:
    raise ValueError


def _asked_for(headers: Mapping[str, str], *, limited: bool) -> float | None:
    """Return the seconds until the next try that an answer asks for, None if it does not.

    When the rate limit begins anew stands in every answer, and matters to those it refuses.
    """
    after = headers.get("retry-after", "").strip()
    if after:
        if after.isascii() and after.isdigit():
            return float(after[:9])
        return _until(after)
    reset = headers.get("x-ratelimit-reset", "").strip() if limited else ""
    if reset.isascii() and reset.isdigit():
        return max(0.0, float(reset[:12]) - time.time())
    return None


def _until(date: str) -> float | None:
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None
