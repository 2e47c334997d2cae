"""The complete check of a vault: every page, bucket, overview, version and audit entry."""

from __future__ import annotations

from infsh_secrets.crypto.mac import MacKey
from infsh_secrets.stores.vault import audit
from infsh_secrets.stores.vault.layout import DELETED, name_index, name_only_index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from infsh_secrets.stores.vault.layout import Item
    from infsh_secrets.stores.vault.store import VaultStore

_AT_ONCE = 100
"""Items whose versions are read at a time."""


class Counts:
    """What was verified."""

    __slots__ = ("audit_entries", "deleted", "environments", "secrets", "versions")

    def __init__(self) -> None:
        self.secrets = 0
        self.deleted = 0
        self.versions = 0
        self.audit_entries = 0
        self.environments: dict[str, int] = {}


def verify(store: VaultStore) -> Counts:
    """Verify everything in one snapshot and return what there is.

    Raises IntegrityError at the first fault.
    """
    store.file.begin_read()
    try:
        return verify_begun(store)
    finally:
        store.file.rollback()


def verify_begun(store: VaultStore) -> Counts:
    """Do the same in the transaction that has begun: also to what it has written so far."""
    file = store.file
    if not file.integrity_check():
        raise file.damaged("SQLite's own check finds faults")
    ledger = store.ledger()
    store.fingerprint_key(ledger)
    counts = Counts()
    items = ledger.all_items()
    for start in range(0, len(items), _AT_ONCE):
        _verify_items(store, items[start : start + _AT_ONCE], counts)
    owners = {item.item_id for item in items}
    if any(owner not in owners for owner in file.version_owners()):
        raise file.damaged("a value belongs to no secret")
    last = (ledger.root.audit_seq, ledger.root.audit_head)
    counts.audit_entries = audit.verify_chain(file, store.keys, store.vault, last)
    return counts


def _verify_items(store: VaultStore, items: Sequence[Item], counts: Counts) -> None:
    index = MacKey(store.keys.index)
    versions_of = store.file.versions_of([item.item_id for item in items])
    for item, info in store.overviews(items):
        if (
            name_index(index, info.environment, info.key) != item.idx
            or name_only_index(index, info.key) != item.nidx
        ):
            raise store.damaged_item(item)
        versions = store.verified(item, versions_of[item.item_id])
        for number, sealed in versions:
            store.open_value(item, number, sealed)
        if not versions or versions[-1][0] != info.version:
            raise store.damaged_item(item)
        counts.versions += len(versions)
        if item.state == DELETED:
            counts.deleted += 1
        else:
            counts.secrets += 1
            of_environment = counts.environments.get(info.environment, 0)
            counts.environments[info.environment] = of_environment + 1
