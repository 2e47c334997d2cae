"""Vaults of older formats, made vaults of this one; imported only when such a vault is met.

Format 0 lacked `nidx`: no such column, no index on it, and none in an item's digest. Its
`min_reader` is 0, which its root covers, so that no vault of format 1 can pass for one of format 0.

A further format gets a function of its own here, its number in `OLDER`, and the chain is walked
from the oldest on: each function begins with what the one before it leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.crypto.binding import compare_digest, sha256
from infsh_secrets.domain.errors import IntegrityError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.stores.vault import audit
from infsh_secrets.stores.vault.layout import (
    BUCKETS,
    Item,
    item_digest,
    lp,
    name_index,
    name_only_index,
    u64,
)
from infsh_secrets.stores.vault.store import LockedVault, VaultStore
from infsh_secrets.stores.vault.tables import FORMAT, TABLES, VaultFile
from infsh_secrets.stores.vault.verify import verify_begun

if TYPE_CHECKING:
    from infsh_secrets.stores.vault.layout import Root
    from infsh_secrets.stores.vault.root import Ledger

MIGRATED = "migrated"
"""The action in the audit entry of a migration; its version is the new format's number."""

_ITEMS_0 = (
    "CREATE TABLE items(idx BLOB PRIMARY KEY, id BLOB NOT NULL UNIQUE, "
    "rev INTEGER NOT NULL, state INTEGER NOT NULL, overview BLOB NOT NULL, "
    "digest BLOB NOT NULL) WITHOUT ROWID"
)
_OF_ITEMS = tuple(text for text in TABLES if " items" in text)
TABLES_0 = (_ITEMS_0, *(text for text in TABLES if text not in _OF_ITEMS))
OLDER = {0: sorted([*(text.encode() for text in TABLES_0), b"sqlite_autoindex_items_2"])}
"""The schema of each older format by its number."""


class OlderFormatError(IntegrityError):
    """A vault of an older format that can be migrated."""

    older = True


def refuse_older(file: VaultFile, version: object) -> None:
    """Raise OlderFormatError if that number and the tables are those of an older format.

    Also if somebody else has migrated it since the number was read.
    """
    if isinstance(version, int) and version in OLDER and _is_older(file):
        raise OlderFormatError(
            f"The vault {sanitize(file.path)} has the older format {version}.",
            "Open it once by itself, where it may be written: infsh secrets vault status --vault "
            f"{sanitize(file.path)}",
        )


def _is_older(file: VaultFile) -> bool:
    file.begin_read()
    try:
        version = file.run("PRAGMA user_version")[0][0]
        return version == FORMAT or (
            isinstance(version, int) and OLDER.get(version) == _schema(file)
        )
    finally:
        file.rollback()


def _schema(file: VaultFile) -> list[bytes]:
    found = file.run("SELECT coalesce(sql, name) FROM sqlite_master LIMIT 32")
    return sorted(text for (text,) in found if isinstance(text, bytes))


class OldVault(LockedVault):
    """An open vault of an older format: head and slots are as in format 1."""

    def __init__(self, path: str) -> None:
        self.file = VaultFile.connect(path)
        try:
            self.file.begin_read()
            self.head = self.file.head()
            self.slots = self.file.slots()
            self.file.rollback()
        except BaseException:
            self.file.close()
            raise

    def is_migrated(self) -> bool:
        """Tell, in a transaction, whether somebody else has migrated it since it was opened."""
        return self.file.run("PRAGMA user_version")[0][0] == FORMAT


def migrate(store: VaultStore) -> bool:
    """Bring a vault to this format in one transaction, verified whole before and after.

    Returns False when somebody else has done it meanwhile. On an error the vault is as it was.
    """
    file = store.file
    file.begin_write()
    try:
        version = file.run("PRAGMA user_version")[0][0]
        if version == FORMAT:
            return False
        if not isinstance(version, int) or OLDER.get(version) != _schema(file):
            raise file.damaged("its tables are not those of its format")
        ledger = store.ledger()
        root = _from_0(store, ledger)
        verify_begun(VaultStore(store.locked, store.keys, team=store.team))
        store.commit(ledger, root)
    finally:
        file.rollback()
    return True


def _from_0(store: VaultStore, ledger: Ledger) -> Root:
    file = store.file
    if ledger.head.min_reader != 0:
        raise file.damaged("its format is not the one that it was written in")
    last = (ledger.root.audit_seq, ledger.root.audit_head)
    audit.verify_chain(file, store.keys, store.vault, last)
    items = []
    entries = [entry for b in range(BUCKETS) for entry in ledger.bucket(b).values()]
    for idx, item_id, rev, state, digest in entries:
        overview = file.run("SELECT overview FROM items WHERE idx = ?", (idx,))[0][0]
        if not isinstance(overview, bytes):
            raise file.damaged("a field has the wrong type or length")
        item = Item(idx, b"", item_id, rev, state, overview, digest)
        _add_nidx(store, item)
        ledger.bucket(idx[0])[idx] = (idx, item_id, rev, state, item.digest)
        items.append(item)
    file.run("DROP TABLE items")
    for text in _OF_ITEMS:
        file.run(text)
    file.put_items(items)
    ledger.head.min_reader = 1
    file.put_head(ledger.head)
    file.run("PRAGMA user_version=1")
    user, program = store.actor()
    entry = audit.Entry(store.clock(), user, program, 1, [(MIGRATED, "", "", 1)])
    return ledger.commit(*audit.append(file, store.keys, store.vault, last, entry))


def _add_nidx(store: VaultStore, item: Item) -> None:
    """Verify an item by the rules of format 0 and give it the fields of format 1."""
    versions = store.file.versions(item.item_id)
    info = store.open_overview(item)
    if (
        not compare_digest(digest_0(item, versions), item.digest)
        or name_index(store.keys.index, info.environment, info.key) != item.idx
    ):
        raise store.damaged_item(item)
    item.nidx = name_only_index(store.keys.index, info.key)
    item.digest = item_digest(item, versions)


def digest_0(item: Item, versions: list[tuple[int, bytes]]) -> bytes:
    """Return the digest of an item in format 0: that of format 1 without `nidx`."""
    state = sha256(
        b"item" + item.item_id + item.idx + u64(item.rev) + bytes((item.state,)) + lp(item.overview)
    )
    for version, sealed in versions:
        state.update(u64(version) + lp(sealed))
    return state.digest()
