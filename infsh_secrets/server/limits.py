"""How much a client may ask for, and how long it may take."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

_WINDOW = 60
_MOST_KEYS = 10_000


class Limits(NamedTuple):
    """Sizes in bytes, times in seconds, rates a minute; 0 requests is no limit."""

    body: int = 1024 * 1024
    bodies_together: int = 64 * 1024 * 1024
    headers: int = 16 * 1024
    depth: int = 32
    connections: int = 1000
    headers_seconds: float = 10
    body_seconds: float = 30
    handler_seconds: float = 30
    idle_seconds: int = 15
    drain_seconds: int = 10
    failed_logins: int = 10
    requests: int = 600


class Rate(NamedTuple):
    """What is left of a limit in the present minute, which ends at `reset` (seconds since 1970)."""

    limit: int
    remaining: int
    reset: int
    exceeded: bool


class RateLimit:
    """So many events a minute and key. Knows the latest 10,000 keys; `clock` gives seconds."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.time) -> None:
        self._limit = limit
        self._clock = clock
        self._counts: dict[str, tuple[int, int]] = {}

    def look(self, key: str) -> Rate:
        """Return what is left for a key."""
        minute, count = self._count(key)
        reset = (minute + 1) * _WINDOW
        return Rate(self._limit, max(self._limit - count, 0), reset, count >= self._limit)

    def add(self, key: str) -> Rate:
        """Count one event, and return what is left; `exceeded` when it was one too many."""
        minute, count = self._count(key)
        self._counts.pop(key, None)
        if len(self._counts) >= _MOST_KEYS:
            del self._counts[next(iter(self._counts))]
        self._counts[key] = minute, count + 1
        left = self._limit - count - 1
        return Rate(self._limit, max(left, 0), (minute + 1) * _WINDOW, left < 0)

    def _count(self, key: str) -> tuple[int, int]:
        minute = int(self._clock()) // _WINDOW
        known, count = self._counts.get(key, (minute, 0))
        return minute, count if known == minute else 0
