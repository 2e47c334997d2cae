"""SHA-256, and HMAC (RFC 2104) with SHA-256 and SHA-512, from the interpreter's own hashes.

Making OpenSSL ready for hashing takes a tenth of a whole `get`, so it is made ready only when much
is to be hashed: there it is several times faster. An interpreter that was built without hashes of
its own has OpenSSL's.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _hashlib import HASH as Hash  # noqa: N811  # a class
    from hashlib import sha256 as _sha256
    from hashlib import sha512 as _sha512
    from typing import Self
else:
    try:
        if sys.version_info >= (3, 12):
            from _sha2 import sha256 as _sha256
            from _sha2 import sha512 as _sha512
        else:
            from _sha256 import sha256 as _sha256
            from _sha512 import sha512 as _sha512
    except ImportError:
        from hashlib import sha256 as _sha256
        from hashlib import sha512 as _sha512

MUCH = 128 * 1024
"""Bytes hashed with SHA-256 from which on OpenSSL pays for itself."""

_EVERY_BYTE = int.from_bytes(bytes(range(256)), "big")
_INNER = (_EVERY_BYTE ^ int.from_bytes(b"\x36" * 256, "big")).to_bytes(256, "big")
_OUTER = (_EVERY_BYTE ^ int.from_bytes(b"\x5c" * 256, "big")).to_bytes(256, "big")
_BLOCK = {"sha256": 64, "sha512": 128}

_hashed = 0
_fastest = _sha256


def sha256(data: bytes = b"") -> Hash:
    """Return a SHA-256 state that has taken `data`."""
    global _hashed, _fastest  # noqa: PLW0603  # which one is used is a matter of the process
    if _hashed < MUCH:
        _hashed += len(data)
        if _hashed >= MUCH:
            from hashlib import sha256 as fast

            _fastest = fast
    return _fastest(data)


class Hmac:
    """An HMAC state; `copy` gives another that has taken the same, at a fraction of the cost.

    With `much`, thousands of short messages are to come; it matters for SHA-256 only, where OpenSSL
    then pays for itself.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes, digestmod: str, *, much: bool = False) -> None:
        new = _sha256 if digestmod == "sha256" else _sha512
        if much and new is _sha256:
            from hashlib import sha256 as new
        block = _BLOCK[digestmod]
        if len(key) > block:
            key = new(key).digest()
        padded = key.ljust(block, b"\0")
        self._inner = new(padded.translate(_INNER))
        self._outer = new(padded.translate(_OUTER))

    def copy(self) -> Self:
        """Return another state, to go on by itself."""
        other = self.__class__.__new__(self.__class__)
        other._inner = self._inner.copy()
        other._outer = self._outer
        return other

    def states(self) -> tuple[Hash, Hash]:
        """Return the inner and the outer hash as they are now, to be copied for each message."""
        return self._inner, self._outer

    def update(self, data: bytes) -> None:
        """Take more of the message."""
        self._inner.update(data)

    def digest(self) -> bytes:
        """Return the code of the message so far."""
        outer = self._outer.copy()
        outer.update(self._inner.digest())
        return outer.digest()


def hmac_digest(key: bytes, message: bytes, digestmod: str) -> bytes:
    """Return the code of a whole message."""
    state = Hmac(key, digestmod)
    state.update(message)
    return state.digest()
