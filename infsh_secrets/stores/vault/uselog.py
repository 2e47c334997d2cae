"""The use log: a sealed line for each time that values were given out.

Reading secrets must stay fast, wait for no writer, and work on media that cannot be written. So a
use is one line in a file of this machine's own, best effort; the next write of the vault folds the
lines into the audit chain (`uses`). On the start-up path of a plain `get`.
"""

from __future__ import annotations

import os
import stat
import time

from infsh_secrets.crypto.seal import seal
from infsh_secrets.domain.errors import InfshError
from infsh_secrets.stores.vault.layout import lp, name_index, pad, u32, u64, use_context

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from infsh_secrets.crypto.kdf import VaultKeys

MOST_BYTES = 16 * 1024 * 1024
"""A log that is longer loses its older half: nobody has written to its vault for so long."""

MOST_SECRETS = 500
"""A use of more secrets is several lines, so that each write of the vault can fold a few."""

ID_BYTES = 16
_SHARED_BITS = 0o077
_PATIENCE_SECONDS = 2.0
_PAUSE_SECONDS = 0.001

Used = tuple[str, str, int]
"""(environment, key, version)"""

Mark = tuple[str, str, int]
"""(action, text, number): what a use is besides its secrets, as `runs` says."""

MARK = ":"
"""What a mark's action has before it where a secret has its environment; no environment has it."""


class Use:
    """Values given out at once: when (milliseconds, UTC), to whom, of which secrets.

    `seen` is the number of audit entries that the vault had then. `marks` say which run it was.
    """

    __slots__ = ("marks", "program", "seen", "subjects", "time", "user")

    def __init__(
        self,
        time: int,
        seen: int,
        user: str,
        program: str,
        subjects: Sequence[Used],
        marks: Sequence[Mark] = (),
    ) -> None:
        self.time = time
        self.seen = seen
        self.user = user
        self.program = program
        self.subjects = subjects
        self.marks = marks


def log_path(state: str, vault_id: bytes) -> str:
    """Return where the log of a vault lies, "" for a machine without a place for it."""
    return os.path.join(state, f"{vault_id.hex()}.uses") if state else ""


def append(path: str, keys: VaultKeys, vault: bytes, use: Use, identity: bytes = b"") -> bool:
    """Append a use and tell whether that worked; whatever is in the way, nothing is raised.

    `identity` is the line's id, 16 random bytes; by default it is drawn. Only a use without marks
    becomes several lines.
    """
    if not path:
        return False
    if len(use.subjects) <= MOST_SECRETS or use.marks:
        lines = encode_line(keys, vault, use, identity or os.urandom(ID_BYTES))
    else:
        lines = _encode_parts(keys, vault, use)
    try:
        descriptor = _open_or_make(path)
        try:
            size = os.fstat(descriptor).st_size
            if os.write(descriptor, lines) == len(lines):
                return True
            os.ftruncate(descriptor, size)  # the disk is full: half a line is worth nothing
        finally:
            os.close(descriptor)
    except (OSError, InfshError):
        pass
    return False


def encode_line(keys: VaultKeys, vault: bytes, use: Use, identity: bytes) -> bytes:
    """Return a line: its id and the sealed use, in hexadecimal."""
    named = [*use.subjects, *((MARK + action, text, number) for action, text, number in use.marks)]
    parts = [
        u64(use.time),
        u64(use.seen),
        lp(use.user.encode(errors="replace")),
        lp(use.program.encode(errors="replace")),
        u32(len(named)),
    ]
    for environment, key, version in named:
        parts += (lp(environment.encode()), lp(key.encode()), u64(version))
    sealed = seal(keys.record, use_context(vault, identity), pad(b"".join(parts)))
    return f"{identity.hex()} {sealed.hex()}\n".encode()


def _encode_parts(keys: VaultKeys, vault: bytes, use: Use) -> bytes:
    """Return several lines, each of secrets that lie together in the vault."""
    from infsh_secrets.crypto.mac import MacKey

    index = MacKey(keys.index, much=True)
    placed = sorted(use.subjects, key=lambda used: name_index(index, used[0], used[1]))
    lines = []
    for start in range(0, len(placed), MOST_SECRETS):
        part = sorted(placed[start : start + MOST_SECRETS])
        one = Use(use.time, use.seen, use.user, use.program, part)
        lines.append(encode_line(keys, vault, one, os.urandom(ID_BYTES)))
    return b"".join(lines)


def open_locked(path: str, flags: int = 0) -> int:
    """Return a descriptor of the log, for appending, with an exclusive lock on it.

    Raises OSError when there is none (unless `flags` make one), when it is not a private file, and
    when others keep the lock for 2 s.
    """
    flags |= os.O_RDWR | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    while True:
        descriptor = os.open(path, flags, 0o600)
        try:
            _lock(descriptor)
            if _in_place(os.fstat(descriptor)):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # somebody has put a shorter one in its place meanwhile


def _open_or_make(path: str) -> int:
    try:
        descriptor = open_locked(path)
    except FileNotFoundError:
        from infsh_secrets.files.private import ensure_private_folder

        ensure_private_folder(os.path.dirname(path))
        return open_locked(path, os.O_CREAT)
    if os.fstat(descriptor).st_size > MOST_BYTES:
        from infsh_secrets.stores.vault.uses import replace_log, tail

        try:
            replace_log(path, tail(os.pread(descriptor, 2 * MOST_BYTES, 0), MOST_BYTES // 2))
        finally:
            os.close(descriptor)
        return open_locked(path)
    return descriptor


def _in_place(status: os.stat_result) -> bool:
    """Tell whether this is still the log, and not one that another was put in place of."""
    private = stat.S_ISREG(status.st_mode) and (
        os.name != "posix" or (status.st_uid == os.geteuid() and not status.st_mode & _SHARED_BITS)
    )
    if not private or status.st_nlink > 1:
        raise OSError("the use log is not a private file")
    return status.st_nlink == 1


def _lock(descriptor: int) -> None:
    """Lock the file until it is closed; what others do under this lock takes microseconds."""
    try:
        import fcntl
    except ImportError:
        return  # Windows: lines are appended whole, and folding may count one twice
    end = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return
