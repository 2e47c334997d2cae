"""A new vault: built under a temporary name, verified whole, then given its name."""

from __future__ import annotations

import os
import time

from infsh_secrets.crypto import keyslots, seal
from infsh_secrets.crypto.kdf import VaultKeys
from infsh_secrets.domain.errors import ConflictError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.private import (
    create_private_file,
    ensure_private_folder,
    os_error,
    sync_folder,
)
from infsh_secrets.stores.vault.layout import Head, fingerprint_context, u64
from infsh_secrets.stores.vault.root import empty_buckets, first_root
from infsh_secrets.stores.vault.store import LockedVault, VaultStore
from infsh_secrets.stores.vault.tables import FORMAT, VaultFile
from infsh_secrets.stores.vault.verify import verify

TYPE_CHECKING = False
if TYPE_CHECKING:
    from infsh_secrets.crypto.keyslots import Slot

TEMPORARY = ".new-"
_STALE_SECONDS = 3600

NewVault = tuple[bytes, int, bytes]
"""(vault id, epoch, vault key): what a slot wraps; the last is secret."""


def draw_vault() -> NewVault:
    """Return the random identity and key of a new vault."""
    return os.urandom(16), 1, os.urandom(seal.KEY_BYTES)


def create_vault(path: str, new: NewVault, slots: list[Slot]) -> None:
    """Make a vault at `path` that opens with `slots`; on any error nothing is left behind.

    Raises ConflictError when something is there already. The file appears under its name only when
    it is complete, verified and on the disk. The caller holds a lock that excludes others who
    create vaults in that folder.
    """
    if not 1 <= len(slots) <= keyslots.MOST_SLOTS:
        raise ValueError("a vault has 1 to 16 slots")
    vault_id, epoch, vault_key = new
    path = os.path.abspath(path)
    folder = os.path.dirname(path)
    ensure_private_folder(folder)
    sweep(folder, TEMPORARY)
    temporary = os.path.join(folder, f"{TEMPORARY}{os.urandom(8).hex()}.vault")
    create_private_file(temporary, b"", "vault")
    try:
        file = VaultFile.create(temporary)
        try:
            keys = VaultKeys(vault_key, vault_id, epoch)
            _fill(file, keys, Head(vault_id, epoch, FORMAT, keys.commit, b""), slots)
            file.commit()
        finally:
            file.close()
        _verify(temporary, vault_key)
        _name(temporary, path)
    except BaseException:
        _remove(temporary)
        raise
    try:
        sync_folder(folder)
    except BaseException:
        _remove(path)  # it holds no secret yet
        raise


def _fill(file: VaultFile, keys: VaultKeys, head: Head, slots: list[Slot]) -> None:
    context = fingerprint_context(head.vault_id + u64(head.epoch))
    head.fingerprint_key = seal.seal(keys.record, context, os.urandom(seal.KEY_BYTES))
    slots = sorted(slots, key=lambda slot: slot.slot_id)
    file.put_head(head)
    for slot in slots:
        file.put_slot(slot)
    file.put_buckets(empty_buckets())
    file.put_root(first_root(keys, head, slots))


def _verify(path: str, vault_key: bytes) -> None:
    locked = LockedVault(path)
    try:
        verify(VaultStore(locked, locked.unlock(vault_key), team=""))
    finally:
        locked.file.close()


def _name(temporary: str, path: str) -> None:
    """Give the file its name without replacing anything, as the caller's lock makes certain.

    A hard link would be exclusive by itself, but shows a file with two links for a moment, which
    everybody who opens the vault refuses.
    """
    if os.path.lexists(path):
        raise ConflictError(f"There is a file at {sanitize(path)} already.")
    try:
        os.rename(temporary, path)
    except OSError as error:
        raise os_error(error, "vault", path) from None


def sweep(folder: str, prefix: str) -> None:
    """Remove the temporary files of processes that were killed here, once they are an hour old.

    What they hold is sealed; the hour spares those of somebody who is at work without the lock.
    """
    try:
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            stale = name.startswith(prefix) and (
                time.time() - os.lstat(path).st_mtime > _STALE_SECONDS
            )
            if stale:
                os.unlink(path)
    except OSError:
        return


def _remove(path: str) -> None:
    for name in (path, path + "-journal"):
        try:
            os.unlink(name)
        except OSError:
            continue
