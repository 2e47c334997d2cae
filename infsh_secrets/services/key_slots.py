"""The keys of a vault: list, add, remove, replace."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.crypto import keyslots
from infsh_secrets.domain.errors import (
    ConflictError,
    InfshError,
    LockedError,
    NotFoundError,
    UsageError,
)
from infsh_secrets.domain.results import KeyList, KeySlot, VaultAction
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.services import new_keys
from infsh_secrets.services.new_keys import Pending
from infsh_secrets.stores.vault.keychange import KeyChange
from infsh_secrets.stores.vault.store import LockedVault
from infsh_secrets.unlock import os_keyring
from infsh_secrets.unlock.keyfile import own_key_path
from infsh_secrets.unlock.passphrases import try_passphrase
from infsh_secrets.unlock.sources import KEYRING, SERVED

if TYPE_CHECKING:
    from infsh_secrets.crypto.keyslots import Slot
    from infsh_secrets.services.dialogue import Dialogue
    from infsh_secrets.services.new_keys import NewKey
    from infsh_secrets.services.workspace import Workspace
    from infsh_secrets.stores.vault.create import NewVault

SHORT_ID = 8
ROTATE = (
    "Who has had this key may have kept what it opens. To shut them out: infsh secrets vault rotate"
)


class KeyKinds(NamedTuple):
    """Which kinds of key are asked for; `file` is the path of a new key file."""

    passphrase: bool = False
    file: str | None = None
    keyring: bool = False

    @property
    def number(self) -> int:
        """How many keys are asked for."""
        return self.passphrase + (self.file is not None) + self.keyring


def key_list(workspace: Workspace) -> KeyList:
    """Return the keys of the vault, also of one that does not open; nothing is asked for that."""
    try:
        workspace.sources().ask = None
        workspace.vault_store()
    except LockedError:
        workspace.notices.append(
            "The vault does not open here, so this list is not verified: it is what the file says."
        )
    return KeyList(
        workspace.settings.vault, tuple(shown(workspace, s) for s in workspace.locked.slots)
    )


def shown(workspace: Workspace, slot: Slot) -> KeySlot:
    """Return what may be known of a slot."""
    path = own_key_path(workspace.settings.keys, slot.key_id)
    ours = slot.kind == keyslots.RAW and os.path.lexists(path)
    return KeySlot(
        id=slot.slot_id.hex(),
        kind=keyslots.KINDS.get(slot.kind, f"unknown ({slot.kind})"),
        kept_in=slot.hint,
        key_id=slot.key_id.hex() if slot.kind in keyslots.WITH_KEY_ID else None,
        path=path if ours else None,
    )


def vault_of(workspace: Workspace) -> NewVault:
    """Return (vault id, epoch, vault key) of the vault after unlocking it; it must be writable."""
    workspace.vault_store().check_writable()
    head = workspace.locked.head
    return head.vault_id, head.epoch, workspace.vault_key


def add_key(workspace: Workspace, kinds: KeyKinds, dialogue: Dialogue | None) -> VaultAction:
    """Add one key; it opens the vault like all others."""
    if kinds.number != 1:
        raise UsageError(
            "One key is added at a time.",
            "Name one of --passphrase, --key-file-out PATH and --keyring.",
        )
    vault = vault_of(workspace)
    if len(workspace.locked.slots) >= keyslots.MOST_SLOTS:
        raise ConflictError(
            f"A vault has at most {keyslots.MOST_SLOTS} keys.",
            "Remove one first: infsh secrets vault key remove ID",
        )
    key = make_key(workspace, kinds, vault, dialogue)
    _write(workspace, [], [key])
    facts = {"id": key.slot.slot_id.hex(), "kind": keyslots.KINDS[key.slot.kind]}
    what = "passphrase" if key.slot.kind == keyslots.PASSPHRASE else "key"
    return VaultAction(
        "key_added",
        workspace.settings.vault,
        facts,
        (f"Added a {what}, kept {key.kept}. Its id is {facts['id'][:SHORT_ID]}.",),
    )


def make_key(
    workspace: Workspace, kinds: KeyKinds, vault: NewVault, dialogue: Dialogue | None
) -> NewKey:
    """Make the one key that is asked for."""
    if kinds.passphrase:
        passphrase = new_keys.new_passphrase(workspace, dialogue)
        _refuse_known(workspace, passphrase)
        return new_keys.passphrase_key(workspace, passphrase, vault)
    if kinds.file is not None:
        return new_keys.file_key(kinds.file, vault)
    return new_keys.keyring_key(vault)


def _refuse_known(workspace: Workspace, passphrase: str) -> None:
    lock = workspace.lock()
    phrases = [slot for slot in lock.slots if slot.kind == keyslots.PASSPHRASE]
    if phrases and try_passphrase(lock, phrases, passphrase) is not None:
        raise ConflictError("This passphrase opens the vault already.", "Choose another one.")


def remove_key(workspace: Workspace, text: str) -> VaultAction:
    """Remove the key with this id; also the secret, where it is one that lies here for the vault.

    ConflictError when no other key would be left, and for the one by which a server opens it.
    """
    vault_of(workspace)
    slot = find_slot(workspace, text)
    if slot.hint == SERVED:
        raise ConflictError(
            "With this key a server opens the vault for its team.",
            "To take the team from the server: infsh secrets team remove NAME --data FOLDER",
        )
    _write(workspace, [slot], [])
    sentences = [f"Removed the {keyslots.KINDS.get(slot.kind, 'unknown')} key {text}."]
    sentences += forget(workspace, slot)
    left = [s for s in workspace.locked.slots if s.slot_id != slot.slot_id]
    if all(s.kind == keyslots.RECOVERY for s in left):
        sentences.append("Only the recovery code opens the vault now.")
    facts = {"id": slot.slot_id.hex(), "kind": keyslots.KINDS.get(slot.kind, "unknown")}
    return VaultAction("key_removed", workspace.settings.vault, facts, (*sentences, ROTATE))


def find_slot(workspace: Workspace, text: str) -> Slot:
    """Return the one slot whose id begins with `text`."""
    wanted = text.strip().lower()
    found = [s for s in workspace.locked.slots if wanted and s.slot_id.hex().startswith(wanted)]
    if not found:
        raise NotFoundError(
            "The vault has no key with this id.", "See the ids with: infsh secrets vault key list"
        )
    if len(found) > 1:
        raise UsageError("Several keys have ids that begin so.", "Write more of the id.")
    return found[0]


def change_passphrase(
    workspace: Workspace, text: str | None, path: str | None, dialogue: Dialogue | None
) -> VaultAction:
    """Put a new passphrase in the place of the only one, or of the one with this id."""
    vault = vault_of(workspace)
    if text is None:
        found = [s for s in workspace.locked.slots if s.kind == keyslots.PASSPHRASE]
        if len(found) > 1:
            raise UsageError(
                "The vault has several passphrases.",
                "Name the one to change by its id, from: infsh secrets vault key list",
            )
    else:
        found = [find_slot(workspace, text)]
    if not found or found[0].kind != keyslots.PASSPHRASE:
        raise NotFoundError(
            "The vault has no such passphrase.",
            "Add one with: infsh secrets vault key add --passphrase",
        )
    if path is None and dialogue is None:
        raise UsageError(
            "There is no new passphrase, and nothing may be asked here.",
            "Name a private file that holds it with --new-file PATH.",
        )
    workspace.settings.passphrase_file = None  # what it holds is the old one
    passphrase = new_keys.new_passphrase(workspace, dialogue, path)
    _refuse_known(workspace, passphrase)
    key = new_keys.passphrase_key(workspace, passphrase, vault)
    _write(workspace, found, [key])
    return VaultAction(
        "passphrase_changed",
        workspace.settings.vault,
        {"id": key.slot.slot_id.hex(), "kind": "passphrase"},
        ("Changed the passphrase. The old one opens the vault no more.", ROTATE),
    )


def new_recovery_code(workspace: Workspace, dialogue: Dialogue | None) -> VaultAction:
    """Make a recovery code in the place of the one there may be; it is shown on a terminal only."""
    if dialogue is None:
        raise UsageError(
            "A recovery code is shown on a terminal, and nowhere else.",
            "Run this in a terminal, without redirecting its input or its errors.",
        )
    vault = vault_of(workspace)
    old = [slot for slot in workspace.locked.slots if slot.kind == keyslots.RECOVERY]
    key = new_keys.recovery_key(dialogue, vault)
    _write(workspace, old, [key])
    sentences = ["The recovery code opens the vault when every other key is lost."]
    if old:
        sentences.append("The one that you had opens it no more.")
    return VaultAction(
        "recovery_code_made",
        workspace.settings.vault,
        {"id": key.slot.slot_id.hex(), "kind": "recovery"},
        tuple(sentences),
    )


def _write(workspace: Workspace, old: list[Slot], new: list[NewKey]) -> None:
    store = workspace.vault_store()
    with Pending(store.file.path, new), KeyChange(store) as change:
        for slot in old:
            change.remove(slot.slot_id)
        for key in new:
            change.add(key.slot)


def forget(workspace: Workspace, slot: Slot) -> list[str]:
    """Remove the secret of a slot that is gone, if it is kept here and for nothing else.

    Returns what there is to say about it.
    """
    if slot.kind != keyslots.RAW:
        return []
    said = []
    path = own_key_path(workspace.settings.keys, slot.key_id)
    if os.path.lexists(path):
        if _used_elsewhere(workspace, slot):
            said.append(f"Its key file {sanitize(path)} stays: another vault may need it.")
        else:
            try:
                os.unlink(path)
                said.append(f"Removed its key file {sanitize(path)}.")
            except OSError:
                said.append(f"Its key file {sanitize(path)} cannot be removed: do that by hand.")
    if slot.hint == KEYRING:
        backend = os_keyring.find()
        try:
            if backend is not None:
                os_keyring.forget(backend, workspace.locked.head.vault_id, slot.key_id)
                said.append("Removed it from the OS keyring.")
        except InfshError:
            said.append("Its entry in the OS keyring cannot be removed, or is not there.")
    return said


def _used_elsewhere(workspace: Workspace, slot: Slot) -> bool:
    """Tell whether another vault may open with this key; one that cannot be read may."""
    own = os.path.abspath(workspace.settings.vault)
    folder = os.path.join(workspace.settings.data, "vaults")
    try:
        paths = [os.path.join(folder, name) for name in os.listdir(folder)]
    except OSError:
        return False
    for path in paths:
        if path == own or not path.endswith(".vault"):
            continue
        try:
            locked = LockedVault(path)
        except InfshError:
            return True
        locked.file.close()
        if any(other.key_id == slot.key_id for other in locked.slots):
            return True
    same = [s for s in workspace.locked.slots if s.key_id == slot.key_id]
    return len(same) > 1
