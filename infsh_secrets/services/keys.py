"""New vaults and what opens them."""

from __future__ import annotations

import os

from infsh_secrets.crypto import keyslots
from infsh_secrets.crypto.keytext import RAW_BYTES, key_id
from infsh_secrets.domain.errors import ConflictError, InfshError, UsageError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.folders import shared_folder
from infsh_secrets.files.private import ExclusiveLock, ensure_private_folder
from infsh_secrets.services import new_keys
from infsh_secrets.stores.vault.create import NewVault, create_vault, draw_vault
from infsh_secrets.unlock import os_keyring
from infsh_secrets.unlock.passphrases import read_passphrase_file
from infsh_secrets.unlock.sources import named_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from infsh_secrets.crypto.keyslots import Slot
    from infsh_secrets.services.workspace import Workspace

CREATE_LOCK = ".create.lock"


def create_first_vault(workspace: Workspace) -> bool:
    """Make the vault that the settings name; False when another process has just made it.

    Its key is the one that is named (descriptor, file, variable, passphrase file); else a new one
    in the OS keyring; else a new one in a key file. A notice says where it lies. On any error no
    vault is made.
    """
    path = workspace.settings.vault
    folder = os.path.dirname(path)
    _named_slot_source(workspace)  # a key that cannot be read leaves not even a folder
    ensure_private_folder(folder)
    with ExclusiveLock(os.path.join(folder, CREATE_LOCK)):
        if os.path.lexists(path):
            return False
        new = draw_vault()
        slot, notice, undo = first_key(workspace, new)
        with new_keys.Pending(path, [new_keys.NewKey(slot, "", undo)]):
            create_vault(path, new, [slot])
    workspace.notices.append(f"Made the vault {sanitize(path)}. {notice}")
    wrong = shared_folder(path)
    if wrong:
        workspace.notices.append(
            f"The vault lies in {wrong}, which can damage it or bring back older states: name "
            "another place with --vault or INFSH_DATA_DIR."
        )
    return True


def create_team(workspace: Workspace) -> str:
    """Make the vault of a team and return its path; ConflictError when it has one."""
    path = workspace.settings.vault
    if os.path.lexists(path) or not create_first_vault(workspace):
        team = workspace.settings.team
        raise ConflictError(f"The team {team} has a vault already.", f"Use it with --team {team}.")
    return path


def teams(workspace: Workspace) -> list[str]:
    """Return the names of the teams that have a vault here, sorted."""
    try:
        files = os.listdir(os.path.join(workspace.settings.data, "vaults"))
    except OSError:
        return []
    return sorted(
        name.removesuffix(".vault")
        for name in files
        if name.endswith(".vault") and not name.startswith(".")
    )


def _nothing() -> None:
    """Undo nothing."""


def first_key(workspace: Workspace, new: NewVault) -> tuple[Slot, str, Callable[[], None]]:
    """Return the first slot of a vault, where its secret lies in words, and what removes that."""
    named, passphrase = _named_slot_source(workspace)
    if named:
        key, by, _ = named
        slot = keyslots.wrap_raw(key, key_id(key), "named", new, keyslots.Randomness.draw())
        return slot, f"It opens with {by}: keep that key, nothing else opens it.", _nothing
    if passphrase is not None:
        made = new_keys.passphrase_key(workspace, passphrase, new)
        return made.slot, "It opens with the passphrase, which nobody can reset.", _nothing
    return _generated_slot(workspace, new)


def _named_slot_source(workspace: Workspace) -> tuple[tuple[bytes, str, bool] | None, str | None]:
    """Return the key and the passphrase (both secret) that are named to open the new vault."""
    workspace.require_vault()
    sources = workspace.sources()
    if sources.words is not None:
        return None, sources.words
    named = named_key(sources)
    if named and len(named[0]) != RAW_BYTES:
        raise UsageError(
            "A recovery code cannot be the first key of a vault.",
            "Leave it out: a new vault gets a key of its own.",
        )
    if named or not sources.passphrase:
        return named, None
    return None, read_passphrase_file(sources.passphrase)


def _generated_slot(workspace: Workspace, new: NewVault) -> tuple[Slot, str, Callable[[], None]]:
    try:
        found = os_keyring.find() is not None
        key = new_keys.keyring_key(new) if found else None
    except InfshError as error:
        workspace.notices.append(f"{error.message} A key file is used instead.")
        key = None
    if key is not None:
        notice = "Its key is in the OS keyring and opens it while you are logged in."
        return key.slot, notice, key.undo
    key = new_keys.own_file_key(workspace.settings.keys, new)
    notice = (
        f"Its key is {key.kept}, which only you may read: it protects copies of "
        "the vault, not against somebody who can read your files. Without it nothing opens the "
        "vault: keep a copy elsewhere."
    )
    return key.slot, notice, key.undo
