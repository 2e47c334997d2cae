"""Bringing a vault of an older format to this one: a copy first, then one transaction."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.private import ExclusiveLock
from infsh_secrets.services.keys import CREATE_LOCK
from infsh_secrets.stores.vault.backup import keep_copy
from infsh_secrets.stores.vault.create import TEMPORARY, sweep
from infsh_secrets.stores.vault.migrations import OldVault, migrate
from infsh_secrets.stores.vault.store import VaultStore
from infsh_secrets.unlock.sources import Lock, open_lock

if TYPE_CHECKING:
    from infsh_secrets.services.workspace import Workspace


def migrate_vault(workspace: Workspace, path: str) -> None:
    """Copy the vault beside itself and migrate it; on any error it stays as it is.

    Of several that meet it at once, one does both.
    """
    old = OldVault(path)
    try:
        lock = Lock(old.file.path, old.head.vault_id, old.head.epoch, old.slots)
        keys = old.unlock(open_lock(lock, workspace.sources()).vault_key)
        store = VaultStore(
            old,
            keys,
            team=workspace.settings.team,
            actor=workspace.actor,
            anchor=workspace.anchor(old.head.vault_id),
        )
        store.check_writable()
        folder = os.path.dirname(old.file.path)
        with ExclusiveLock(os.path.join(folder, CREATE_LOCK)):
            sweep(folder, TEMPORARY)
            kept = _keep(store, old)
            if kept and migrate(store):
                workspace.notices.append(
                    f"The vault {sanitize(path)} had an older format and was migrated; as it was, "
                    f"it is kept as {sanitize(kept)}."
                )
    finally:
        old.file.close()


def _keep(store: VaultStore, old: OldVault) -> str:
    """Copy the vault as it is; return the copy's name, "" if it was migrated meanwhile."""
    kept = f"{old.file.path}.older-format-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}"
    while os.path.lexists(kept):
        kept += "-2"
    old.file.begin_read()
    try:
        if old.is_migrated():
            return ""
        store.ledger()
        keep_copy(old.file, kept)
    finally:
        old.file.rollback()
    return kept
