"""The session that `vault unlock` begins: the vault key itself, for some hours, in a private place.

That place is the OS keyring, or a file in the folder of the login (XDG_RUNTIME_DIR), which lies in
memory and is gone with the login. A file of the vault's id there says that there is a session.
"""

from __future__ import annotations

import os
import stat
import time

from infsh_secrets.crypto.binding import compare_digest
from infsh_secrets.crypto.kdf import VaultKeys
from infsh_secrets.domain.errors import InfshError
from infsh_secrets.files.private import (
    POSIX,
    create_private_file,
    ensure_private_folder,
    os_error,
    read_private_file,
)
from infsh_secrets.unlock import os_keyring
from infsh_secrets.unlock.sources import KEYRING, Opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from infsh_secrets.unlock.sources import Lock

_MAGIC = "INFSHSESSION1"
_ENTRY = b"session\0"
_LIMIT = 512
_FIELDS = 7
_SHARED_BITS = 0o077
_CLOCK = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))


def _now() -> tuple[int, int]:
    """Return (milliseconds since 1970, milliseconds of a clock that nobody can set back)."""
    steady = time.clock_gettime_ns(_CLOCK) if _CLOCK is not None else time.monotonic_ns()
    return time.time_ns() // 1_000_000, steady // 1_000_000


def path_in(folder: str, vault_id: bytes) -> str:
    """Return the path of the file that says that a vault has a session."""
    return os.path.join(folder, f"{vault_id.hex()}.session")


def private_runtime_folder(runtime: str) -> bool:
    """Tell whether a file with a key may be put there: it is the caller's, and closed to others."""
    try:
        status = os.stat(runtime)
    except OSError:
        return False
    if not (os.path.isabs(runtime) and stat.S_ISDIR(status.st_mode)):
        return False
    return not POSIX or (status.st_uid == os.geteuid() and not status.st_mode & _SHARED_BITS)


def begin(lock: Lock, vault_key: bytes, path: str, milliseconds: int, *, in_file: bool) -> str:
    """Keep the vault key for so long and return in words where; "" when there is no place for it.

    It goes to the OS keyring if there is a real one, else, with `in_file`, to the file at `path`.
    """
    end(lock.vault_id, path)
    now, steady = _now()
    fields = (_MAGIC, lock.vault_id.hex(), lock.epoch, now, now + milliseconds, steady)
    text = " ".join(map(str, (*fields, vault_key.hex())))
    backend = os_keyring.find()
    if backend is None and not in_file:
        return ""
    ensure_private_folder(os.path.dirname(path))
    if backend is None:
        create_private_file(path, text.encode(), "session file")
        return "a file that is gone with your login"
    os_keyring.store(backend, lock.vault_id, _ENTRY, text)
    create_private_file(path, KEYRING.encode(), "session file")
    return "the OS keyring"


def end(vault_id: bytes, path: str) -> bool:
    """Forget the session of a vault; tell whether there was one."""
    try:
        kept = read_private_file(path, "session file", _LIMIT)
    except InfshError:
        kept = b""
    if kept == KEYRING.encode():
        backend = os_keyring.find()
        if backend is not None:
            os_keyring.forget(backend, vault_id, _ENTRY)
    try:
        os.unlink(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise os_error(error, "session file", path) from None
    return True


def open_session(lock: Lock, path: str, trouble: list[InfshError]) -> Opened | None:
    """Return the vault key while the session lasts; one that is over is forgotten."""
    try:
        text = read_private_file(path, "session file", _LIMIT).decode(errors="replace")
        if text == KEYRING:
            text = os_keyring.load(lock.vault_id, _ENTRY) or ""
        vault_key = _key_in(text, lock)
        if vault_key is None:
            end(lock.vault_id, path)
            return None
    except InfshError as error:
        trouble.append(error)
        return None
    return Opened(vault_key, "the session of `vault unlock`")


def _key_in(text: str, lock: Lock) -> bytes | None:
    parts = text.split(" ")
    if len(parts) != _FIELDS or parts[:2] != [_MAGIC, lock.vault_id.hex()]:
        return None
    try:
        epoch, begun, ends, steady = map(int, parts[2:6])
        vault_key = bytes.fromhex(parts[6])
    except ValueError:
        return None
    now, now_steady = _now()
    # Both clocks must agree: the first can be set back, the second begins anew with the machine.
    lasts = begun <= now < ends and steady <= now_steady < steady + ends - begun
    if epoch != lock.epoch or not lasts:
        return None
    fits = compare_digest(VaultKeys(vault_key, lock.vault_id, epoch).commit, lock.commitment)
    return vault_key if fits else None
