"""Saving what still opens in a damaged vault."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from infsh_secrets.crypto.kdf import VaultKeys
from infsh_secrets.domain.errors import ConflictError, IntegrityError, NotFoundError
from infsh_secrets.domain.results import VaultAction
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.private import os_error, sync_folder
from infsh_secrets.services.workspace import actor
from infsh_secrets.stores.vault.backup import remove_file, sync_file
from infsh_secrets.stores.vault.rebuild import MARK, Saved, rebuild
from infsh_secrets.stores.vault.salvage import Damaged
from infsh_secrets.stores.vault.store import LockedVault, VaultStore, now_ms
from infsh_secrets.stores.vault.verify import Counts, verify
from infsh_secrets.unlock.sources import Lock, open_lock

if TYPE_CHECKING:
    from infsh_secrets.services.workspace import Workspace

_MOST_SHOWN = 20
_PUT_BACK = "Put back a backup: infsh secrets vault restore PATH"


def salvage(workspace: Workspace, out: str) -> VaultAction:
    """Write a new vault at `out` with everything that opens, and report what does not.

    The damaged vault is only read.
    """
    path, out = workspace.settings.vault, os.path.abspath(out)
    folder, name = os.path.split(out)
    if not os.path.lexists(path):
        raise NotFoundError(f"There is no vault at {sanitize(path)}.", "Name it with --vault PATH.")
    if not os.path.isdir(folder):
        raise NotFoundError(f"There is no folder {sanitize(folder)}.", "Make it first.")
    _refuse_existing(out)
    damaged = _open(path)
    temporary = os.path.join(folder, f".{name}.new-{os.urandom(8).hex()}")
    try:
        head = damaged.head
        lock = Lock(path, head.vault_id, head.epoch, damaged.slots)
        vault_key = open_lock(lock, workspace.sources()).vault_key
        keys = VaultKeys(vault_key, head.vault_id, head.epoch)
        found, lost = damaged.secrets(keys)
        least = _least(workspace, damaged)
        saved = rebuild(temporary, damaged, keys, found, least=least, actor=actor(), now=now_ms())
        counts = _verified(temporary, vault_key)
        sync_file(temporary)
        _refuse_existing(out)
        os.rename(temporary, out)
    except OSError as error:
        remove_file(temporary)
        raise os_error(error, "vault", out) from None
    except BaseException:
        remove_file(temporary)
        raise
    finally:
        damaged.close()
    sync_folder(folder)
    return _report(path, out, counts, saved, sorted(one.hex() for one in lost))


def _open(path: str) -> Damaged:
    try:
        damaged = Damaged(path)
    except IntegrityError as error:
        raise IntegrityError(
            f"{error.message} Nothing of it can be saved.",
            error.hint if "newer" in error.message else _PUT_BACK,
        ) from None
    if not damaged.slots:
        damaged.close()
        raise IntegrityError(
            f"The vault {sanitize(path)} has no key slot that can be read. Nothing of it can be "
            "saved.",
            _PUT_BACK,
        )
    return damaged


def _refuse_existing(out: str) -> None:
    if os.path.lexists(out):
        raise ConflictError(f"There is something at {sanitize(out)} already.", "Name a new file.")


def _least(workspace: Workspace, damaged: Damaged) -> int:
    """Return a sequence that is not below what the file says and what this machine has seen."""
    anchor = workspace.anchor(damaged.head.vault_id)
    seen = anchor.read() if anchor else None
    least = seen.seq if seen and seen.epoch == damaged.head.epoch else 1
    try:
        return max(least, min(damaged.file.root().seq, least + 2**32))
    except IntegrityError:
        return least


def _verified(path: str, vault_key: bytes) -> Counts:
    locked = LockedVault(path)
    with VaultStore(locked, locked.unlock(vault_key), team="") as store:
        return verify(store)


def _report(path: str, out: str, counts: Counts, saved: Saved, lost: list[str]) -> VaultAction:
    told = [
        f"Saved in {out}: {counts.secrets} secrets, {counts.deleted} deleted, "
        f"{counts.versions} versions.",
        f"Nothing proves that they are the newest or all: each bears {MARK[0]}={MARK[1]}.",
    ]
    if saved.older:
        told.append(f"Of {len(saved.older)} only an older version opens: {_some(saved.older)}")
    if saved.nameless:
        told.append(
            f"The name of {len(saved.nameless)} is lost; they are named SALVAGED_ and the item's "
            f"id: {_some(saved.nameless)}"
        )
    if lost:
        told.append(f"Lost are {len(lost)} items: {_some(lost)}")
    if saved.cut:
        told.append(
            f"Of the record of what was done {saved.record} entries are saved; those after them "
            "cannot be read or do not verify."
        )
    told.append(
        "Look at it with --vault and --accept-rollback; put it in place with: "
        f"infsh secrets vault restore {out}"
    )
    facts = {
        "vault": path,
        "secrets": counts.secrets,
        "deleted": counts.deleted,
        "versions": counts.versions,
        "older": saved.older,
        "nameless": saved.nameless,
        "lost": lost,
        "audit_entries": saved.record,
        "audit_cut": saved.cut,
    }
    return VaultAction("salvaged", out, facts, tuple(told))


def _some(ids: list[str]) -> str:
    more = f" and {len(ids) - _MOST_SHOWN} more" if len(ids) > _MOST_SHOWN else ""
    return ", ".join(ids[:_MOST_SHOWN]) + more + "."
