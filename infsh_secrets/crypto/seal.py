"""Sealing: authenticated encryption that commits to its key and context.

This is C2SP chunked-encryption, instance Cobblestone-256 (https://c2sp.org/chunked-encryption):
each message gets a key, nonce and commitment of its own from HKDF, so there is no limit on the
number of messages under one key, and no ciphertext opens under two keys or in two contexts.
"""

from __future__ import annotations

import os

from infsh_secrets.crypto.binding import AESGCM, compare_digest, hmac_digest, hmac_new

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

KEY_BYTES = 32
SALT_BYTES = 24
_COMMITMENT_BYTES = 32
_TAG_BYTES = 16
OVERHEAD = SALT_BYTES + _COMMITMENT_BYTES + _TAG_BYTES
"""How much longer than its plaintext a sealed message is, below one chunk: 72 bytes."""

_CHUNK = 16 * 1024
_SEALED_CHUNK = _CHUNK + _TAG_BYTES
_BODY = SALT_BYTES + _COMMITMENT_BYTES
_TWO_CHUNKS = _BODY + _SEALED_CHUNK
_LABEL = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"
_SHA512_BYTES = 64
_SALTS_AT_ONCE = 256


class SealError(Exception):
    """The message does not open: wrong key, wrong context, changed, cut or not a sealed message.

    It says no more on purpose; callers turn it into an error that names what they were opening.
    """


class SealingKey:
    """A 32-byte key made ready for many messages; it seals and opens as the key itself does."""

    __slots__ = ("inner", "outer")

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("a sealing key has 32 bytes")
        self.inner, self.outer = hmac_new(key, digestmod="sha512").states()


def hkdf_expand(key: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Expand with SHA-512 (RFC 5869, section 2.3); `length` at most 16,320 bytes."""
    block = b""
    out = b""
    counter = 0
    while len(out) < length:
        counter += 1
        block = hmac_digest(key, block + info + bytes((counter,)), "sha512")
        out += block
    return out[:length]


def hkdf(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    """HKDF with SHA-512, extract and expand (RFC 5869)."""
    return hkdf_expand(hmac_digest(salt, secret, "sha512"), info, length)


def seal(key: bytes | SealingKey, context: bytes, message: bytes) -> bytes:
    """Encrypt `message` under a 32-byte `key`, bound to `context`; every call gives other bytes."""
    return seal_with_salt(key, context, message, os.urandom(SALT_BYTES))


def drawn_salts() -> Iterator[bytes]:
    """Yield salts for `seal_with_salt` without end, drawn from the system many at a time.

    For one write of very many messages: after a fork, only one of the processes may go on with it.
    """
    while True:
        drawn = os.urandom(SALT_BYTES * _SALTS_AT_ONCE)
        for start in range(0, len(drawn), SALT_BYTES):
            yield drawn[start : start + SALT_BYTES]


def seal_with_salt(key: bytes | SealingKey, context: bytes, message: bytes, salt: bytes) -> bytes:
    """Do what `seal` does with a salt from outside.

    For test vectors and `drawn_salts` only: the salt selects the one-time key and nonce, so two
    messages under one key, context and salt would give both away.
    """
    if isinstance(key, bytes) and len(key) != KEY_BYTES:
        raise ValueError("a sealing key has 32 bytes")
    commitment, aead, nonce = _schedule(key, context, salt)
    if len(message) < _CHUNK:
        return salt + commitment + aead.encrypt(nonce, message, None)
    parts = [salt, commitment]
    # The last chunk is always shorter than a full one, maybe empty: that marks the end, so a
    # message cut at a chunk's edge does not open.
    for index in range(len(message) // _CHUNK + 1):
        chunk = message[index * _CHUNK : (index + 1) * _CHUNK]
        parts.append(aead.encrypt(_nonce(nonce, index), chunk, None))
    return b"".join(parts)


def open_sealed(key: bytes | SealingKey, context: bytes, sealed: bytes) -> bytes:
    """Return the message, or raise SealError; no part of it is given out before all is verified."""
    # HMAC takes a key of any length and a shorter one as if zeros followed it.
    if len(sealed) < OVERHEAD or (isinstance(key, bytes) and len(key) != KEY_BYTES):
        raise SealError
    commitment, aead, nonce = _schedule(key, context, sealed[:SALT_BYTES])
    # Before any decryption: AES-GCM alone accepts one ciphertext under several keys.
    if not compare_digest(commitment, sealed[SALT_BYTES:_BODY]):
        raise SealError
    try:
        if len(sealed) < _TWO_CHUNKS:
            return aead.decrypt(nonce, sealed[_BODY:], None)
        return _open_chunks(aead, nonce, sealed)
    except Exception:  # noqa: BLE001  # InvalidTag, whose public module is too slow to import here
        raise SealError from None


def _open_chunks(aead: AESGCM, nonce: bytes, sealed: bytes) -> bytes:
    body = len(sealed) - _BODY
    chunks = body // _SEALED_CHUNK + 1
    if body - (chunks - 1) * _SEALED_CHUNK < _TAG_BYTES:
        raise SealError  # no room for the short last chunk
    starts = (_BODY + index * _SEALED_CHUNK for index in range(chunks))
    return b"".join(
        [
            aead.decrypt(_nonce(nonce, index), sealed[start : start + _SEALED_CHUNK], None)
            for index, start in enumerate(starts)
        ]
    )


def _schedule(key: bytes | SealingKey, context: bytes, salt: bytes) -> tuple[bytes, AESGCM, bytes]:
    """Derive (commitment, cipher, first nonce) of one message: 76 bytes of HKDF-Expand.

    Two blocks of HMAC-SHA512 make the 76 bytes, written out here: of what a list of 100,000
    secrets does for each of them this is the most.
    """
    if isinstance(key, bytes):
        key = SealingKey(key)
    info = _LABEL + salt + context
    inner, outer = key.inner.copy(), key.outer.copy()
    inner.update(info + b"\x01")
    outer.update(inner.digest())
    first = outer.digest()
    inner, outer = key.inner.copy(), key.outer.copy()
    inner.update(first + info + b"\x02")
    outer.update(inner.digest())
    return first[44:] + outer.digest()[:12], AESGCM(first[:32]), first[32:44]


def _nonce(first: bytes, index: int) -> bytes:
    return (int.from_bytes(first, "big") ^ index).to_bytes(12, "big") if index else first
