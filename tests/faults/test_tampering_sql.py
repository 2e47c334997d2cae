"""Rows changed by somebody who can write the file but has no key: each attack, and who notices."""

import contextlib
import os
import resource
import sqlite3

import pytest
import support

from infsh_secrets.crypto import kdf, keyslots
from infsh_secrets.domain.errors import IntegrityError, LockedError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import Write
from infsh_secrets.stores.vault.layout import bucket_hash, buckets_hash, name_index
from infsh_secrets.stores.vault.store import LockedVault
from infsh_secrets.stores.vault.verify import verify

ALPHA, BETA, BIG = ("default", "ALPHA_KEY"), ("default", "BETA_KEY"), ("default", "BIG_KEY")
PROD, GONE = ("prod", "ALPHA_KEY"), ("default", "TOMBSTONE")


class Attacker:
    """A connection to a vault's file, and where its rows are: what an attacker can find out."""

    def __init__(self, path, sample):
        self.path = path
        self.sample = sample
        self.db = sqlite3.connect(path, isolation_level=None)
        keys = kdf.VaultKeys(sample.vault_key, self.one("SELECT vault_id FROM head"), 1)
        self._index = keys.index

    def run(self, sql, *parameters):
        self.db.execute(sql, parameters)

    def one(self, sql, *parameters):
        return self.db.execute(sql, parameters).fetchone()[0]

    def idx(self, name):
        return name_index(self._index, *name)

    def id(self, name):
        return self.one("SELECT id FROM items WHERE idx = ?", self.idx(name))

    def set(self, name, column, value):
        self.run(f"UPDATE items SET {column} = ? WHERE idx = ?", value, self.idx(name))

    def swap(self, table, column, first, second):
        """Swap one column of two rows; a row is a condition."""
        one = self.one(f"SELECT {column} FROM {table} WHERE {first}")
        two = self.one(f"SELECT {column} FROM {table} WHERE {second}")
        self.run(f"UPDATE {table} SET {column} = x'00' WHERE {first}")
        self.run(f"UPDATE {table} SET {column} = ? WHERE {second}", one)
        self.run(f"UPDATE {table} SET {column} = ? WHERE {column} = x'00'", two)

    def row(self, name):
        return f"idx = x'{self.idx(name).hex()}'"

    def version(self, name, number):
        return f"item = x'{self.id(name).hex()}' AND ver = {number}"

    def rehash(self, name):
        """Recompute what needs no key: the bucket of a name, all buckets, the count."""
        bucket = self.idx(name)[0]
        rows = self.db.execute("SELECT idx, id, rev, state, digest FROM items ORDER BY idx")
        rows = [row for row in rows.fetchall() if row[0][0] == bucket]
        sql = "UPDATE buckets SET n = ?, hash = ? WHERE b = ?"
        self.run(sql, len(rows), bucket_hash(rows), bucket)
        rows = self.db.execute("SELECT b, n, hash FROM buckets ORDER BY b").fetchall()
        sql = "UPDATE root SET buckets = ?, n_items = ?"
        self.run(sql, buckets_hash(rows), sum(row[1] for row in rows))

    def relaxed(self, *statements):
        """Run statements that the schema forbids, and leave the schema as it was."""
        self.run("PRAGMA writable_schema = ON")
        schema = self.db.execute("SELECT rowid, sql FROM sqlite_master").fetchall()
        relax = "replace(replace(sql, ' NOT NULL', ''), ' CHECK(id=1)', '')"
        self.run(f"UPDATE sqlite_master SET sql = {relax}")
        self._reopen()
        for statement in statements:
            self.run(*statement)
        self.run("PRAGMA writable_schema = ON")
        for rowid, sql in schema:
            self.run("UPDATE sqlite_master SET sql = ? WHERE rowid = ?", sql, rowid)

    def reschema(self, *statements):
        """Run statements on the schema's own table."""
        self.run("PRAGMA writable_schema = ON")
        for statement in statements:
            self.run(statement)

    def _reopen(self):
        self.db.close()
        self.db = sqlite3.connect(self.path, isolation_level=None)

    def rebuild(self, *pragmas):
        """Build the same rows anew in a file with other settings."""
        lines = [line for line in self.db.iterdump() if not line.startswith("PRAGMA")]
        self.db.close()
        os.truncate(self.path, 0)
        self.db = sqlite3.connect(self.path, isolation_level=None)
        for pragma in pragmas:
            self.run(f"PRAGMA {pragma}")
        self.db.executescript("\n".join(lines))
        self.run("PRAGMA application_id = 0x1F5EC001")
        self.run("PRAGMA user_version = 1")

    def patch(self, offset, data):
        self.db.close()
        with open(self.path, "r+b") as file:
            file.seek(offset)
            file.write(data)


def older_item(attacker):
    """Put back an item, with its values, from an earlier copy."""
    old = sqlite3.connect(attacker.earlier)
    try:
        row = old.execute(f"SELECT * FROM items WHERE {attacker.row(ALPHA)}").fetchone()
        versions = old.execute("SELECT * FROM versions WHERE item = ?", (row[2],)).fetchall()
        bucket = attacker.idx(ALPHA)[0]
        attacker.bucket = old.execute("SELECT * FROM buckets WHERE b = ?", (bucket,)).fetchone()
    finally:
        old.close()
    attacker.run("DELETE FROM versions WHERE item = ?", row[2])
    for version in versions:
        attacker.run("INSERT INTO versions VALUES (?, ?, ?)", *version)
    attacker.run("INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?, ?, ?, ?)", *row)


def older_item_and_bucket(attacker):
    older_item(attacker)
    attacker.run("INSERT OR REPLACE INTO buckets VALUES (?, ?, ?)", *attacker.bucket)


def older_item_rehashed(attacker):
    older_item_and_bucket(attacker)
    attacker.rehash(ALPHA)


def remove(attacker):
    attacker.run("DELETE FROM versions WHERE item = ?", attacker.id(BETA))
    attacker.run(f"DELETE FROM items WHERE {attacker.row(BETA)}")


def remove_and_count(attacker):
    remove(attacker)
    attacker.run("UPDATE buckets SET n = n - 1 WHERE b = ?", attacker.idx(BETA)[0])
    attacker.run("UPDATE root SET n_items = n_items - 1")


def remove_and_rehash(attacker):
    remove(attacker)
    attacker.rehash(BETA)


def rename(attacker):
    """Give an item the place of another name, which is gone, with all that needs no key."""
    remove(attacker)
    attacker.set(ALPHA, "idx", attacker.idx(BETA))
    attacker.rehash(BETA)
    attacker.rehash(ALPHA)


def extra_item(attacker):
    attacker.run(
        "INSERT INTO items SELECT x'00112233445566778899aabbccddeeff', nidx, "
        f"x'00112233445566778899aabbccddeeff', rev, state, overview, digest FROM items "
        f"WHERE {attacker.row(ALPHA)}"
    )


def add_slots(number):
    def attack(attacker):
        for i in range(number):
            attacker.run(
                "INSERT INTO slots SELECT ?, kind, kid, hint, salt, t, m, p, sealed FROM slots "
                "LIMIT 1",
                bytes((i,)) * 16,
            )

    return attack


def sql(*statements):
    def attack(attacker):
        for statement in statements:
            attacker.run(statement)

    return attack


def item(name, column, value):
    return lambda attacker: attacker.set(name, column, value)


def forced(statement, *parameters):
    return lambda attacker: attacker.relaxed((statement, *parameters))


def swapped(table, column, first, second):
    return lambda attacker: attacker.swap(table, column, first(attacker), second(attacker))


def of(name):
    return lambda attacker: attacker.row(name)


def at(name, version):
    return lambda attacker: attacker.version(name, version)


def value(name, version, data):
    def attack(attacker):
        where = attacker.version(name, version)
        attacker.run(f"UPDATE versions SET value = ? WHERE {where}", data)

    return attack


def drop_version(name, version):
    def attack(attacker):
        attacker.run(f"DELETE FROM versions WHERE {attacker.version(name, version)}")

    return attack


def renumber(name, version, number):
    def attack(attacker):
        where = attacker.version(name, version)
        attacker.run(f"UPDATE versions SET ver = ? WHERE {where}", number)

    return attack


def vacuum(*pragmas):
    def attack(attacker):
        for pragma in pragmas:
            attacker.run(f"PRAGMA {pragma}")
        attacker.run("VACUUM")

    return attack


def wal(attacker):
    attacker.run("PRAGMA journal_mode = WAL")


def schema(*statements):
    return lambda attacker: attacker.reschema(*statements)


MOST = 2**63 - 1
BIG_BLOB = "zeroblob(10485760)"
ATTACKS = {
    # items
    "swap two items' idx": (
        swapped("items", "idx", of(ALPHA), of(BETA)),
        "alpha beta lists verify",
    ),
    "swap two items' overviews": (
        swapped("items", "overview", of(ALPHA), of(BETA)),
        "alpha beta lists verify",
    ),
    "swap two items' digests": (
        swapped("items", "digest", of(ALPHA), of(BETA)),
        "alpha beta lists verify",
    ),
    "swap two items' nidx": (swapped("items", "nidx", of(ALPHA), of(BETA)), "alpha beta verify"),
    "remove an item": (remove, "beta lists verify"),
    "remove an item and count": (remove_and_count, "every"),
    "remove an item and hash anew": (remove_and_rehash, "every"),
    "rename an item": (rename, "every"),
    "an item of an earlier copy": (older_item, "alpha lists verify"),
    "an item and bucket of an earlier copy": (older_item_and_bucket, "every"),
    "an item of an earlier copy, hashed anew": (older_item_rehashed, "every"),
    "an extra item": (extra_item, "lists verify"),
    "blank nidx": (item(ALPHA, "nidx", bytes(16)), "alpha verify"),
    "short nidx": (item(ALPHA, "nidx", b""), "alpha lists verify"),
    "rev + 1": (
        lambda a: a.run(f"UPDATE items SET rev = rev + 1 WHERE {a.row(ALPHA)}"),
        "alpha lists verify",
    ),
    "rev -1": (item(ALPHA, "rev", -1), "alpha lists verify"),
    "rev 2^63-1": (item(ALPHA, "rev", MOST), "alpha lists verify"),
    "rev a float": (item(ALPHA, "rev", 1.5), "alpha lists verify"),
    "rev text": (item(ALPHA, "rev", "three"), "alpha lists verify"),
    "state deleted": (item(ALPHA, "state", 1), "alpha lists verify"),
    "state live again": (item(GONE, "state", 0), "gone lists verify"),
    "state 2": (item(ALPHA, "state", 2), "alpha lists verify"),
    "overview as text": (item(ALPHA, "overview", "text"), "alpha lists verify"),
    "overview empty": (item(ALPHA, "overview", b""), "alpha lists verify"),
    "overview of 10 MB": (
        lambda a: a.run(f"UPDATE items SET overview = {BIG_BLOB} WHERE {a.row(ALPHA)}"),
        "alpha lists verify",
    ),
    "overview NULL": (
        forced("UPDATE items SET overview = NULL"),
        "alpha beta big prod gone lists verify",
    ),
    "id as text": (item(ALPHA, "id", "0123456789abcdef"), "alpha lists verify"),
    # versions
    "swap values between versions": (
        swapped("versions", "value", at(ALPHA, 1), at(ALPHA, 2)),
        "alpha verify",
    ),
    "swap values between items": (
        swapped("versions", "value", at(ALPHA, 3), at(BETA, 1)),
        "alpha beta verify",
    ),
    "an older value as the newest": (
        lambda a: a.run(
            "UPDATE versions SET value = (SELECT value FROM versions WHERE "
            f"{a.version(ALPHA, 1)}) WHERE {a.version(ALPHA, 3)}"
        ),
        "alpha verify",
    ),
    "drop the newest version": (drop_version(ALPHA, 3), "alpha verify"),
    "drop the oldest version": (drop_version(ALPHA, 1), "alpha verify"),
    "version 2^63-1": (renumber(ALPHA, 3, MOST), "alpha verify"),
    "version -1": (renumber(ALPHA, 1, -1), "alpha verify"),
    "version a float": (renumber(ALPHA, 1, 0.5), "alpha verify"),
    "value as text": (value(ALPHA, 1, "text"), "alpha verify"),
    "value of 10 MB": (
        lambda a: a.run(f"UPDATE versions SET value = {BIG_BLOB} WHERE {a.version(BIG, 1)}"),
        "big verify",
    ),
    "value NULL": (forced("UPDATE versions SET value = NULL"), "alpha beta big prod verify"),
    "a value of no item": (
        sql("INSERT INTO versions SELECT x'00', 1, value FROM versions LIMIT 1"),
        "verify",
    ),
    "a value of no item, proper": (
        sql("INSERT INTO versions SELECT zeroblob(16), 1, value FROM versions LIMIT 1"),
        "verify",
    ),
    # slots
    "add a slot": (add_slots(1), "every"),
    "17 slots": (add_slots(15), "open"),
    "remove the other slot": (sql("DELETE FROM slots WHERE kind = 2"), "every"),
    "remove the own slot": (sql("DELETE FROM slots WHERE kind = 1"), "slot every"),
    "remove all slots": (sql("DELETE FROM slots"), "slot every"),
    "slot t = 2^31": (sql("UPDATE slots SET t = 2147483648 WHERE kind = 2"), "every"),
    "slot m = 2^32-1": (sql("UPDATE slots SET m = 4294967295 WHERE kind = 2"), "every"),
    "slot m = 2^63-1": (sql(f"UPDATE slots SET m = {MOST} WHERE kind = 2"), "open"),
    "slot p = 0": (sql("UPDATE slots SET p = 0 WHERE kind = 2"), "every"),
    "own slot's t": (sql("UPDATE slots SET t = 1 WHERE kind = 1"), "slot every"),
    "own slot's kind": (sql("UPDATE slots SET kind = 2 WHERE kind = 1"), "slot every"),
    "slot hint changed": (sql("UPDATE slots SET hint = 'keyring' WHERE kind = 1"), "every"),
    "slot hint long": (sql("UPDATE slots SET hint = hex(zeroblob(99))"), "open"),
    "slot hint a blob": (sql("UPDATE slots SET hint = x'ff00'"), "open"),
    "slot key id": (sql("UPDATE slots SET kid = zeroblob(8) WHERE kind = 1"), "slot every"),
    "slot sealed long": (sql("UPDATE slots SET sealed = zeroblob(105)"), "open"),
    "swap two slots' wrapped keys": (
        swapped("slots", "sealed", lambda _: "kind = 1", lambda _: "kind = 2"),
        "slot every",
    ),
    # head
    "vault id": (sql("UPDATE head SET vault_id = zeroblob(16)"), "slot open"),
    "epoch 2": (sql("UPDATE head SET epoch = 2"), "slot open"),
    "epoch 0": (sql("UPDATE head SET epoch = 0"), "slot open"),
    "epoch a float": (sql("UPDATE head SET epoch = 1.5"), "open"),
    "min_reader 2": (sql("UPDATE head SET min_reader = 2"), "open"),
    "min_reader 0": (sql("UPDATE head SET min_reader = 0"), "every"),
    "fpkey": (sql("UPDATE head SET fpkey = zeroblob(104)"), "every"),
    "kcommit": (sql("UPDATE head SET kcommit = zeroblob(32)"), "open"),
    "no head": (sql("DELETE FROM head"), "open"),
    "two heads": (
        forced("INSERT INTO head SELECT 2, vault_id, epoch, min_reader, kcommit, fpkey FROM head"),
        "open",
    ),
    # root and buckets
    "root seq": (sql("UPDATE root SET seq = seq + 1"), "every"),
    "root seq 2^63-1": (sql(f"UPDATE root SET seq = {MOST}"), "every"),
    "root seq -1": (sql("UPDATE root SET seq = -1"), "every"),
    "root n_items": (sql("UPDATE root SET n_items = n_items + 1"), "every"),
    "root buckets": (sql("UPDATE root SET buckets = zeroblob(32)"), "every"),
    "root aseq": (sql("UPDATE root SET aseq = aseq - 1"), "every"),
    "root ahead": (sql("UPDATE root SET ahead = zeroblob(32)"), "every"),
    "root mac": (sql("UPDATE root SET mac = zeroblob(32)"), "every"),
    "root mac as text": (sql("UPDATE root SET mac = hex(zeroblob(16))"), "every"),
    "no root": (sql("DELETE FROM root"), "every"),
    "two roots": (
        forced("INSERT INTO root SELECT 2, seq, n_items, buckets, aseq, ahead, mac FROM root"),
        "every",
    ),
    "bucket hash": (sql("UPDATE buckets SET hash = zeroblob(32) WHERE b = 7"), "every"),
    "bucket count": (sql("UPDATE buckets SET n = n + 1 WHERE b = 7"), "every"),
    "bucket count 2^63-1": (sql(f"UPDATE buckets SET n = {MOST}"), "every"),
    "swap two buckets": (
        lambda a: a.swap("buckets", "hash", f"b = {a.idx(ALPHA)[0]}", f"b = {a.idx(BETA)[0]}"),
        "every",
    ),
    "a bucket less": (sql("DELETE FROM buckets WHERE b = 255"), "every"),
    "a bucket more": (sql("INSERT INTO buckets VALUES (256, 0, zeroblob(32))"), "every"),
    "bucket number -1": (sql("UPDATE buckets SET b = -1 WHERE b = 0"), "every"),
    # audit
    "cut the audit tail": (
        sql("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)"),
        "verify",
    ),
    "cut all audit": (sql("DELETE FROM audit"), "verify"),
    "cut the audit's first": (sql("DELETE FROM audit WHERE seq = 1"), "verify"),
    "edit an audit entry": (sql("UPDATE audit SET entry = zeroblob(200) WHERE seq = 2"), "verify"),
    "edit an audit mac": (sql("UPDATE audit SET mac = zeroblob(32) WHERE seq = 2"), "verify"),
    "swap two audit entries": (
        swapped("audit", "entry", lambda _: "seq = 1", lambda _: "seq = 2"),
        "verify",
    ),
    "an audit entry more": (
        sql("INSERT INTO audit SELECT seq + 1, entry, mac FROM audit ORDER BY seq DESC LIMIT 1"),
        "verify",
    ),
    "an audit entry at -1": (
        sql("INSERT INTO audit SELECT -1, entry, mac FROM audit LIMIT 1"),
        "verify",
    ),
    "audit entry NULL": (forced("UPDATE audit SET entry = NULL WHERE seq = 1"), "verify"),
    # schema and file
    "a trigger": (
        sql("CREATE TRIGGER t AFTER INSERT ON versions BEGIN DELETE FROM audit; END"),
        "open",
    ),
    "a view": (sql("CREATE VIEW v AS SELECT * FROM items"), "open"),
    "an extra index": (sql("CREATE INDEX i ON items(rev)"), "open"),
    "an extra table": (sql("CREATE TABLE extra(a)"), "open"),
    "an index less": (sql("DROP INDEX items_nidx"), "open"),
    "an index on another column": (
        sql("DROP INDEX items_nidx", "CREATE INDEX items_nidx ON items(rev)"),
        "open",
    ),
    "an empty index": (
        lambda a: (a.reschema("UPDATE sqlite_master SET type = 'x' WHERE name = 'items_nidx'"),),
        "open",
    ),
    "a table as a view": (
        sql("DROP TABLE audit", "CREATE VIEW audit AS SELECT 1 AS seq, 2 AS entry, 3 AS mac"),
        "open",
    ),
    "statistics": (sql("ANALYZE"), "open"),
    "a column more": (sql("ALTER TABLE audit ADD COLUMN more"), "open"),
    "two tables' pages swapped": (
        schema(
            "UPDATE sqlite_master SET rootpage = (SELECT sum(rootpage) FROM sqlite_master "
            "WHERE name IN ('audit', 'buckets')) - rootpage WHERE name IN ('audit', 'buckets')"
        ),
        "every",
    ),
    "versions on the pages of items": (
        schema(
            "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master "
            "WHERE name = 'items') WHERE name = 'versions'"
        ),
        "alpha beta big prod verify",
    ),
    "a page beyond the end": (
        schema("UPDATE sqlite_master SET rootpage = 999999 WHERE name = 'versions'"),
        "open",
    ),
    "schema not UTF-8": (
        schema("UPDATE sqlite_master SET sql = CAST(x'435245415445ff' AS TEXT) WHERE name='root'"),
        "open",
    ),
    "user_version 2": (sql("PRAGMA user_version = 2"), "open"),
    "user_version 0": (sql("PRAGMA user_version = 0"), "open"),
    "user_version -1": (sql("PRAGMA user_version = -1"), "open"),
    "application_id": (sql("PRAGMA application_id = 7"), "open"),
    "page size 8192": (vacuum("page_size = 8192"), "open"),
    "page size 512": (vacuum("page_size = 512"), "open"),
    "page size 8192 in the header only": (lambda a: a.patch(16, b"\x20\x00"), "open"),
    "page size 0": (lambda a: a.patch(16, b"\x00\x00"), "open"),
    "auto-vacuum": (vacuum("auto_vacuum = FULL"), "open"),
    "WAL": (wal, "open"),
    "WAL in the header only": (lambda a: a.patch(18, b"\x02\x02"), "open"),
    "UTF-16": (lambda a: a.rebuild("encoding = 'UTF-16le'"), "open"),
    "UTF-16 in the header only": (lambda a: a.patch(56, b"\x00\x00\x00\x02"), "open"),
    "reserved space": (lambda a: a.patch(20, b"\x20"), "open"),
    "schema format 9": (lambda a: a.patch(44, b"\x00\x00\x00\x09"), "open"),
    "a header alone": (lambda a: (a.db.close(), os.truncate(a.path, 100)), "open"),
    "an empty file": (lambda a: (a.db.close(), os.truncate(a.path, 0)), "open"),
}


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    """A vault and an earlier copy of it."""
    folder = tmp_path_factory.mktemp("history")
    sample = support.Sample(os.path.join(folder, "vault", "s.vault"), seed=11)
    earlier = os.path.join(folder, "earlier.vault")
    support.put_file(earlier, sample.data)
    with support.open_store(sample.path) as store:
        store.write("default", [Write("ALPHA_KEY", SecretValue(b"alpha-four"))])
    sample.note()
    return sample, earlier


SHORT = {
    "alpha": ["get default ALPHA_KEY", *(f"get default ALPHA_KEY {n}" for n in (1, 2, 3))],
    "beta": ["get default BETA_KEY"],
    "big": ["get default BIG_KEY"],
    "prod": ["get prod ALPHA_KEY"],
    "gone": ["get default TOMBSTONE"],
    "absent": ["get default NEVER_STORED"],
    "lists": ["listing", "listing deleted"],
}
SHORT["every"] = [question for questions in SHORT.values() for question in questions] + ["verify"]


def places(words):
    """Return {question: class of its error} for the words of the table."""
    questions = [question for word in words.split() for question in SHORT.get(word, [word])]
    return {
        question: LockedError if question == "slot" else IntegrityError for question in questions
    }


@pytest.fixture
def target(history, tmp_path):
    """An attacker of a copy of the vault."""
    sample, earlier = history
    path = os.path.join(tmp_path, "vault", "a.vault")
    os.mkdir(os.path.dirname(path), 0o700)
    support.put_file(path, sample.data)
    attacker = Attacker(path, sample)
    attacker.earlier = earlier
    yield attacker
    attacker.db.close()


@pytest.mark.parametrize("name", ATTACKS)
def test_attack(target, name):
    attack, expected = ATTACKS[name]
    attack(target)
    target.db.close()
    sample = target.sample
    verdict = support.judge(target.path, sample.truth, sample.vault_key, name)
    assert verdict.classes() == places(expected)
    if "open" not in verdict.errors:
        nothing_is_made_genuine(target.path, sample.vault_key)


def nothing_is_made_genuine(path, vault_key):
    """Write, delete and restore in a vault that was tampered with: it stays found out."""
    with support.open_store(path, vault_key) as store:
        for attempt in (
            lambda: store.write("default", [Write("ALPHA_KEY", SecretValue(b"after"))]),
            lambda: store.write("default", [Write("NEW_KEY", SecretValue(b"after"))]),
            lambda: store.delete("default", ["BETA_KEY"], ignore_missing=True),
            lambda: store.restore("default", ["TOMBSTONE"]),
        ):
            with contextlib.suppress(IntegrityError):
                attempt()
        with pytest.raises(IntegrityError):
            verify(store)


def test_count_of_attacks(report):
    assert len(ATTACKS) >= 25
    report(f"attacks by SQL: {len(ATTACKS)}, each found where the table says, none made genuine")


@pytest.mark.parametrize(
    "parameters",
    [
        (2**31, *kdf.ARGON2_FLOOR[1:]),
        (3, 2**32 - 1, 4),
        (3, kdf.ARGON2_CEILING[1] + 1, 4),
        (3, 64 * 1024, 2**32 - 1),
        (0, 0, 0),
        (2, 64 * 1024, 4),
    ],
)
def test_parameters_out_of_bounds_are_refused_before_anything_is_allocated(target, parameters):
    target.run("UPDATE slots SET t = ?, m = ?, p = ? WHERE kind = 2", *parameters)
    target.db.close()
    locked = LockedVault(target.path)
    try:
        slot = next(slot for slot in locked.slots if slot.kind == keyslots.PASSPHRASE)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with pytest.raises(kdf.KdfError):
            keyslots.unwrap_passphrase(slot, "made up", locked.head.vault_id, locked.head.epoch)
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 16 * 1024
    finally:
        locked.file.close()
