"""`vault init`: a new vault with the keys that are asked for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from infsh_secrets.crypto.keyslots import KINDS
from infsh_secrets.domain.errors import ConflictError
from infsh_secrets.domain.results import VaultAction
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.private import ExclusiveLock, ensure_private_folder
from infsh_secrets.services import new_keys
from infsh_secrets.services.keys import CREATE_LOCK, first_key
from infsh_secrets.services.new_keys import NewKey, Pending
from infsh_secrets.stores.vault.create import create_vault, draw_vault

if TYPE_CHECKING:
    from infsh_secrets.services.dialogue import Dialogue
    from infsh_secrets.services.key_slots import KeyKinds
    from infsh_secrets.services.workspace import Workspace
    from infsh_secrets.stores.vault.create import NewVault


def init_vault(workspace: Workspace, kinds: KeyKinds, dialogue: Dialogue | None) -> VaultAction:
    """Make the vault that the settings name, with every kind of key that is asked for.

    With none, its key is found as for the first `set`. On a terminal a recovery code is offered.
    ConflictError when there is something already; on any error nothing is left behind.
    """
    path = workspace.settings.vault
    _refuse_existing(path)
    new = draw_vault()
    keys: list[NewKey] = []
    folder = os.path.dirname(path)
    # People type before the lock is taken: others who make vaults do not wait for them.
    if kinds.passphrase:
        passphrase = new_keys.new_passphrase(workspace, dialogue)
        keys.append(new_keys.passphrase_key(workspace, passphrase, new))
    recovery = _recovery(dialogue, new)
    ensure_private_folder(folder)
    with ExclusiveLock(os.path.join(folder, CREATE_LOCK)):
        _refuse_existing(path)
        with Pending(path, keys):
            if kinds.file is not None:
                keys.append(new_keys.file_key(kinds.file, new))
            if kinds.keyring:
                keys.append(new_keys.keyring_key(new))
            said = [f"One key is kept {key.kept}." for key in keys]
            if not keys:
                slot, notice, undo = first_key(workspace, new)
                keys.append(NewKey(slot, "", undo))
                said.append(notice)
            keys += recovery
            create_vault(path, new, [key.slot for key in keys])
    facts = {
        "vault_id": new[0].hex(),
        "keys": [{"id": k.slot.slot_id.hex(), "kind": KINDS[k.slot.kind]} for k in keys],
    }
    return VaultAction("created", path, facts, (f"Made the vault {sanitize(path)}.", *said))


def _refuse_existing(path: str) -> None:
    if os.path.lexists(path):
        raise ConflictError(
            f"There is a vault at {sanitize(path)} already.",
            "See what it is with: infsh secrets vault status",
        )


def _recovery(dialogue: Dialogue | None, new: NewVault) -> list[NewKey]:
    if dialogue is None or not dialogue.confirm(
        "Make a recovery code, for paper? It opens the vault when its key is lost."
    ):
        return []
    return [new_keys.recovery_key(dialogue, new)]
