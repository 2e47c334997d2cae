"""Backups of a vault, and putting one back."""

from __future__ import annotations

import os
import stat
import time
from typing import TYPE_CHECKING

from infsh_secrets.domain.errors import (
    ConflictError,
    InfshError,
    IntegrityError,
    NotFoundError,
    UsageError,
)
from infsh_secrets.domain.results import VaultAction
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.private import (
    ExclusiveLock,
    ensure_private_folder,
    os_error,
    sync_folder,
)
from infsh_secrets.services.keys import CREATE_LOCK
from infsh_secrets.stores.vault import backup as copies
from infsh_secrets.stores.vault.anchor import State
from infsh_secrets.stores.vault.create import TEMPORARY, sweep
from infsh_secrets.stores.vault.store import VaultStore
from infsh_secrets.stores.vault.verify import verify

if TYPE_CHECKING:
    from infsh_secrets.services.workspace import Workspace
    from infsh_secrets.stores.vault.store import LockedVault
    from infsh_secrets.stores.vault.verify import Counts

_OF_THIS_MACHINE = {"keyring": "the OS keyring", "file": "a key file"}


def backup(workspace: Workspace, path: str, *, force: bool) -> VaultAction:
    """Write a verified copy of the vault to `path`; ConflictError if something is there already.

    The copy appears under its name only when it is whole and on the disk.
    """
    path = os.path.abspath(path)
    folder, name = os.path.split(path)
    store = workspace.vault_store()
    if not os.path.isdir(folder):
        raise NotFoundError(
            f"There is no folder {sanitize(folder)} to write the backup to.", "Make it first."
        )
    _refuse_existing(path, store.file.path, force=force)
    prefix = f".{name}.new-"
    sweep(folder, prefix)
    temporary = os.path.join(folder, prefix + os.urandom(8).hex())
    counts = copies.copy_vault(store, temporary)
    try:
        size = os.path.getsize(temporary)
        _refuse_existing(path, store.file.path, force=force)
        _rename(temporary, path)
    except BaseException:
        copies.remove_file(temporary)
        raise
    sync_folder(folder)
    _warn_of_keys(workspace, store)
    vault = store.file.path
    first = f"The vault {vault} was copied to {path} ({size} bytes)."
    return VaultAction(
        "copied",
        path,
        {"vault": vault, **_facts(counts), "bytes": size},
        (first, _verified(counts)),
    )


def _facts(counts: Counts) -> dict[str, object]:
    return {
        "secrets": counts.secrets,
        "deleted": counts.deleted,
        "versions": counts.versions,
        "audit_entries": counts.audit_entries,
    }


def _verified(counts: Counts) -> str:
    def some(number: int, one: str, many: str) -> str:
        return f"{number} {one if number == 1 else many}"

    return (
        f"Verified: {some(counts.secrets, 'secret', 'secrets')}, {counts.deleted} deleted, "
        f"{some(counts.versions, 'version', 'versions')}, "
        f"{some(counts.audit_entries, 'audit entry', 'audit entries')}."
    )


def _refuse_existing(path: str, vault: str, *, force: bool) -> None:
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise os_error(error, "backup", path) from None
    if os.path.samestat(status, os.lstat(vault)):
        raise UsageError("That is the vault itself.", "Name another file for the backup.")
    if not (force and stat.S_ISREG(status.st_mode)):
        raise ConflictError(
            f"There is something at {sanitize(path)} already.",
            "Name another file, or replace an older backup with --force.",
        )


def _rename(temporary: str, path: str) -> None:
    try:
        os.replace(temporary, path)
    except OSError as error:
        raise os_error(error, "vault", path) from None


def _warn_of_keys(workspace: Workspace, store: VaultStore) -> None:
    """Tell where the keys of a copy are when all of them lie on this machine only."""
    places = {_OF_THIS_MACHINE.get(slot.hint) for slot in store.locked.slots}
    if None in places:
        return
    where = " and ".join(sorted(place for place in places if place))
    workspace.notices.append(
        f"The backup does not hold its key, which is in {where} of this machine: without that key "
        "nothing opens the backup, so keep a copy of the key elsewhere."
    )


def restore(workspace: Workspace, source: str) -> VaultAction:
    """Put a backup in the place of the vault, which is kept beside it under another name.

    The backup is verified whole first; when it is damaged or no key at hand opens it, nothing is
    changed. The vault at that place may be missing or damaged.
    """
    path = workspace.settings.vault
    if os.path.lexists(path) and os.path.lexists(source) and os.path.samefile(path, source):
        raise UsageError("That is the vault itself.", "Name the backup.")
    folder = os.path.dirname(path)
    if not os.path.lexists(source):
        raise NotFoundError(
            f"There is no backup at {sanitize(source)}.",
            "Name a file that `infsh secrets vault backup` wrote.",
        )
    with workspace.open_copy(source) as store:
        verify(store)
        ensure_private_folder(folder)
        with ExclusiveLock(os.path.join(folder, CREATE_LOCK)):
            sweep(folder, TEMPORARY)
            temporary = os.path.join(folder, f"{TEMPORARY}{os.urandom(8).hex()}.vault")
            try:
                counts, state, kept = _replace(workspace, store, temporary)
            except BaseException:
                copies.remove_file(temporary)
                raise
        _note(workspace, store.vault[:16], state)
    source = os.path.abspath(source)
    told = [f"The vault {path} is now the backup {source}.", _verified(counts)]
    if kept:
        told.append(f"What was there before is kept as {kept}.")
    facts = {"source": source, "kept": kept, **_facts(counts)}
    return VaultAction("restored", path, facts, tuple(told))


def _replace(
    workspace: Workspace, store: VaultStore, temporary: str
) -> tuple[Counts, State, str | None]:
    """Build the new vault as `temporary` and give it its name; return what is in it.

    While that happens the vault it replaces is locked against writers; those who wait find that
    their file was replaced.
    """
    path = workspace.settings.vault
    there = os.path.lexists(path)
    current = copies.readable(path) if there else None
    try:
        before = _same_vault(current, store) if current else None
        copies.copy_vault(store, temporary)
        with copies.open_like(temporary, store) as new:
            copies.continue_from(new, before, _least(workspace, store))
        counts, root = copies.verified(temporary, store)
        kept = _keep(path, current) if there else None
        _rename(temporary, path)
        sync_folder(os.path.dirname(path))
    finally:
        if current is not None:
            current.file.close()
    if there and (before is None or counts.audit_entries <= before.seen):
        workspace.notices.append(
            "The record of what was done since the backup could not be read, and does not go on "
            "in the vault: what is left of it is in the vault that was kept."
        )
    return counts, State.of(store.locked.head, root), kept


def _same_vault(current: LockedVault, store: VaultStore) -> VaultStore | None:
    """Return the vault to be replaced, None when its key is another or it does not verify."""
    if current.head.vault_id != store.vault[:16]:
        raise ConflictError(
            f"The file is a backup of another vault than {sanitize(current.file.path)}.",
            "Put it elsewhere with --vault PATH, or move that vault away first.",
        )
    if not copies.same_key(current, store.keys):
        return None
    before = VaultStore(current, store.keys, team=store.team)
    try:
        before.ledger()
    except IntegrityError:
        return None
    return before


def _least(workspace: Workspace, store: VaultStore) -> int:
    """Return the highest sequence that this machine has seen in the epoch of the backup."""
    anchor = workspace.anchor(store.vault[:16])
    seen = anchor.read() if anchor else None
    return seen.seq if seen and seen.epoch == store.locked.head.epoch else 0


def _keep(path: str, current: LockedVault | None) -> str:
    """Copy the vault that is about to be replaced; return the name of the copy."""
    moment = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    kept = f"{path}.before-restore-{moment}"
    number = 1
    while os.path.lexists(kept):
        number += 1
        kept = f"{path}.before-restore-{moment}-{number}"
    if current is not None:
        copies.copy_locked(path, kept)
    else:
        copies.keep_file(path, kept)
    return kept


def _note(workspace: Workspace, vault_id: bytes, state: State) -> None:
    anchor = workspace.anchor(vault_id)
    if anchor is None:
        return
    try:
        anchor.replace(state)
    except InfshError as error:
        workspace.notices.append(
            f"{error.message} If the vault counts as rolled back now, accept it with: "
            "infsh secrets vault trust"
        )
