"""`vault rotate`: a new vault key, and which of the keys that open the vault can go along."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.crypto import keyslots, seal
from infsh_secrets.crypto.keytext import key_id
from infsh_secrets.domain.errors import ConflictError, InfshError, LockedError
from infsh_secrets.domain.results import VaultAction
from infsh_secrets.services import new_keys
from infsh_secrets.services.key_slots import SHORT_ID, vault_of
from infsh_secrets.services.sessions import end as end_session
from infsh_secrets.stores.vault import rotation
from infsh_secrets.unlock.passphrases import read_passphrase_file, readable, try_passphrase
from infsh_secrets.unlock.sources import Lock, is_served, keys_here, named_keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from infsh_secrets.crypto.keyslots import Slot
    from infsh_secrets.services.dialogue import Dialogue
    from infsh_secrets.services.workspace import Workspace
    from infsh_secrets.stores.vault.create import NewVault

_TRIES = 3


class _Sorted(NamedTuple):
    """The slots of the new epoch, and those that have no secret at hand or cannot be kept."""

    kept: list[Slot]
    missing: list[Slot]
    recovery: list[Slot]


def rotate(
    workspace: Workspace,
    dialogue: Dialogue | None,
    *,
    drop_missing: bool,
    progress: Callable[[int, int], None],
) -> VaultAction:
    """Give the vault a new key and seal everything anew with it.

    Keys whose secret is at hand go on to open it. Others are a LockedError, or left out with
    `drop_missing`. A recovery code cannot be kept: on a terminal there is a new one.
    """
    vault_id, epoch, _ = vault_of(workspace)
    new = (vault_id, epoch + 1, os.urandom(seal.KEY_BYTES))
    before = workspace.locked.slots
    found = _sort(workspace, new)
    if found.missing and not drop_missing:
        raise LockedError(
            f"These keys of the vault are not at hand: {_names(found.missing)}.",
            "Give them with --key-file, --key-fd, INFSH_VAULT_KEY or "
            "INFSH_VAULT_PASSPHRASE_FILE, or leave them out for good with --drop-missing.",
        )
    slots = list(found.kept)
    said = [f"The vault has a new key, and {_count(len(found.kept))} to open it."]
    if found.missing:
        said.append(f"Left out: {_names(found.missing)}.")
    if found.recovery and dialogue is not None:
        slots.append(new_keys.recovery_key(dialogue, new).slot)
        said.append("The recovery code is a new one; the old one opens nothing.")
    elif found.recovery:
        workspace.notices.append(
            "The recovery code opens the vault no more, and a new one is shown on a terminal only: "
            "infsh secrets vault recovery-code"
        )
    if not slots:
        raise ConflictError(
            "No key would be left that opens the vault.",
            "Add one first: infsh secrets vault key add",
        )
    keys = rotation.NewKeys(new[2], slots, before)
    rotation.rotate(workspace.vault_store(), keys, progress)
    end_session(workspace)
    workspace.close()
    gone = [slot.slot_id.hex() for slot in found.missing + found.recovery]
    return VaultAction(
        "rotated",
        workspace.settings.vault,
        {"epoch": new[1], "keys": [s.slot_id.hex() for s in slots], "dropped": gone},
        (*said, "Copies made before still open with the old keys, and hold the old secrets."),
    )


def _names(slots: list[Slot]) -> str:
    return ", ".join(
        f"{keyslots.KINDS.get(s.kind, 'unknown')} {s.slot_id.hex()[:SHORT_ID]} ({s.hint})"
        for s in slots
    )


def _count(number: int) -> str:
    return "1 key" if number == 1 else f"{number} keys"


def _sort(workspace: Workspace, new: NewVault) -> _Sorted:
    """Wrap the new vault key for every slot whose secret is at hand; ids and hints stay."""
    lock = workspace.lock()
    raw = _raw_keys(workspace, lock)
    found = _Sorted([], [], [])
    for slot in lock.slots:
        random = keyslots.Randomness.draw()
        random.slot_id = slot.slot_id
        if slot.kind == keyslots.RAW and slot.key_id in raw:
            key = raw[slot.key_id]
            found.kept.append(keyslots.wrap_raw(key, slot.key_id, slot.hint, new, random))
        elif slot.kind == keyslots.RECOVERY:
            found.recovery.append(slot)
        elif slot.kind == keyslots.PASSPHRASE and (words := _passphrase(workspace, lock, slot)):
            found.kept.append(new_keys.passphrase_slot(workspace, words, new, random))
        else:
            found.missing.append(slot)
    return found


def _raw_keys(workspace: Workspace, lock: Lock) -> dict[bytes, bytes]:
    """Return every raw key at hand by its id; what cannot be read is told and passed over."""
    sources = workspace.sources()
    trouble: list[InfshError] = []
    keys = [key for key, _, _ in named_keys(sources)]
    if is_served(lock):
        from infsh_secrets.unlock.server_key import team_keys

        keys += [one for key in keys for one in team_keys(key, lock.path)]
    keys += [key for key, _ in keys_here(lock, sources, trouble)]
    workspace.notices += [error.message for error in trouble]
    return {key_id(key): key for key in keys}


def _passphrase(workspace: Workspace, lock: Lock, slot: Slot) -> str:
    """Return the passphrase of a slot, "" when nobody has it."""
    sources = workspace.sources()
    known = list(sources.passphrases)
    if sources.passphrase:
        known.append(read_passphrase_file(sources.passphrase))
    for words in dict.fromkeys(known):
        if try_passphrase(lock, [slot], words) is not None:
            return words
    if sources.ask is None:
        return ""
    shown = slot.slot_id.hex()[:SHORT_ID]
    for _ in range(_TRIES):
        words = readable(sources.ask(f"Passphrase {shown} (empty to leave it out): "))
        if not words:
            return ""
        if try_passphrase(lock, [slot], words) is not None:
            return words
        workspace.notices.append(f"A passphrase was typed that is not that of {shown}.")
    raise LockedError(f"Three times the passphrase {shown} was wrong.", "Nothing was changed.")
