"""HMAC-SHA256 of many messages under one key."""

from __future__ import annotations

from infsh_secrets.crypto.binding import hmac_new


class MacKey:
    """A key that HMAC has taken once, for any number of messages; `much`: for thousands."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes, *, much: bool = False) -> None:
        self._inner, self._outer = hmac_new(key, digestmod="sha256", much=much).states()

    def digest(self, message: bytes) -> bytes:
        """Return the 32 bytes of HMAC-SHA256."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()
