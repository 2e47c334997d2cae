"""What going back, renaming, copying, describing and purging do to the rows of a vault."""

from __future__ import annotations

import os
import sqlite3

import pytest

from infsh_secrets.crypto import keyslots, keytext
from infsh_secrets.domain.errors import IntegrityError, UnavailableError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import Write
from infsh_secrets.stores.vault import audit
from infsh_secrets.stores.vault.create import create_vault, draw_vault
from infsh_secrets.stores.vault.store import LockedVault, VaultStore
from infsh_secrets.stores.vault.verify import verify

CHANGES = {
    "rollback": lambda store: store.rollback("default", "A"),
    "rename": lambda store: store.rename("default", "A", "NEW"),
    "copy": lambda store: store.copy("default", "A", "staging"),
    "describe": lambda store: store.describe("default", "A", description="new"),
    "purge": lambda store: store.purge("default", ["A"]),
}


@pytest.fixture
def store(tmp_path):
    """A vault in which A has two versions and B one."""
    path, key, new = str(tmp_path / "v" / "p.vault"), os.urandom(32), draw_vault()
    draw = keyslots.Randomness.draw()
    create_vault(path, new, [keyslots.wrap_raw(key, keytext.key_id(key), "file", new, draw)])
    locked = LockedVault(path)
    with VaultStore(locked, locked.unlock(new[2]), team="personal") as store:
        for key, value in (("A", b"1"), ("A", b"2"), ("B", b"3")):
            store.write("default", [Write(key, SecretValue(value))])
        yield store


def rows(store, sql):
    with sqlite3.connect(store.file.path) as base:
        found = base.execute(sql).fetchall()
    base.close()
    return found


def recorded(store):
    """Return what the newest audit entry says."""
    store.file.begin_read()
    root = store.ledger().root
    last = (root.audit_seq, root.audit_head)
    _, entry = next(audit.newest_first(store.file, store.keys, store.vault, last))
    store.file.rollback()
    return entry.subjects


@pytest.mark.parametrize(
    ("change", "subjects"),
    [
        ("rollback", [("rolled back", "default", "A", 3)]),
        ("rename", [("renamed", "default", "A", 2), ("renamed to", "default", "NEW", 2)]),
        ("copy", [("copied", "default", "A", 2), ("copied to", "staging", "A", 1)]),
        ("describe", [("described", "default", "A", 2)]),
        ("purge", [("purged", "default", "A", 2)]),
    ],
)
def test_each_change_is_one_transaction_on_record(store, change, subjects):
    entries = verify(store).audit_entries
    CHANGES[change](store)
    assert verify(store).audit_entries == entries + 1
    assert recorded(store) == subjects


def test_a_change_of_nothing_writes_nothing(store):
    before = rows(store, "SELECT * FROM root")
    store.rollback("default", "A", 2)
    store.describe("default", "A", unset=["none"])
    store.purge("default", [])
    assert rows(store, "SELECT * FROM root") == before


def test_a_rename_moves_the_row_and_leaves_the_sealed_values(store):
    sql = "SELECT id, idx, nidx, rev, digest FROM items"
    items = {row[0]: row for row in rows(store, sql)}
    versions = rows(store, "SELECT * FROM versions ORDER BY item, ver")
    store.rename("default", "A", "NEW")
    assert rows(store, "SELECT * FROM versions ORDER BY item, ver") == versions
    after = {row[0]: row for row in rows(store, sql)}
    assert set(after) == set(items)
    ((item, *new),) = [row for key, row in after.items() if row != items[key]]
    old = items[item][1:]
    assert all(one != other for one, other in zip(new, old, strict=True))
    assert new[2] == old[2] + 1


def test_a_copy_is_sealed_anew(store):
    sealed = {row[0] for row in rows(store, "SELECT value FROM versions")}
    store.copy("default", "A", "default", "NEW")
    (new,) = {row[0] for row in rows(store, "SELECT value FROM versions")} - sealed
    assert len(new) == len(next(iter(sealed)))


def test_a_purge_leaves_no_sealed_byte_and_no_gap_in_the_file(store):
    store.write("default", [Write("A", SecretValue(os.urandom(20_000).hex().encode()))])
    sealed = [row[0] for row in rows(store, "SELECT value FROM versions JOIN items ON item = id")]
    kept = [row[0] for row in rows(store, "SELECT value FROM versions WHERE length(value) < 200")]
    largest = max(sealed, key=len)
    size = os.path.getsize(store.file.path)
    store.purge("default", ["A"])
    with open(store.file.path, "rb") as file:
        data = file.read()
    assert largest[:1000] not in data
    assert largest[-200:] not in data
    assert sum(one in data for one in kept) == 1
    assert len(data) < size - 30_000
    assert rows(store, "PRAGMA freelist_count") == [(0,)]
    assert verify(store).versions == 1


def test_a_purge_whose_file_stays_large_says_that_the_secrets_are_gone(store, monkeypatch):
    def fail():
        raise UnavailableError("The disk that holds the vault is full.", "Free some space.")

    monkeypatch.setattr(store.file, "vacuum", fail)
    with pytest.raises(
        UnavailableError, match=r"removed for good, but .* disk .* is full"
    ) as caught:
        store.purge("default", ["A"])
    assert caught.value.hint == "Free some space."
    assert verify(store).versions == 1


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE items SET overview = zeroblob(length(overview))",
        "UPDATE items SET digest = zeroblob(32)",
        "UPDATE items SET nidx = zeroblob(16)",
        "UPDATE versions SET value = zeroblob(length(value))",
        "DELETE FROM versions WHERE ver = 1",
        "UPDATE versions SET ver = ver + 5",
        "UPDATE buckets SET hash = zeroblob(32)",
        "UPDATE audit SET mac = zeroblob(32)",
    ],
)
def test_no_change_makes_tampered_rows_genuine(store, change, tampering):
    rows(store, tampering)
    with open(store.file.path, "rb") as file:
        before = file.read()
    with pytest.raises(IntegrityError):
        CHANGES[change](store)
    with open(store.file.path, "rb") as file:
        assert file.read() == before
