"""Cursors of lists: opaque to clients, and only those that this server made are taken."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from struct import Struct, error

from infsh_secrets.crypto.binding import compare_digest, hmac_digest
from infsh_secrets.server.failures import Failure
from infsh_secrets.server.listing import Place, Span

_AFTER = 0
_BEFORE = 1
_BODY = Struct(">BQ16s")
_MAC_BYTES = 16
_LONGEST = 128


def encode_cursor(key: bytes, scope: str, place: Place, *, before: bool = False) -> str:
    """Return a cursor to what follows (or precedes) a place in the list that `scope` names."""
    body = _BODY.pack(_BEFORE if before else _AFTER, *place)
    return urlsafe_b64encode(body + _mac(key, scope, body)).decode().rstrip("=")


def decode_cursor(key: bytes, scope: str, cursor: str, limit: int) -> Span:
    """Return what a cursor of this list means; "" is the beginning. A Failure 400 for others."""
    if not cursor:
        return Span(limit)
    try:
        data = urlsafe_b64decode(cursor[:_LONGEST].encode("ascii") + b"=" * (-len(cursor) % 4))
        body, mac = data[:-_MAC_BYTES], data[-_MAC_BYTES:]
        direction, created, identity = _BODY.unpack(body)
    except (ValueError, error):
        raise _forged() from None
    if not compare_digest(mac, _mac(key, scope, body)):
        raise _forged()
    place = (created, identity)
    return Span(limit, before=place) if direction == _BEFORE else Span(limit, after=place)


def _mac(key: bytes, scope: str, body: bytes) -> bytes:
    return hmac_digest(key, scope.encode() + b"\0" + body, "sha256")[:_MAC_BYTES]


def _forged() -> Failure:
    return Failure(400, "The cursor is not one of this list.")
