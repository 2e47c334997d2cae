"""Manifests that were read before, so that `run` need not import a YAML parser to start.

An entry is named by the digest of the manifest's bytes and of our version, and holds what
`parse` made of them, in a small binary form with a checksum. It is private (0600 in a 0700 folder):
`env:` may hold what somebody should not have written there. Whatever is wrong with an entry, the
manifest is parsed; nothing about the cache ever fails a command. On the start-up path of `run`.
"""

from __future__ import annotations

import os
import stat

from infsh_secrets import __version__
from infsh_secrets.crypto.binding import sha256
from infsh_secrets.domain.errors import InfshError
from infsh_secrets.files.private import POSIX, ensure_private_folder, read_private_file
from infsh_secrets.manifest.model import Connection, Declaration, Manifest
from infsh_secrets.manifest.source import read_bytes

FORMAT = b"infsh manifest 1\0"
"""Changes with the form of an entry, and whenever the same text is to be read anew."""

FOLDER = "manifests"
MOST_ENTRIES = 200
MOST_BYTES = 256 * 1024
"""Of one entry; a manifest that says more is parsed each time."""

_KEPT = 150
_DIGEST = 32
_SIZE = 4
_SHARED_BITS = 0o077


def load(path: str, state_folder: str) -> Manifest:
    """Return what the manifest at `path` says, from the cache in `state_folder` if it is there.

    Without a state folder ("") there is no cache. Raises what `parse.read` raises.
    """
    data = read_bytes(path)
    if not state_folder:
        return _parse(data, path)
    key = sha256(FORMAT + __version__.encode() + b"\0" + data).digest()
    folder = os.path.join(state_folder, FOLDER)
    entry = os.path.join(folder, key.hex())
    try:
        return decode(read_private_file(entry, "cached manifest", MOST_BYTES), key, path)
    except (InfshError, OSError, ValueError):
        manifest = _parse(data, path)
    _keep(folder, entry, encode(manifest, key))
    return manifest


def _parse(data: bytes, path: str) -> Manifest:
    from infsh_secrets.manifest.parse import parse

    return parse(data, path)


def encode(manifest: Manifest, key: bytes) -> bytes:
    """Return a manifest without its path as an entry that belongs to `key` only."""
    parts = [_number(len(manifest.declarations))]
    for declared in manifest.declarations:
        parts += (
            *map(_text, (declared.key, declared.description, declared.owner)),
            _number(declared.line * 2 + declared.optional),
        )
    parts.append(_number(len(manifest.connections)))
    for connection in manifest.connections:
        parts += (
            *map(_text, (connection.slug, connection.description)),
            _number(connection.line * 2 + connection.optional),
        )
    parts.append(_number(len(manifest.variables)))
    for pair in manifest.variables.items():
        parts += map(_text, pair)
    body = b"".join(parts)
    return sha256(key + body).digest() + body


def decode(entry: bytes, key: bytes, path: str) -> Manifest:
    """Return the manifest of an entry of `key`, as one at `path`; ValueError for anything else."""
    body = entry[_DIGEST:]
    if sha256(key + body).digest() != entry[:_DIGEST]:
        raise ValueError("not an entry of this manifest")
    at = 0

    def number() -> int:
        nonlocal at
        at += _SIZE
        if at > len(body):
            raise ValueError("cut off")
        return int.from_bytes(body[at - _SIZE : at], "big")

    def text() -> str:
        nonlocal at
        start = at + _SIZE
        size = int.from_bytes(body[at:start], "big")
        at = start + size  # beyond the end it is found out at the end
        return body[start:at].decode() if size else ""

    declared = []
    for _ in range(number()):
        name, description, owner, line = text(), text(), text(), number()
        declared.append(
            Declaration(
                name, line=line >> 1, description=description, optional=bool(line & 1), owner=owner
            )
        )
    connections = []
    for _ in range(number()):
        name, description, line = text(), text(), number()
        connections.append(
            Connection(name, line=line >> 1, description=description, optional=bool(line & 1))
        )
    variables = {}
    for _ in range(number()):
        name = text()
        variables[name] = text()
    if at != len(body):
        raise ValueError("too long or too short")
    return Manifest(os.path.abspath(path), declared, connections, variables)


def _number(value: int) -> bytes:
    return value.to_bytes(_SIZE, "big")


def _text(text: str) -> bytes:
    data = text.encode()
    return _number(len(data)) + data


def _keep(folder: str, entry: str, data: bytes) -> None:
    """Write an entry if that is possible, and remove the oldest of too many.

    Nothing waits for the disk: an entry that a power loss leaves half written is not believed.
    """
    if len(data) > MOST_BYTES:
        return
    temporary = f"{entry}.{os.urandom(8).hex()}"
    try:
        ensure_private_folder(folder)
        if not _is_private(folder):
            return
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        descriptor = os.open(temporary, flags, 0o600)
        try:
            try:
                os.write(descriptor, data)
            finally:
                os.close(descriptor)
            os.replace(temporary, entry)
        except BaseException:
            os.unlink(temporary)
            raise
        _prune(folder)
    except (OSError, InfshError):
        return


def _is_private(folder: str) -> bool:
    status = os.lstat(folder)
    if not stat.S_ISDIR(status.st_mode):
        return False
    return not POSIX or (status.st_uid == os.geteuid() and not status.st_mode & _SHARED_BITS)


def _prune(folder: str) -> None:
    names = os.listdir(folder)
    if len(names) <= MOST_ENTRIES:
        return
    ages = []
    for name in names:
        if len(name) < 2 * _DIGEST:  # nothing of ours
            continue
        try:
            ages.append((os.lstat(os.path.join(folder, name)).st_mtime_ns, name))
        except FileNotFoundError:
            continue  # another process prunes too
    ages.sort()
    for _, name in ages[: max(len(ages) - _KEPT, 0)]:
        try:
            os.unlink(os.path.join(folder, name))
        except OSError:
            continue
