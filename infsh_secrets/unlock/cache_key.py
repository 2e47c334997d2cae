"""The key of what is kept of remote stores: its own, in the OS keyring or in a private file.

Losing it loses nothing but that: what was kept opens no more, and is read again.
"""

from __future__ import annotations

import os

from infsh_secrets.crypto.seal import KEY_BYTES
from infsh_secrets.domain.errors import InfshError
from infsh_secrets.files.private import (
    create_private_file,
    ensure_private_folder,
    read_private_file,
)
from infsh_secrets.unlock import os_keyring

_ENTRY = (b"cache\0", b"key\0")
_FILE = "cache.key"
_LIMIT = 2 * KEY_BYTES


def cache_key(folder: str) -> bytes:
    """Return the 32 secret bytes, made when there are none yet.

    They are in the OS keyring if there is a real one that answers, else in a file below `folder`.
    Raises what keeps a file from being made or read.
    """
    try:
        found = _from_keyring()
    except InfshError:
        found = None  # one that does not answer: the file then
    return found or _from_file(os.path.join(folder, _FILE))


def _from_keyring() -> bytes | None:
    backend = os_keyring.find()
    if backend is None:
        return None
    key = _parsed(os_keyring.load(*_ENTRY) or "")
    if key is None:
        key = os.urandom(KEY_BYTES)
        os_keyring.store(backend, *_ENTRY, key.hex())
    return key


def _from_file(path: str) -> bytes:
    if not os.path.lexists(path):
        ensure_private_folder(os.path.dirname(path))
        new = os.urandom(KEY_BYTES)
        try:
            create_private_file(path, new.hex().encode(), "cache key")
        except InfshError:
            if not os.path.lexists(path):
                raise  # else another process has just made it
    key = _parsed(read_private_file(path, "cache key", _LIMIT).decode(errors="replace"))
    if key is None:
        os.unlink(path)
        return _from_file(path)
    return key


def _parsed(text: str) -> bytes | None:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        return None
    return key if len(key) == KEY_BYTES else None
