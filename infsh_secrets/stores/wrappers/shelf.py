"""Sealed files that last for some time: where a cache keeps what it has read.

A file a record, below a folder for each scope; their names are keyed hashes, their sizes are
rounded up. Only their number tells anything. What does not open, is too old or comes from a time to
come is as good as absent, and goes.
"""

from __future__ import annotations

import json
import os

from infsh_secrets.crypto.binding import hmac_digest
from infsh_secrets.crypto.seal import OVERHEAD, SealError, open_sealed, seal
from infsh_secrets.domain.errors import InfshError
from infsh_secrets.files.private import (
    create_private_file,
    ensure_private_folder,
    os_error,
    read_private_file,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

_LABEL = b"infsh-cache/1"
_WHAT = "cache file"
_ROUNDED = 1024
_LARGEST = 64 * 1024 * 1024
_NAME_BYTES = 16


class Shelf:
    """The records of one scope: of what all of `scope` name together, and of nothing else.

    `key` is 32 secret bytes; records last `limit` milliseconds by `clock`, which counts them since
    1970. A record is what JSON can hold.
    """

    def __init__(
        self,
        folder: str,
        key: bytes,
        scope: Sequence[str],
        *,
        limit: int,
        clock: Callable[[], int],
    ) -> None:
        self._key = key
        self._scope = _LABEL + b"".join(map(_prefixed, scope))
        self._limit = limit
        self._clock = clock
        self._swept = False
        self.folder = os.path.join(folder, self._name(self._scope))

    def put(self, place: Sequence[str], record: dict[str, Any]) -> None:
        """Keep a record instead of the one there is; what is too large is not kept."""
        text = json.dumps({"time": self._clock(), **record}).encode()
        text += b" " * (-len(text) % _ROUNDED)
        if len(text) > _LARGEST - OVERHEAD - len(text) // 512:
            self.drop(place)
            return
        context = self._context(place)
        path = self._path(context)
        ensure_private_folder(self.folder)
        self._sweep()
        temporary = f"{path}.{os.urandom(8).hex()}"
        create_private_file(temporary, seal(self._key, context, text), _WHAT)
        try:
            os.replace(temporary, path)
        except OSError as error:
            _remove(temporary)
            raise os_error(error, _WHAT, path) from None

    def get(self, place: Sequence[str]) -> dict[str, Any] | None:
        """Return a record, None where there is none that is whole, ours and young enough."""
        context = self._context(place)
        path = self._path(context)
        if not os.path.lexists(path):
            return None
        try:
            sealed = read_private_file(path, _WHAT, _LARGEST)
            record = json.loads(open_sealed(self._key, context, sealed))
            age = self._clock() - record["time"]
        except (InfshError, SealError, ValueError, TypeError, KeyError):
            _remove(path)
            return None
        if not 0 <= age < self._limit:
            _remove(path)
            return None
        found: dict[str, Any] = record
        return found

    def has(self, place: Sequence[str]) -> bool:
        """Tell whether there is a record, whatever it is worth."""
        return os.path.lexists(self._path(self._context(place)))

    def drop(self, place: Sequence[str]) -> None:
        """Remove a record, if there is one."""
        _remove(self._path(self._context(place)))

    def wipe(self) -> None:
        """Remove all records of the scope."""
        try:
            names = os.listdir(self.folder)
        except OSError:
            return
        for name in names:
            _remove(os.path.join(self.folder, name))
        try:
            os.rmdir(self.folder)
        except OSError:
            return  # somebody is putting something there again

    def _sweep(self) -> None:
        """Remove once what is too old, and what a process that was killed has left half done."""
        if self._swept:
            return
        self._swept = True
        for entry in os.scandir(self.folder):
            try:
                if entry.stat(follow_symlinks=False).st_mtime * 1000 + self._limit < self._clock():
                    _remove(entry.path)
            except OSError:
                continue

    def _context(self, place: Sequence[str]) -> bytes:
        return self._scope + b"".join(map(_prefixed, place))

    def _path(self, context: bytes) -> str:
        return os.path.join(self.folder, self._name(context))

    def _name(self, context: bytes) -> str:
        return hmac_digest(self._key, b"name" + context, "sha256")[:_NAME_BYTES].hex()


def _prefixed(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(4, "big") + data


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return
