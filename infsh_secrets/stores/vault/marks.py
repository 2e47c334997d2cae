"""Whether the fingerprints of two vaults can be compared."""

from __future__ import annotations

from infsh_secrets.crypto.binding import compare_digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from infsh_secrets.stores.vault.store import VaultStore


def comparable(one: VaultStore, other: VaultStore) -> bool:
    """Tell whether equal values have equal fingerprints in both: copies of a vault keep its key."""
    return one is other or compare_digest(_key(one), _key(other))


def _key(store: VaultStore) -> bytes:
    store.file.begin_read()
    try:
        return store.fingerprint_key(store.ledger())
    finally:
        store.file.rollback()
