"""New keys of a vault: each is kept and read back before the slot that needs it is written."""

from __future__ import annotations

import os

from infsh_secrets.crypto import kdf, keyslots
from infsh_secrets.crypto.keytext import (
    RAW_BYTES,
    RECOVERY_BYTES,
    encode_raw_key,
    encode_recovery_code,
    key_id,
)
from infsh_secrets.domain.errors import (
    InfshError,
    LockedError,
    NotFoundError,
    UnavailableError,
    UsageError,
)
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.private import create_private_file
from infsh_secrets.stores.vault.store import LockedVault
from infsh_secrets.unlock import os_keyring
from infsh_secrets.unlock.keyfile import read_key_file, write_own_key
from infsh_secrets.unlock.passphrases import read_passphrase_file, readable
from infsh_secrets.unlock.sources import KEYRING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from infsh_secrets.crypto.keyslots import Slot
    from infsh_secrets.services.dialogue import Dialogue
    from infsh_secrets.services.workspace import Workspace
    from infsh_secrets.stores.vault.create import NewVault

FILE = "file"
_SHORT = 12


class NewKey:
    """A slot, where its secret is kept (in words), and what removes that secret again."""

    __slots__ = ("kept", "slot", "undo")

    def __init__(self, slot: Slot, kept: str, undo: Callable[[], None]) -> None:
        self.slot = slot
        self.kept = kept
        self.undo = undo


class Pending:
    """A context manager around the write of new slots: when it fails, it removes their secrets.

    Only those whose slot is certainly not in the vault: a key too many hurts nobody, but a slot
    whose key is gone may be the one that was needed.
    """

    def __init__(self, path: str, keys: list[NewKey]) -> None:
        self._path = path
        self._keys = keys

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_rest: object) -> None:
        if kind is None:
            return
        try:
            there = slot_ids(self._path)
        except InfshError:
            if os.path.lexists(self._path):
                return
            there = set()
        for key in self._keys:
            if key.slot.slot_id not in there:
                _try(key.undo)


def slot_ids(path: str) -> set[bytes]:
    """Return the ids of the slots that a vault has on the disk."""
    locked = LockedVault(path)
    locked.file.close()
    return {slot.slot_id for slot in locked.slots}


def _try(undo: Callable[[], None]) -> None:
    try:
        undo()
    except (InfshError, OSError):
        return


def _nothing() -> None:
    """Undo nothing."""


def keyring_key(vault: NewVault) -> NewKey:
    """Make a raw key in the OS keyring; UnavailableError where there is no real one."""
    backend = os_keyring.find()
    if backend is None:
        raise UnavailableError(
            "There is no OS keyring here that keeps keys.",
            "Log in to a desktop, or keep the key in a file.",
        )
    key = os.urandom(RAW_BYTES)
    identity = key_id(key)

    def forget() -> None:
        os_keyring.forget(backend, vault[0], identity)

    try:
        os_keyring.store(backend, vault[0], identity, encode_raw_key(key))
    except BaseException:
        _try(forget)
        raise
    slot = keyslots.wrap_raw(key, identity, KEYRING, vault, keyslots.Randomness.draw())
    return NewKey(slot, "in the OS keyring", forget)


def own_file_key(folder: str, vault: NewVault) -> NewKey:
    """Make a raw key in the folder of the vaults' own key files, where it is found unasked."""
    key = os.urandom(RAW_BYTES)
    path = write_own_key(folder, key_id(key), key)
    return _file_key(path, key, vault)


def file_key(path: str, vault: NewVault) -> NewKey:
    """Make a raw key in a new file at `path`, which must not exist yet."""
    key = os.urandom(RAW_BYTES)
    path = os.path.abspath(path)
    if not os.path.isdir(os.path.dirname(path)):
        raise NotFoundError(
            f"There is no folder for the key file {sanitize(path)}.", "Make the folder first."
        )
    create_private_file(path, encode_raw_key(key).encode() + b"\n", "key file")
    return _file_key(path, key, vault)


def _file_key(path: str, key: bytes, vault: NewVault) -> NewKey:
    try:
        same = read_key_file(path) == key
    except BaseException:
        _try(lambda: os.unlink(path))
        raise
    if not same:
        _try(lambda: os.unlink(path))
        raise LockedError(f"The key file {sanitize(path)} does not give back what was written.")
    slot = keyslots.wrap_raw(key, key_id(key), FILE, vault, keyslots.Randomness.draw())
    return NewKey(slot, f"in the file {sanitize(path)}", lambda: os.unlink(path))


def passphrase_key(workspace: Workspace, passphrase: str, vault: NewVault) -> NewKey:
    """Make the slot of a passphrase; with a notice where memory is short for the usual one."""
    return NewKey(
        passphrase_slot(workspace, passphrase, vault, keyslots.Randomness.draw()),
        "in your memory: nobody can reset it",
        _nothing,
    )


def passphrase_slot(
    workspace: Workspace, passphrase: str, vault: NewVault, random: keyslots.Randomness
) -> Slot:
    """Return a passphrase's slot; UnavailableError when there is not even the least memory."""
    try:
        return keyslots.wrap_passphrase(passphrase, kdf.ARGON2_DEFAULT, vault, random)
    except kdf.KdfError:
        least = kdf.ARGON2_FLOOR
    try:
        slot = keyslots.wrap_passphrase(passphrase, least, vault, random)
    except kdf.KdfError as error:
        raise UnavailableError(
            f"There is not enough memory for a passphrase: {error}.", "Close other programs."
        ) from None
    workspace.notices.append(
        f"Memory is short: guessing the passphrase costs {least[1] // 1024} MiB a try instead of "
        f"{kdf.ARGON2_DEFAULT[1] // 1024}. With more memory, change the passphrase to amend that."
    )
    return slot


def new_passphrase(workspace: Workspace, dialogue: Dialogue | None, path: str | None = None) -> str:
    """Return a new passphrase: from the file at `path`, else the named one, else asked for."""
    path = path or workspace.settings.passphrase_file
    if path:
        passphrase = read_passphrase_file(path)
    elif dialogue is not None:
        passphrase = readable(dialogue.new_passphrase())
    else:
        raise UsageError(
            "There is no passphrase, and nothing may be asked here.",
            "Name a private file that holds it with INFSH_VAULT_PASSPHRASE_FILE.",
        )
    if not passphrase.strip() or "\N{REPLACEMENT CHARACTER}" in passphrase:
        raise UsageError("This passphrase is blank or not UTF-8 text.", "Choose several words.")
    if len(passphrase) < _SHORT:
        workspace.notices.append(
            f"The passphrase has fewer than {_SHORT} characters: somebody with a copy of the vault "
            "may guess it. Several words are better."
        )
    return passphrase


def recovery_key(dialogue: Dialogue, vault: NewVault) -> NewKey:
    """Make a recovery code and show it; AbortedError when the person does not have it then."""
    code = os.urandom(RECOVERY_BYTES)
    slot = keyslots.wrap_recovery(code, key_id(code), vault, keyslots.Randomness.draw())
    dialogue.show_code(encode_recovery_code(code))
    return NewKey(slot, "on paper", _nothing)
