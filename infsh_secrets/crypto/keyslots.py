"""Key slots: each wraps the vault key under one secret, so that any one of them opens the vault."""

from __future__ import annotations

import os

from infsh_secrets.crypto import kdf, seal

RAW = 1
PASSPHRASE = 2
RECOVERY = 3
NO_KEY_ID = bytes(8)
WRAPPED_BYTES = seal.KEY_BYTES + seal.OVERHEAD
MOST_SLOTS = 16
WITH_KEY_ID = (RAW, RECOVERY)
KINDS = {RAW: "raw", PASSPHRASE: "passphrase", RECOVERY: "recovery"}


class Slot:
    """One row of the slot table: public parameters and the wrapped vault key.

    `hint` says in clear where the secret is kept ("file", "keyring", "passphrase", "paper" …).
    """

    __slots__ = ("hint", "key_id", "kind", "parameters", "salt", "sealed", "slot_id")

    def __init__(
        self,
        slot_id: bytes,
        kind: int,
        key_id: bytes,
        hint: str,
        salt: bytes,
        parameters: tuple[int, int, int],
        sealed: bytes,
    ) -> None:
        self.slot_id = slot_id
        self.kind = kind
        self.key_id = key_id
        self.hint = hint
        self.salt = salt
        self.parameters = parameters
        self.sealed = sealed

    def context(self, vault_id: bytes, epoch: int) -> bytes:
        """Return the sealing context: a slot opens only in its own vault and epoch, unchanged."""
        return b"".join(
            (
                b"infsh-vault/1\x01",
                vault_id,
                epoch.to_bytes(8, "big"),
                self.slot_id,
                bytes((self.kind,)),
                *(value.to_bytes(4, "big") for value in self.parameters),
                self.salt,
            )
        )


class Randomness:
    """The random bytes of a new slot, drawn one level up so that test vectors can fix them."""

    __slots__ = ("salt", "seal_salt", "slot_id")

    def __init__(self, slot_id: bytes, salt: bytes, seal_salt: bytes) -> None:
        self.slot_id = slot_id
        self.salt = salt
        self.seal_salt = seal_salt

    @staticmethod
    def draw() -> Randomness:
        """Return fresh random bytes."""
        return Randomness(os.urandom(16), os.urandom(32), os.urandom(seal.SALT_BYTES))


def wrap_raw(
    secret: bytes, key_id: bytes, hint: str, vault: tuple[bytes, int, bytes], random: Randomness
) -> Slot:
    """Return a slot that opens with a 256-bit key; `vault` is (vault id, epoch, vault key)."""
    slot = Slot(random.slot_id, RAW, key_id, hint, random.salt, (0, 0, 0), b"")
    return _wrap(slot, kdf.raw_kek(secret, slot.salt), vault, random)


def wrap_recovery(
    code: bytes, key_id: bytes, vault: tuple[bytes, int, bytes], random: Randomness
) -> Slot:
    """Return a slot that opens with a recovery code of 160 random bits."""
    slot = Slot(random.slot_id, RECOVERY, key_id, "paper", random.salt, (0, 0, 0), b"")
    return _wrap(slot, kdf.recovery_kek(code, slot.salt), vault, random)


def wrap_passphrase(
    passphrase: str,
    parameters: tuple[int, int, int],
    vault: tuple[bytes, int, bytes],
    random: Randomness,
) -> Slot:
    """Return a slot that opens with a passphrase; raises kdf.KdfError when memory is short."""
    slot = Slot(random.slot_id, PASSPHRASE, NO_KEY_ID, "passphrase", random.salt, parameters, b"")
    return _wrap(slot, kdf.passphrase_kek(passphrase, slot.salt, parameters), vault, random)


def _wrap(slot: Slot, kek: bytes, vault: tuple[bytes, int, bytes], random: Randomness) -> Slot:
    vault_id, epoch, vault_key = vault
    context = slot.context(vault_id, epoch)
    slot.sealed = seal.seal_with_salt(kek, context, vault_key, random.seal_salt)
    return slot


def unwrap_raw(slot: Slot, secret: bytes, vault_id: bytes, epoch: int) -> bytes:
    """Return the vault key, or raise seal.SealError."""
    return _unwrap(slot, kdf.raw_kek(secret, slot.salt), vault_id, epoch)


def unwrap_recovery(slot: Slot, code: bytes, vault_id: bytes, epoch: int) -> bytes:
    """Return the vault key, or raise seal.SealError."""
    return _unwrap(slot, kdf.recovery_kek(code, slot.salt), vault_id, epoch)


def unwrap_key(slot: Slot, key: bytes, vault_id: bytes, epoch: int) -> bytes:
    """Do either for the slot of a raw key or recovery code, as the slot says."""
    unwrap = unwrap_recovery if slot.kind == RECOVERY else unwrap_raw
    return unwrap(slot, key, vault_id, epoch)


def unwrap_passphrase(slot: Slot, passphrase: str, vault_id: bytes, epoch: int) -> bytes:
    """Return the vault key, or raise seal.SealError, or kdf.KdfError when memory is short."""
    kek = kdf.passphrase_kek(passphrase, slot.salt, slot.parameters)
    return _unwrap(slot, kek, vault_id, epoch)


def _unwrap(slot: Slot, kek: bytes, vault_id: bytes, epoch: int) -> bytes:
    if len(slot.sealed) != WRAPPED_BYTES:
        raise seal.SealError
    return seal.open_sealed(kek, slot.context(vault_id, epoch), slot.sealed)
