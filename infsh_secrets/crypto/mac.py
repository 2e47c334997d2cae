"""HMAC-SHA256 of many messages under one key."""

from __future__ import annotations

from infsh_secrets.crypto.binding import hmac_new


class MacKey:
    """A key that HMAC has taken once, for any number of messages."""

    __slots__ = ("_started",)

    def __init__(self, key: bytes) -> None:
        self._started = hmac_new(key, digestmod="sha256")

    def digest(self, message: bytes) -> bytes:
        """Return the 32 bytes of HMAC-SHA256."""
        return self._started.of(message)
