"""What the use log holds: reading it, and folding it into the audit chain."""

from __future__ import annotations

import os

from infsh_secrets.crypto.seal import SealError, open_sealed
from infsh_secrets.domain.errors import InfshError
from infsh_secrets.files.private import create_private_file, read_private_file
from infsh_secrets.stores.vault import audit, uselog
from infsh_secrets.stores.vault.grouping import USED, entries
from infsh_secrets.stores.vault.layout import LayoutError, Reader, unpad, use_context
from infsh_secrets.stores.vault.uselog import ID_BYTES, MARK, Use

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from infsh_secrets.stores.vault.grouping import Line
    from infsh_secrets.stores.vault.store import VaultStore

__all__ = ["FOLDED", "USED", "Fold", "latest", "pending", "write_through"]

FOLDED = "folded"
"""The action of the subject that names the last line folded, by its id; not for people."""

MOST_FOLDED = 1000
MOST_SECRETS = 2000
"""Of so many secrets may the lines be that one write folds; each costs it about 90 µs."""
_LARGEST = 2 * uselog.MOST_BYTES
_SUMMARIZED = 64 * 1024
"""Bytes of a log, some 160 lines, of which a summary is kept if it is longer."""


def latest(store: VaultStore) -> dict[tuple[str, str], int]:
    """Return when each secret in the log was used last, by (environment, key)."""
    log = _whole_lines(store)
    if len(log) > _SUMMARIZED:
        from infsh_secrets.stores.vault import use_summary

        return use_summary.latest(store, log, lambda line: _open(store, *_parts(line)))
    found: dict[tuple[str, str], int] = {}
    for _, use in _lines(store, log):
        if use is not None:
            for environment, key, _version in use.subjects:
                place = (environment, key)
                found[place] = max(use.time, found.get(place, 0))
    return found


def pending(store: VaultStore, last: tuple[int, bytes]) -> list[audit.Entry]:
    """Return the uses that are not in the audit chain yet, each as an entry would say it.

    `last` is the verified end of the chain; inside a read transaction.
    """
    return entries(_not_folded(store, last, _lines(store, _whole_lines(store))))


class Fold:
    """At most 1,000 lines of the log, of at most 2,000 secrets, on their way into the audit chain.

    What is left is folded by the next writes; until then readers find it in the log. Made and
    written inside a write transaction, finished after its commit. The last entry bears the id of
    the last line, so that a crash before `finish` lets nobody fold them again.
    """

    def __init__(self, store: VaultStore, last: tuple[int, bytes]) -> None:
        self._store = store
        lines = _oldest(store, _whole_lines(store))
        taken = _first(_not_folded(store, last, lines)) if lines else []
        self._end = (taken or lines or [(b"", None)])[-1][0]
        uses = [use for _, use in taken if use is not None]
        self.lost = len(taken) - len(uses)
        self._entries = entries(taken)
        self.last_used: dict[tuple[str, str], int] = {}
        for use in uses:
            for environment, key, _version in use.subjects:
                place = (environment, key)
                self.last_used[place] = max(use.time, self.last_used.get(place, 0))

    def append(self, last: tuple[int, bytes]) -> tuple[int, bytes]:
        """Write the entries after `last` and return the new end of the chain."""
        store = self._store
        if self._entries:
            self._entries[-1].subjects.append((FOLDED, "", self._end.hex(), 0))
        for entry in self._entries:
            last = audit.append(store.file, store.keys, store.vault, last, entry)
        return last

    def finish(self) -> None:
        """Take the lines out of the log; left there, they are passed over by their mark."""
        if not self._end:
            return
        if self.lost:
            self._store.notices.append(
                f"{self.lost} of the last uses on record no longer open and were dropped: the "
                "vault's key was changed since."
            )
        try:
            _drop_through(self._store.use_log, self._end)
        except (OSError, InfshError):
            return


def write_through(
    store: VaultStore, subjects: Sequence[uselog.Used], marks: Sequence[uselog.Mark] = ()
) -> None:
    """Write a use into the vault itself, at once; `marks` say which run it is."""
    with store.begin() as transaction:
        transaction.use(subjects, marks)


# -- the file --------------------------------------------------------------------------------------


def tail(data: bytes, most: int) -> bytes:
    """Return the whole lines at the end of `data`, of `most` bytes at most."""
    return data if len(data) <= most else data[-most:].partition(b"\n")[2]


def replace_log(path: str, data: bytes) -> None:
    """Put another log in the place of one that the caller has locked."""
    temporary = f"{path}.{os.urandom(8).hex()}"
    create_private_file(temporary, data, "use log")
    try:
        os.replace(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise


def _drop_through(path: str, end: bytes) -> None:
    descriptor = uselog.open_locked(path)
    try:
        data = os.pread(descriptor, _LARGEST, 0)
        before, found, after = data.partition(end.hex().encode() + b" ")
        if not found or (before and not before.endswith(b"\n")):
            return  # another writer was faster
        rest = after.partition(b"\n")[2]
        if rest:
            replace_log(path, rest)
        else:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _whole_lines(store: VaultStore) -> bytes:
    """Return the log up to the end of a line; nothing where it cannot be read."""
    if not store.use_log:
        return b""
    try:
        data = read_private_file(store.use_log, "use log", _LARGEST)
    except InfshError:
        return b""
    return data[: data.rfind(b"\n") + 1]


def _oldest(store: VaultStore, whole: bytes) -> list[Line]:
    """Return the lines at the beginning of the log, as many as a write can need.

    Those are what it folds, and before them what an earlier write has folded and could not remove.
    """
    _, known = store.uses_read
    found: dict[bytes, Use | None] = {}
    start = 0
    while start < len(whole) and len(found) < 2 * MOST_FOLDED:
        end = whole.index(b"\n", start)
        identity, sealed = _parts(whole[start:end])
        if len(identity) == ID_BYTES and sealed and identity not in found:
            seen = identity in known
            found[identity] = known[identity] if seen else _open(store, identity, sealed)
        start = end + 1
    return list(found.items())


def _lines(store: VaultStore, whole: bytes) -> list[Line]:
    """Return the lines of the log, oldest first.

    The store keeps what was opened, so that a process that goes on opens only new lines.
    """
    known, found = _read_before(store, whole)
    for text in whole[len(known) :].splitlines():
        identity = _identity(text)
        if len(identity) == ID_BYTES and identity not in found:
            sealed = _from_hex(text.partition(b" ")[2])
            if sealed:
                found[identity] = _open(store, identity, sealed)
    store.uses_read = whole, found
    return list(found.items())


def _read_before(store: VaultStore, whole: bytes) -> tuple[bytes, dict[bytes, Use | None]]:
    """Return how the log begins with what was read before, and those lines.

    Lines at its beginning may have been folded since; else it only grows.
    """
    known, found = store.uses_read
    if whole.startswith(known):
        return known, found
    first = whole[: whole.find(b"\n") + 1]
    start = known.find(b"\n" + first) + 1
    if not (first and start and whole.startswith(known[start:])):
        return b"", {}
    gone = {_identity(text) for text in known[:start].splitlines()}
    rest = known[start:]
    if not gone.isdisjoint(map(_identity, rest.splitlines())):
        return b"", {}  # a line was repeated by somebody: the one that is left counts now
    for identity in gone:
        found.pop(identity, None)
    return rest, found


def _parts(text: bytes) -> tuple[bytes, bytes]:
    """Return (id, sealed use) of a line; nothing of what is none."""
    return _identity(text), _from_hex(text.partition(b" ")[2])


def _identity(text: bytes) -> bytes:
    """Return the id that a line begins with; nothing of one that is none."""
    return _from_hex(text.partition(b" ")[0])


def _from_hex(text: bytes) -> bytes:
    try:
        return bytes.fromhex(text.decode())
    except ValueError:
        return b""


def _open(store: VaultStore, identity: bytes, sealed: bytes) -> Use | None:
    try:
        reader = Reader(
            unpad(open_sealed(store.sealing, use_context(store.vault, identity), sealed))
        )
        moment, seen, user, program = reader.u64(), reader.u64(), reader.text(), reader.text()
        named = reader.named()
        reader.end()
    except (SealError, LayoutError, UnicodeDecodeError):
        return None
    subjects = [one for one in named if not one[0].startswith(MARK)]
    marks = [(place[1:], text, n) for place, text, n in named if place.startswith(MARK)]
    return Use(moment, seen, user, program, subjects, marks)


def _first(lines: list[Line]) -> list[Line]:
    """Return as many lines as one write folds, at least one of any."""
    secrets: set[tuple[str, str]] = set()
    for place, (_, use) in enumerate(lines[:MOST_FOLDED]):
        if use is not None:
            secrets.update((environment, key) for environment, key, _ in use.subjects)
        if place and len(secrets) > MOST_SECRETS:
            return lines[:place]
    return lines[:MOST_FOLDED]


def _not_folded(store: VaultStore, last: tuple[int, bytes], lines: list[Line]) -> list[Line]:
    """Return the lines after the newest one that the chain names as folded.

    Only the entries since the oldest line was written can name one.
    """
    places = {identity: place for place, (identity, _) in enumerate(lines)}
    since = min((use.seen for _, use in lines if use is not None), default=last[0])
    for sequence, entry in audit.newest_first(store.file, store.keys, store.vault, last):
        if sequence <= since:
            break
        for action, _, key, _ in entry.subjects:
            place = places.get(_from_hex(key.encode())) if action == FOLDED else None
            if place is not None:
                return lines[place + 1 :]
    return lines
