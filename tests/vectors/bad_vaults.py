"""Vaults that must not be read: one column of one row of a golden vault is changed in each.

`python tests/vectors/bad_vaults.py` prints what reading each of them says, as it is kept in
bad-vaults-v1.json.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import sys
import tempfile

import generate

from infsh_secrets.crypto import keyslots, keytext
from infsh_secrets.domain.errors import InfshError
from infsh_secrets.stores.vault.store import LockedVault, VaultStore
from infsh_secrets.stores.vault.verify import verify

BASE = "slots"
EXPECTED = "bad-vaults-v1.json"
COLUMNS = {
    "head": ("vault_id", "epoch", "min_reader", "kcommit", "fpkey"),
    "slots": ("id", "kind", "kid", "hint", "salt", "t", "m", "p", "sealed"),
    "items": ("idx", "nidx", "id", "rev", "state", "overview", "digest"),
    "versions": ("item", "ver", "value"),
    "buckets": ("b", "n", "hash"),
    "audit": ("seq", "entry", "mac"),
    "root": ("seq", "n_items", "buckets", "aseq", "ahead", "mac"),
}
VALUES = ("x'00'", "'text'", "-1", "1.5", "7", "zeroblob(16)", "zeroblob(32)")
OTHERS = (
    "DELETE FROM head",
    "DELETE FROM slots",
    "DELETE FROM items",
    "DELETE FROM versions",
    "DELETE FROM buckets",
    "DELETE FROM audit",
    "DELETE FROM root",
    "DELETE FROM buckets WHERE b = 255",
    "INSERT INTO buckets VALUES (256, 0, zeroblob(32))",
    "INSERT INTO audit SELECT seq + 1, entry, mac FROM audit",
    "INSERT INTO versions SELECT item, ver + 1, value FROM versions",
    "INSERT INTO versions SELECT zeroblob(16), ver, value FROM versions",
    "INSERT INTO items SELECT zeroblob(16), nidx, zeroblob(16), rev, state, overview, digest "
    "FROM items",
    "CREATE TRIGGER t AFTER INSERT ON items BEGIN DELETE FROM audit; END",
    "CREATE VIEW v AS SELECT * FROM items",
    "CREATE TABLE t(x)",
    "CREATE INDEX i ON items(rev)",
    "DROP INDEX items_nidx",
    "PRAGMA application_id = 1",
    "PRAGMA user_version = 0",
    "PRAGMA user_version = 2",
    "PRAGMA journal_mode = WAL",
)


def statements():
    for table, columns in COLUMNS.items():
        first = columns[0]
        for column in columns:
            for value in VALUES:
                row = f"{first} = (SELECT min({first}) FROM {table})"
                yield f"UPDATE {table} SET {column} = {value} WHERE {row}"
    yield from OTHERS


def tamper(path, statement):
    """Apply a statement to a copy of the golden vault; tell if SQLite took it."""
    shutil.copyfile(os.path.join(generate.GOLDEN, f"vault-v1-{BASE}.vault"), path)
    os.chmod(path, 0o600)
    base = sqlite3.connect(path, isolation_level=None)
    try:
        base.execute(statement).fetchall()
    except sqlite3.Error:
        return False
    finally:
        base.close()
    return True


def golden_key(path):
    """Return the key of the golden vault, so that a changed slot is not all that is noticed."""
    shutil.copyfile(os.path.join(generate.GOLDEN, f"vault-v1-{BASE}.vault"), path)
    os.chmod(path, 0o600)
    with open(os.path.join(generate.GOLDEN, generate.CONTENTS), encoding="utf-8") as file:
        key = keytext.decode_raw_key(json.load(file)[BASE]["raw_keys"][0])
    locked = LockedVault(path)
    locked.file.close()
    (slot,) = [one for one in locked.slots if one.key_id == keytext.key_id(key)]
    return keyslots.unwrap_raw(slot, key, locked.head.vault_id, locked.head.epoch)


def outcomes(path, vault_key):
    """Return what opening with `get`, and verifying, say of a vault; "" where nothing is wrong."""
    return [outcome(path, vault_key, use) for use in (read, verify)]


def read(store):
    assert store.get("default", "A_KEY").value.reveal() == "opens with each of three keys"


def outcome(path, vault_key, use):
    try:
        locked = LockedVault(path)
        try:
            use(VaultStore(locked, locked.unlock(vault_key), team="personal"))
        finally:
            locked.file.close()
    except InfshError as error:
        return f"{error.code}: {error.message.replace(path, 'PATH')}"
    return ""


def all_outcomes(folder):
    path = os.path.join(folder, "bad.vault")
    vault_key = golden_key(path)
    return {
        statement: outcomes(path, vault_key)
        for statement in statements()
        if tamper(path, statement)
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        json.dump(all_outcomes(folder), sys.stdout, indent=1)
        sys.stdout.write("\n")
