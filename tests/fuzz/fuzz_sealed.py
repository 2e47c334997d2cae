"""What opens with a key or a checksum: sealed messages, keys as text, use logs, anchors."""

from __future__ import annotations

import hashlib
import os
import tempfile
from types import SimpleNamespace

from fuzz_feed import Feed

from infsh_secrets.crypto.kdf import VaultKeys
from infsh_secrets.crypto.keytext import (
    KeyTextError,
    decode_raw_key,
    decode_recovery_code,
    encode_raw_key,
    encode_recovery_code,
)
from infsh_secrets.crypto.seal import SealError, SealingKey, open_sealed, seal_with_salt
from infsh_secrets.domain.errors import LockedError
from infsh_secrets.stores.vault import uselog, uses
from infsh_secrets.stores.vault.anchor import Anchor, State
from infsh_secrets.stores.vault.layout import lp, pad, u32, u64, use_context
from infsh_secrets.unlock.keyfile import parse_key

KEY = bytes(range(32))
VAULT = bytes(range(16))
_SIZES = (0, 1, 100, 16_383, 16_384, 16_385, 33_000)
_FOLDER = tempfile.TemporaryDirectory(prefix="infsh-fuzz-")  # private: mode 0700


def seal(data: bytes) -> None:
    """A message opens exactly when neither it nor its context was changed."""
    feed = Feed(data)
    if feed.number() % 4 == 0:
        _refused(b"context", feed.rest())
        return
    message = bytes(feed.pick(_SIZES))
    context, other = b"context", feed.pick((b"context", b"context\0", b""))
    sealed = seal_with_salt(KEY, context, message, bytes(24))
    changed = feed.edited(sealed)
    if changed == sealed and other == context:
        assert open_sealed(KEY, context, sealed) == message
    else:
        _refused(other, changed)


def _refused(context: bytes, sealed: bytes) -> None:
    try:
        open_sealed(KEY, context, sealed)
    except SealError:
        return
    raise AssertionError("a message opened that nobody has sealed")


def key_text(data: bytes) -> None:
    """What is taken for a key is a key: its text as we write it gives the same one."""
    feed = Feed(data)
    kind = feed.number() % 4
    if kind == 0:
        text = feed.rest()
    elif kind == 1:
        text = feed.edited(encode_raw_key(KEY).encode())
    else:
        text = feed.edited(encode_recovery_code(KEY[:20]).encode())
    for decode, encode in (
        (decode_raw_key, encode_raw_key),
        (decode_recovery_code, encode_recovery_code),
    ):
        try:
            key = decode(text.decode(errors="surrogateescape"))
        except KeyTextError:
            continue
        assert decode(encode(key)) == key
    try:
        parse_key(text, "The key file x")
        told = ""
    except LockedError as error:
        told = f"{error.message} {error.hint}"
    shown = text.decode(errors="replace").strip()
    assert len(shown) < 20 or shown not in told


_KEYS = VaultKeys(KEY, VAULT, 1)


_SEALING = SealingKey(_KEYS.record)


def _store(path: str):
    """Return as much of a store as what reads its log looks at."""
    return SimpleNamespace(
        use_log=path, sealing=_SEALING, vault=VAULT, uses_read=(b"", {}), use_summary=None
    )


def use_log(data: bytes) -> None:
    """A log of whatever lines is read, and opens again after a part of it was cut off."""
    feed = Feed(data)
    kinds = (_raw_line, _sealed_line, _genuine_line)
    log = b"".join([feed.pick(kinds)(feed) for _ in range(feed.number() % 4 + 1)])
    path = os.path.join(_FOLDER.name, "log")
    store = _store(path)
    for part in (log, feed.edited(log)):
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(part)
        found = uses.latest(store)
        assert all(isinstance(when, int) for when in found.values())
        again = uses.latest(_store(path))
        assert found == again, "what was read before changes what is read now"


def _raw_line(feed: Feed) -> bytes:
    return feed.piece(80) + b"\n"


def _sealed_line(feed: Feed) -> bytes:
    """Return a line that opens, and holds anything."""
    identity = feed.take(2).rjust(16, b"i")
    body = _fields(feed) if feed.number() % 4 else feed.piece()
    if feed.number() % 8:
        body = pad(body)
    sealed = seal_with_salt(_KEYS.record, use_context(VAULT, identity), body, bytes(24))
    return f"{identity.hex()} {sealed.hex()}\n".encode()


def _fields(feed: Feed) -> bytes:
    parts = [u64(feed.number(8)), u64(feed.number(8)), lp(feed.piece()), lp(feed.piece())]
    parts.append(u32(feed.number(feed.pick((1, 4)))))
    for _ in range(feed.number() % 4):
        parts += (lp(feed.piece()), lp(feed.piece()), u64(feed.number(8)))
    return feed.pick((b"", b"x")).join((b"".join(parts), feed.piece(4)))


def _genuine_line(feed: Feed) -> bytes:
    subjects = [("default", feed.pick(("A", "B")), 1) for _ in range(feed.number() % 3)]
    marks = [("run", "x", feed.number())] if feed.number() % 2 else []
    made = uselog.Use(feed.number(4), feed.number(), "ann", "get", subjects, marks)
    return uselog.encode_line(_KEYS, VAULT, made, feed.take(2).rjust(16, b"i"))


def anchor(data: bytes) -> None:
    """An anchor is read as it was written, or it is none."""
    feed = Feed(data)
    content = b"infsh-anchor/1\n\0" + VAULT
    kind = feed.number() % 3
    body = feed.rest()
    if kind == 0:
        content = body
    else:
        content += body if kind == 1 else body[:88].ljust(88, b"\0")
        content += hashlib.sha256(content).digest()
    notices: list[str] = []
    known = Anchor(_FOLDER.name, VAULT, notices)
    with open(known.path, "wb") as file:
        file.write(content)
    state = known.read()
    assert (state is None) == bool(notices)
    if state is not None:
        assert isinstance(state, State)
        known.replace(state)
        with open(known.path, "rb") as file:
            assert file.read() == content
