"""The versions of a secret, masked: their values are opened here and go no further."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.domain.masking import mask
from infsh_secrets.domain.models import History, VersionInfo
from infsh_secrets.stores.base import not_found
from infsh_secrets.stores.changes import fingerprint

if TYPE_CHECKING:
    from infsh_secrets.stores.vault.store import VaultStore


def history(store: VaultStore, environment: str, key: str) -> History:
    """Return what `SecretStore.history` promises, from one verified snapshot."""
    store.file.begin_read()
    try:
        ledger = store.ledger()
        mark_key = store.fingerprint_key(ledger)
        item = store.find(ledger, environment, key)
        if item is None:
            raise not_found(key, environment)
        info = store.open_overview(item, environment, key)
        if store.gone(ledger, info):
            raise not_found(key, environment)
        versions = store.verified_versions(item)
    finally:
        store.file.rollback()
    kept = []
    for number, sealed in reversed(versions):
        created, data = store.open_value(item, number, sealed)
        mark = fingerprint(mark_key, data)
        kept.append(VersionInfo(number, created, mask(data.decode()), mark))
    return History(info, kept)
