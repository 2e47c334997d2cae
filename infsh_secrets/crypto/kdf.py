"""Keys from keys: the vault key's subkeys, and the key that wraps it, from a secret."""

from __future__ import annotations

from infsh_secrets.crypto.seal import KEY_BYTES, hkdf, hkdf_expand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

ARGON2_DEFAULT: Final = (3, 256 * 1024, 4)
ARGON2_FLOOR: Final = (3, 64 * 1024, 4)
ARGON2_CEILING: Final = (16, 2 * 1024 * 1024, 16)
"""(passes, memory in KiB, lanes): what is used, the least and the most a slot may ask for."""


class KdfError(Exception):
    """Argon2id cannot run: parameters out of bounds, or the memory is not there."""


class VaultKeys:
    """The vault key's subkeys for one vault and epoch; all of them are secret."""

    __slots__ = ("audit", "commit", "index", "record", "root")

    def __init__(self, vault_key: bytes, vault_id: bytes, epoch: int) -> None:
        tail = b"\0" + vault_id + epoch.to_bytes(8, "big")

        def derive(label: bytes) -> bytes:
            return hkdf_expand(vault_key, b"infsh-vault/1 key " + label + tail, KEY_BYTES)

        self.record = derive(b"record")
        self.index = derive(b"index")
        self.root = derive(b"root")
        self.audit = derive(b"audit")
        self.commit = derive(b"commit")


def raw_kek(secret: bytes, salt: bytes) -> bytes:
    """Return the wrapping key of a raw slot."""
    return hkdf(secret, salt, b"infsh-vault/1 kek raw", KEY_BYTES)


def recovery_kek(code: bytes, salt: bytes) -> bytes:
    """Return the wrapping key of a recovery slot; its code has 160 random bits."""
    return hkdf(code, salt, b"infsh-vault/1 kek recovery", KEY_BYTES)


def passphrase_kek(passphrase: str, salt: bytes, parameters: tuple[int, int, int]) -> bytes:
    """Return the wrapping key of a passphrase slot; takes most of a second and 256 MiB by default.

    The passphrase is normalised (NFC), so that the same characters typed on another system open the
    vault. Raises KdfError without allocating anything when `parameters` are out of bounds.
    """
    if not argon2_allowed(parameters):
        raise KdfError("Argon2id parameters out of bounds")
    from unicodedata import normalize

    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    passes, memory, lanes = parameters
    argon = Argon2id(
        salt=salt, length=KEY_BYTES, iterations=passes, lanes=lanes, memory_cost=memory
    )
    try:
        stretched = argon.derive(normalize("NFC", passphrase).encode())
    except MemoryError:
        raise KdfError(f"Argon2id needs {memory // 1024} MiB of memory") from None
    return hkdf(stretched, salt, b"infsh-vault/1 kek pass", KEY_BYTES)


def argon2_allowed(parameters: tuple[int, int, int]) -> bool:
    """Tell whether (passes, memory, lanes) lie within the floor and the ceiling."""
    return all(
        low <= value <= high
        for low, value, high in zip(ARGON2_FLOOR, parameters, ARGON2_CEILING, strict=True)
    )
