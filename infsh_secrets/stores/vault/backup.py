"""Whole copies of a vault: made of one snapshot, verified, and continued where they replace it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from infsh_secrets.crypto.binding import compare_digest
from infsh_secrets.domain.errors import IntegrityError
from infsh_secrets.files.private import create_private_file, os_error, sync_folder
from infsh_secrets.stores.vault import audit
from infsh_secrets.stores.vault.create import TEMPORARY
from infsh_secrets.stores.vault.sqlite import Database
from infsh_secrets.stores.vault.store import LockedVault, VaultStore
from infsh_secrets.stores.vault.verify import Counts, verify

if TYPE_CHECKING:
    from infsh_secrets.crypto.kdf import VaultKeys
    from infsh_secrets.stores.vault.layout import Root

RESTORED = "restored from backup"
"""The action in the audit entry of a restored vault; it has no name and no environment."""

JOURNAL = "-journal"


def copy_file(source: Database, path: str) -> None:
    """Copy all pages of the snapshot that `source` sees into a new private file, onto the disk.

    On any error nothing is left at `path` that was not there before.
    """
    create_private_file(path, b"", "copy")
    try:
        target = Database.connect(path, new=True)
        try:
            source.copy_into(target)
        finally:
            target.close()
        sync_file(path)
    except BaseException:
        remove_file(path)
        raise


def keep_copy(source: Database, path: str) -> None:
    """Copy as `copy_file` does, under the name `path` only when the copy is whole.

    The caller holds the lock of that folder, in which nothing has that name.
    """
    folder = os.path.dirname(path)
    temporary = os.path.join(folder, f"{TEMPORARY}{os.urandom(8).hex()}.vault")
    copy_file(source, temporary)
    try:
        os.rename(temporary, path)
    except OSError as error:
        remove_file(temporary)
        raise os_error(error, "copy", path) from None
    sync_folder(folder)


def copy_locked(path: str, copy: str) -> None:
    """Copy a vault that this process has locked for writing, as `keep_copy` does.

    By a connection of its own, since SQLite copies from none that has begun to write. To read the
    file without SQLite and close it would drop the lock.
    """
    source = Database.connect(path)
    try:
        keep_copy(source, copy)
    finally:
        source.close()


def copy_vault(store: VaultStore, path: str) -> Counts:
    """Copy a vault into a new file, verify the copy whole, and return what is in it."""
    store.file.begin_read()
    try:
        store.ledger()
        copy_file(store.file, path)
    finally:
        store.file.rollback()
    try:
        return verified(path, store)[0]
    except BaseException:
        remove_file(path)
        raise


def verified(path: str, like: VaultStore) -> tuple[Counts, Root]:
    """Verify the vault at `path` whole with the keys of another; return its counts and root."""
    store = open_like(path, like)
    with store:
        counts = verify(store)
        store.file.begin_read()
        root = store.ledger().root
        store.file.rollback()
    return counts, root


def open_like(path: str, like: VaultStore) -> VaultStore:
    """Open another state of the same vault, of the same key; IntegrityError if it is not one."""
    locked = LockedVault(path)
    if not same_key(locked, like.keys):
        locked.file.close()
        raise locked.file.damaged("it does not belong to this key")
    return VaultStore(locked, like.keys, team=like.team, actor=like.actor, clock=like.clock)


def same_key(locked: LockedVault, keys: VaultKeys) -> bool:
    """Tell whether a vault has these subkeys, and so the same id, epoch and vault key."""
    return compare_digest(locked.head.commitment, keys.commit)


def continue_from(store: VaultStore, before: VaultStore | None, least: int) -> Root:
    """Make a copy the successor of the vault that it replaces; returns its new root.

    It gets a sequence above `least` and above that of `before`, the audit entries of `before` that
    came after its own, and one that says what happened. So whoever saw `before` sees in the copy a
    newer state of the same vault. `before` has a transaction open; None when it cannot be read.
    """
    file, keys, vault = store.file, store.keys, store.vault
    file.begin_write()
    try:
        ledger = store.ledger()
        last = (ledger.root.audit_seq, ledger.root.audit_head)
        if before is not None:
            least = max(least, before.ledger().root.seq)
            last = _take_audit(store, before, last)
        user, program = store.actor()
        entry = audit.Entry(store.clock(), user, program, 1, [(RESTORED, "", "", 0)])
        ledger.root.seq = max(ledger.root.seq, least)
        root = ledger.commit(*audit.append(file, keys, vault, last, entry))
        file.commit()
    finally:
        file.rollback()
    return root


def _take_audit(
    store: VaultStore, before: VaultStore, last: tuple[int, bytes]
) -> tuple[int, bytes]:
    """Append the entries by which `before` goes on from `last`; return the new end of the chain.

    None when they do not go on from there, as in a fork, or do not verify.
    """
    root = before.ledger().root
    end = (root.audit_seq, root.audit_head)
    try:
        audit.verify_chain(before.file, before.keys, before.vault, end)
    except IntegrityError:
        return last
    if end[0] < last[0]:
        return last
    if last[0]:
        row = before.file.audit_entry(last[0])
        if row is None or not compare_digest(row[1], last[1]):
            return last
    for sequence in range(last[0] + 1, end[0] + 1):
        row = before.file.audit_entry(sequence)
        if row is None:
            raise before.file.damaged(f"audit entry {sequence} is missing")
        store.file.put_audit(sequence, *row)
    return end


def keep_file(path: str, kept: str) -> None:
    """Copy a file that SQLite cannot read, byte by byte, with the journal beside it if any.

    The journal is then taken away: it must not be played into the file that comes in its place.
    """
    for name in (path + JOURNAL, path):
        if os.path.lexists(name):
            _copy_bytes(name, kept + name.removeprefix(path))
    try:
        if os.path.lexists(path + JOURNAL):
            os.unlink(path + JOURNAL)
    except OSError as error:
        raise os_error(error, "journal", path + JOURNAL) from None


def _copy_bytes(path: str, kept: str) -> None:
    create_private_file(kept, b"", "copy")
    try:
        with open(path, "rb") as source, open(kept, "wb") as target:
            while part := source.read(1024 * 1024):
                target.write(part)
            target.flush()
            os.fsync(target.fileno())
    except OSError as error:
        remove_file(kept)
        raise os_error(error, "copy", kept) from None


def readable(path: str) -> LockedVault | None:
    """Return the vault at `path` with its write lock taken, None when it cannot be read as one."""
    try:
        locked = LockedVault(path)
    except IntegrityError:
        return None
    try:
        locked.file.begin_write()
    except IntegrityError:
        locked.file.close()
        return None
    except BaseException:
        locked.file.close()
        raise
    return locked


def sync_file(path: str) -> None:
    """Put a closed file on the disk."""
    try:
        descriptor = os.open(path, os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise os_error(error, "copy", path) from None


def remove_file(path: str) -> None:
    """Remove a file that is of no use, with its journal; it may be gone already."""
    for name in (path, path + JOURNAL):
        try:
            os.unlink(name)
        except OSError:
            continue
