"""Vaults of older formats, made vaults of this one; imported only when such a vault is met.

Format 0 lacked `nidx`: no such column, no index on it, and none in an item's digest. Its
`min_reader` is 0, which its root covers, so that no vault of format 1 can pass for one of format 0.

Each older format has a reader here, which verifies all of a vault by the rules of its time, and
gives its items as those of today; they all are written by `_write`. What a reader goes by stands
here as it was, its schema in full: what is shared with today's modules changes with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

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
    from collections.abc import Callable

    from infsh_secrets.stores.vault.layout import Root
    from infsh_secrets.stores.vault.root import Ledger

MIGRATED = "migrated"
"""The action in the audit entry of a migration; its version is the new format's number."""

TABLES_0 = (
    "CREATE TABLE head(id INTEGER PRIMARY KEY CHECK(id=1), vault_id BLOB NOT NULL, "
    "epoch INTEGER NOT NULL, min_reader INTEGER NOT NULL, kcommit BLOB NOT NULL, "
    "fpkey BLOB NOT NULL)",
    "CREATE TABLE slots(id BLOB PRIMARY KEY, kind INTEGER NOT NULL, kid BLOB NOT NULL, "
    "hint TEXT NOT NULL, salt BLOB NOT NULL, t INTEGER NOT NULL, m INTEGER NOT NULL, "
    "p INTEGER NOT NULL, sealed BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE items(idx BLOB PRIMARY KEY, id BLOB NOT NULL UNIQUE, "
    "rev INTEGER NOT NULL, state INTEGER NOT NULL, overview BLOB NOT NULL, "
    "digest BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE versions(item BLOB NOT NULL, ver INTEGER NOT NULL, value BLOB NOT NULL, "
    "PRIMARY KEY(item, ver)) WITHOUT ROWID",
    "CREATE TABLE buckets(b INTEGER PRIMARY KEY, n INTEGER NOT NULL, hash BLOB NOT NULL)",
    "CREATE TABLE audit(seq INTEGER PRIMARY KEY, entry BLOB NOT NULL, mac BLOB NOT NULL)",
    "CREATE TABLE root(id INTEGER PRIMARY KEY CHECK(id=1), seq INTEGER NOT NULL, "
    "n_items INTEGER NOT NULL, buckets BLOB NOT NULL, aseq INTEGER NOT NULL, "
    "ahead BLOB NOT NULL, mac BLOB NOT NULL)",
)


class OlderFormatError(IntegrityError):
    """A vault of an older format that can be migrated."""

    older = True


def refuse_older(file: VaultFile, version: object) -> None:
    """Raise OlderFormatError if that number and the tables are those of an older format.

    Also if somebody else has migrated it since the number was read.
    """
    if version in OLDER and _is_older(file):
        raise OlderFormatError(
            f"The vault {sanitize(file.path)} has the older format {version}.",
            "Open it once by itself, where it may be written: infsh secrets vault status --vault "
            f"{sanitize(file.path)}",
        )


def _is_older(file: VaultFile) -> bool:
    file.begin_read()
    try:
        version = file.run("PRAGMA user_version")[0][0]
        return version == FORMAT or (version in OLDER and OLDER[version].schema == _schema(file))
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
        older = OLDER.get(version)
        if older is None or older.schema != _schema(file):
            raise file.damaged("its tables are not those of its format")
        ledger = store.ledger()
        if ledger.head.min_reader != version:
            raise file.damaged("its format is not the one that it was written in")
        last = (ledger.root.audit_seq, ledger.root.audit_head)
        audit.verify_chain(file, store.keys, store.vault, last)
        root = _write(store, ledger, older.items(store, ledger))
        verify_begun(VaultStore(store.locked, store.keys, team=store.team))
        store.commit(ledger, root)
    finally:
        file.rollback()
    return True


def _write(store: VaultStore, ledger: Ledger, items: list[Item]) -> Root:
    """Write what a reader has verified as a vault of this format; return its root."""
    file = store.file
    file.run("DROP TABLE items")
    for text in TABLES:
        if " items" in text:
            file.run(text)
    file.put_items(items)
    for item in items:
        row = (item.idx, item.item_id, item.rev, item.state, item.digest)
        ledger.bucket(item.idx[0])[item.idx] = row
    ledger.head.min_reader = FORMAT
    file.put_head(ledger.head)
    file.run(f"PRAGMA user_version={FORMAT}")
    user, program = store.actor()
    last = (ledger.root.audit_seq, ledger.root.audit_head)
    entry = audit.Entry(store.clock(), user, program, 1, [(MIGRATED, "", "", FORMAT)])
    return ledger.commit(*audit.append(file, store.keys, store.vault, last, entry))


def _items_0(store: VaultStore, ledger: Ledger) -> list[Item]:
    file = store.file
    items = []
    entries = [entry for b in range(BUCKETS) for entry in ledger.bucket(b).values()]
    for idx, item_id, rev, state, digest in entries:
        overview = file.run("SELECT overview FROM items WHERE idx = ?", (idx,))[0][0]
        if not isinstance(overview, bytes):
            raise file.damaged("a field has the wrong type or length")
        item = Item(idx, b"", item_id, rev, state, overview, digest)
        _add_nidx(store, item)
        items.append(item)
    return items


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


class _Older(NamedTuple):
    """An older format: its schema, and how its items are read."""

    schema: list[bytes]
    items: Callable[[VaultStore, Ledger], list[Item]]


def _older(tables: tuple[str, ...], items: Callable[[VaultStore, Ledger], list[Item]]) -> _Older:
    return _Older(sorted([*(text.encode() for text in tables), b"sqlite_autoindex_items_2"]), items)


OLDER: dict[object, _Older] = {0: _older(TABLES_0, _items_0)}
"""The older formats by their number."""
