"""The tables of a vault: every statement, and the check of every column that comes out of them.

Nothing that comes out of the file is trusted: types and lengths are checked in Python, because a
forged file obeys no schema.
"""

from __future__ import annotations

from infsh_secrets.crypto.keyslots import MOST_SLOTS, WRAPPED_BYTES, Slot
from infsh_secrets.domain.errors import IntegrityError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.stores.vault.layout import BUCKETS, Head, Item, Root
from infsh_secrets.stores.vault.sqlite import Database, Row

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

APPLICATION_ID = 0x1F5EC001
FORMAT = 1
_LONGEST_HINT = 64
_MOST_VERSIONS = 20
_MOST_PARAMETERS = 900
_U8 = 0xFF
_U32 = 0xFFFF_FFFF
_U63 = 0x7FFF_FFFF_FFFF_FFFF

TABLES = (
    "CREATE TABLE head(id INTEGER PRIMARY KEY CHECK(id=1), vault_id BLOB NOT NULL, "
    "epoch INTEGER NOT NULL, min_reader INTEGER NOT NULL, kcommit BLOB NOT NULL, "
    "fpkey BLOB NOT NULL)",
    "CREATE TABLE slots(id BLOB PRIMARY KEY, kind INTEGER NOT NULL, kid BLOB NOT NULL, "
    "hint TEXT NOT NULL, salt BLOB NOT NULL, t INTEGER NOT NULL, m INTEGER NOT NULL, "
    "p INTEGER NOT NULL, sealed BLOB NOT NULL) WITHOUT ROWID",
    "CREATE TABLE items(idx BLOB PRIMARY KEY, nidx BLOB NOT NULL, id BLOB NOT NULL UNIQUE, "
    "rev INTEGER NOT NULL, state INTEGER NOT NULL, overview BLOB NOT NULL, "
    "digest BLOB NOT NULL) WITHOUT ROWID",
    "CREATE INDEX items_nidx ON items(nidx)",
    "CREATE TABLE versions(item BLOB NOT NULL, ver INTEGER NOT NULL, value BLOB NOT NULL, "
    "PRIMARY KEY(item, ver)) WITHOUT ROWID",
    "CREATE TABLE buckets(b INTEGER PRIMARY KEY, n INTEGER NOT NULL, hash BLOB NOT NULL)",
    "CREATE TABLE audit(seq INTEGER PRIMARY KEY, entry BLOB NOT NULL, mac BLOB NOT NULL)",
    "CREATE TABLE root(id INTEGER PRIMARY KEY CHECK(id=1), seq INTEGER NOT NULL, "
    "n_items INTEGER NOT NULL, buckets BLOB NOT NULL, aseq INTEGER NOT NULL, "
    "ahead BLOB NOT NULL, mac BLOB NOT NULL)",
)
_SCHEMA = sorted([*(text.encode() for text in TABLES), b"sqlite_autoindex_items_2"])

_ITEM = "idx, nidx, id, rev, state, overview, digest"

BucketEntry = tuple[bytes, bytes, int, int, bytes]
"""(idx, id, rev, state, digest)"""


class VaultFile(Database):
    """One open vault file, its schema checked."""

    @staticmethod
    def open(path: str) -> VaultFile:
        """Open an existing vault after checking its path, header, settings and schema."""
        file = VaultFile.connect(path)
        try:
            file._check_schema()
        except BaseException:
            file.close()
            raise
        return file

    @staticmethod
    def create(path: str) -> VaultFile:
        """Begin a transaction that writes the schema of format 1 into an empty private file."""
        file = VaultFile.connect(path, new=True)
        try:
            file.initialize()
            file.run(f"PRAGMA application_id={APPLICATION_ID}")
            file.run(f"PRAGMA user_version={FORMAT}")
            file.begin_write()
            for text in TABLES:
                file.run(text)
        except BaseException:
            file.close()
            raise
        return file

    def reopen(self) -> None:
        super().reopen()
        try:
            self._check_schema()
        except BaseException:
            self.close()
            raise

    # -- reading -----------------------------------------------------------------------------------

    def _check_schema(self) -> None:
        application = self.run("PRAGMA application_id")[0][0]
        version = self.run("PRAGMA user_version")[0][0]
        if application != APPLICATION_ID:
            raise IntegrityError(
                f"{sanitize(self.path)} is not a vault.", "Name the vault with --vault PATH."
            )
        self.refuse_newer(version)
        if version != FORMAT:
            from infsh_secrets.stores.vault.migrations import refuse_older

            refuse_older(self, version)
            raise self.damaged("its format number is wrong")
        found = self.run("SELECT coalesce(sql, name) FROM sqlite_master LIMIT 32")
        if sorted(text for (text,) in found if isinstance(text, bytes)) != _SCHEMA:
            raise self.damaged("its tables are not those of a vault")

    def refuse_newer(self, version: object) -> None:
        """Raise IntegrityError for the number of a format that this program does not know yet."""
        if isinstance(version, int) and version > FORMAT:
            raise IntegrityError(
                f"The vault {sanitize(self.path)} has format {version}, newer than this program.",
                "Install a newer infsh-secrets.",
            )

    def head(self) -> Head:
        """Return the head row."""
        rows = self.run("SELECT vault_id, epoch, min_reader, kcommit, fpkey FROM head LIMIT 2")
        if len(rows) != 1:
            raise self.damaged("its head is missing")
        vault_id, epoch, min_reader, commitment, fpkey = rows[0]
        return Head(
            self._blob(vault_id, 16),
            self._number(epoch),
            self._number(min_reader, _U32),
            self._blob(commitment, 32),
            self._blob(fpkey, 104),
        )

    def slots(self) -> list[Slot]:
        """Return all key slots, sorted by id."""
        rows = self.run(
            "SELECT id, kind, kid, hint, salt, t, m, p, sealed FROM slots ORDER BY id LIMIT ?",
            (MOST_SLOTS + 1,),
        )
        if len(rows) > MOST_SLOTS:
            raise self.damaged("it has too many key slots")
        return [self._slot(row) for row in rows]

    def _slot(self, row: Row) -> Slot:
        slot_id, kind, key_id, hint, salt, passes, memory, lanes, sealed = row
        text = self._blob(hint)
        if len(text) > 64 or not text.isascii():  # noqa: PLR2004
            raise self.damaged("a key slot has no proper hint")
        return Slot(
            self._blob(slot_id, 16),
            self._number(kind, _U8),
            self._blob(key_id, 8),
            text.decode("ascii"),
            self._blob(salt, 32),
            (self._number(passes, _U32), self._number(memory, _U32), self._number(lanes, _U32)),
            self._blob(sealed, WRAPPED_BYTES),
        )

    def root(self) -> Root:
        """Return the root row."""
        rows = self.run("SELECT seq, n_items, buckets, aseq, ahead, mac FROM root LIMIT 2")
        if len(rows) != 1:
            raise self.damaged("its root is missing")
        seq, items, buckets, audit_seq, audit_head, mac = rows[0]
        return Root(
            self._number(seq),
            self._number(items),
            self._blob(buckets, 32),
            self._number(audit_seq),
            self._blob(audit_head, 32),
            self._blob(mac, 32),
        )

    def buckets(self) -> list[tuple[int, int, bytes]]:
        """Return (bucket, count, hash) of all 256 buckets, in order."""
        rows = self.run("SELECT b, n, hash FROM buckets ORDER BY b LIMIT ?", (BUCKETS + 1,))
        if [row[0] for row in rows] != list(range(BUCKETS)):
            raise self.damaged("its buckets are incomplete")
        return [
            (number, self._number(count), self._blob(digest, 32))
            for number, (_, count, digest) in enumerate(rows)
        ]

    def bucket_entries(self, bucket: int, count: int) -> list[BucketEntry]:
        """Return the entries of one bucket, sorted by idx; one more than `count` at most.

        A forged tree of pages can repeat its rows without end, so no table is read without limit.
        """
        low = bytes((bucket,))
        high = bytes((bucket + 1,)) if bucket < BUCKETS - 1 else b"\xff" * 17
        rows = self.run(
            "SELECT idx, id, rev, state, digest FROM items WHERE idx >= ? AND idx < ? "
            "ORDER BY idx LIMIT ?",
            (low, high, min(count, _U32) + 1),
        )
        return self._entries(rows)

    def entries(self, count: int) -> list[BucketEntry]:
        """Return the entries of all buckets, sorted by idx; one more than `count` at most."""
        rows = self.run(
            "SELECT idx, id, rev, state, digest FROM items ORDER BY idx LIMIT ?",
            (min(count, _U32) + 1,),
        )
        return self._entries(rows)

    def _entries(self, rows: list[Row]) -> list[BucketEntry]:
        if all(
            type(idx) is type(item_id) is type(digest) is bytes
            and type(rev) is type(state) is int
            and (len(idx), len(item_id), len(digest)) == (16, 16, 32)
            and 0 <= rev <= _U63
            and 0 <= state <= 1
            for idx, item_id, rev, state, digest in rows
        ):
            return rows  # type: ignore[return-value]  # it was just looked at
        return [self._entry(row) for row in rows]  # which says what is wrong

    def _entry(self, row: Row) -> BucketEntry:
        idx, item_id, rev, state, digest = row
        keys = self._blob(idx, 16), self._blob(item_id, 16)
        return (*keys, self._number(rev), self._number(state, 1), self._blob(digest, 32))

    def item(self, idx: bytes) -> Item | None:
        """Return the item with this blind index."""
        return self.items_at([idx]).get(idx)

    def items_at(self, indexes: Sequence[bytes]) -> dict[bytes, Item]:
        """Return by blind index the items of a few hundred indexes that there are."""
        marks = ",".join("?" * len(indexes))
        sql = f"SELECT {_ITEM} FROM items WHERE idx IN ({marks}) LIMIT ?"  # noqa: S608
        rows = self.run(sql, (*indexes, len(indexes))) if indexes else []
        return {item.idx: item for item in self._items(rows)}

    def items(self, count: int) -> list[Item]:
        """Return all items, sorted by idx; one more than `count` at most."""
        rows = self.run(
            f"SELECT {_ITEM} FROM items ORDER BY idx LIMIT ?",  # noqa: S608
            (min(count, _U32) + 1,),
        )
        return self._items(rows)

    def _items(self, rows: list[Row]) -> list[Item]:
        """Return rows of the item table as items, after looking at the type of every column."""
        if not all(
            type(idx) is type(nidx) is type(item_id) is type(overview) is type(digest) is bytes
            and type(rev) is type(state) is int
            and len(idx) == len(nidx) == len(item_id) == 16  # noqa: PLR2004
            and len(digest) == 32  # noqa: PLR2004
            and 0 <= rev <= _U63
            and 0 <= state <= 1
            for idx, nidx, item_id, rev, state, overview, digest in rows
        ):
            for idx, nidx, item_id, rev, state, overview, digest in rows:  # to say what is wrong
                self._entry((idx, item_id, rev, state, digest))
                self._blob(nidx, 16)
                self._blob(overview)
        return [Item(*row) for row in rows]  # type: ignore[arg-type]  # it was just looked at

    def live_names(self, indexes: Sequence[bytes], count: int) -> list[bytes]:
        """Return which of these blind indexes of names are of live items; `count` rows at most."""
        found = []
        for start in range(0, len(indexes), _MOST_PARAMETERS):
            some = indexes[start : start + _MOST_PARAMETERS]
            marks = ",".join("?" * len(some))
            sql = f"SELECT nidx FROM items WHERE nidx IN ({marks}) AND state = 0 LIMIT ?"  # noqa: S608
            found += self.run(sql, (*some, min(count, _U32)))
        return [self._blob(nidx, 16) for (nidx,) in found]

    def versions(self, item_id: bytes) -> list[tuple[int, bytes]]:
        """Return (version, sealed value) of an item, oldest first; none has more than 20."""
        return self.versions_of([item_id])[item_id]

    def versions_of(self, items: Sequence[bytes]) -> dict[bytes, list[tuple[int, bytes]]]:
        """Return by item what `versions` does, of a few hundred items; their rows are limited."""
        found: dict[bytes, list[tuple[int, bytes]]] = {item: [] for item in items}
        marks = ",".join("?" * len(items))
        sql = (
            f"SELECT item, ver, value FROM versions WHERE item IN ({marks}) "  # noqa: S608
            "ORDER BY item, ver LIMIT ?"
        )
        rows = self.run(sql, (*items, len(items) * (_MOST_VERSIONS + 1))) if items else []
        for item, version, value in self._checked_versions(rows):
            found.setdefault(item, []).append((version, value))
        return found

    def versions_from(self, item_id: bytes, count: int) -> list[tuple[bytes, int, bytes]]:
        """Return at most `count` rows (item, version, sealed value) from this item on, in order."""
        rows = self.run(
            "SELECT item, ver, value FROM versions WHERE item >= ? ORDER BY item, ver LIMIT ?",
            (item_id, count),
        )
        return self._checked_versions(rows)

    def _checked_versions(self, rows: list[Row]) -> list[tuple[bytes, int, bytes]]:
        if all(
            type(item) is type(value) is bytes
            and len(item) == 16  # noqa: PLR2004
            and type(version) is int
            and 0 <= version <= _U63
            for item, version, value in rows
        ):
            return rows  # type: ignore[return-value]  # it was just looked at
        return [(self._blob(i, 16), self._number(v), self._blob(value)) for i, v, value in rows]

    def version_owners(self) -> list[bytes]:
        """Return the id of every item that has versions."""
        rows = self.run("SELECT DISTINCT item FROM versions")
        return [self._blob(item_id, 16) for (item_id,) in rows]

    def audit_entry(self, sequence: int) -> tuple[bytes, bytes] | None:
        """Return (sealed entry, mac) of one audit row."""
        rows = self.run("SELECT entry, mac FROM audit WHERE seq = ?", (sequence,))
        return (self._blob(rows[0][0]), self._blob(rows[0][1], 32)) if rows else None

    def audit_count(self) -> int:
        """Return how many audit rows there are."""
        return self._number(self.run("SELECT count(*) FROM audit")[0][0])

    def integrity_check(self) -> bool:
        """Tell whether SQLite's own check of every page finds nothing."""
        return self.run("PRAGMA integrity_check(1)") == [(b"ok",)]

    def _blob(self, value: object, length: int | None = None) -> bytes:
        if type(value) is not bytes or (length is not None and len(value) != length):
            raise self.damaged("a field has the wrong type or length")
        return value

    def _number(self, value: object, most: int = _U63) -> int:
        if type(value) is not int or not 0 <= value <= most:
            raise self.damaged("a number is out of range")
        return value

    # -- writing (inside begin_write) --------------------------------------------------------------

    def put_head(self, head: Head) -> None:
        """Write the head row."""
        self.run(
            "INSERT OR REPLACE INTO head VALUES (1, ?, ?, ?, ?, ?)",
            (head.vault_id, head.epoch, head.min_reader, head.commitment, head.fingerprint_key),
        )

    def put_slot(self, slot: Slot) -> None:
        """Write one key slot."""
        first = (slot.slot_id, slot.kind, slot.key_id, slot.hint, slot.salt)
        self.run(
            "INSERT INTO slots VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*first, *slot.parameters, slot.sealed),
        )

    def drop_slots(self, slot_ids: Iterable[bytes]) -> None:
        """Remove key slots."""
        self.run_many("DELETE FROM slots WHERE id = ?", ((slot_id,) for slot_id in slot_ids))

    def put_items(self, items: Iterable[Item]) -> None:
        """Write items, replacing those with the same idx."""
        blob = bytearray  # which the module takes as it is; for bytes it looks for an adapter
        rows = (
            (
                blob(i.idx),
                blob(i.nidx),
                blob(i.item_id),
                i.rev,
                i.state,
                blob(i.overview),
                blob(i.digest),
            )
            for i in items
        )
        self.run_many("INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def drop_place(self, idx: bytes) -> None:
        """Remove the row of an item that has another idx now, and leave its versions."""
        self.run("DELETE FROM items WHERE idx = ?", (idx,))

    def drop_item(self, item: Item) -> None:
        """Remove an item with all its versions."""
        self.drop_place(item.idx)
        self.run("DELETE FROM versions WHERE item = ?", (item.item_id,))

    def clear_items(self) -> None:
        """Remove all items, not their versions."""
        self.run("DELETE FROM items")

    def replace_values(self, rows: Iterable[tuple[bytes, bytes, int]]) -> None:
        """Give versions another sealed value: (sealed value, item, version)."""
        self.run_many("UPDATE versions SET value = ? WHERE item = ? AND ver = ?", rows)

    def replace_audit(self, rows: Iterable[tuple[bytes, bytes, int]]) -> None:
        """Give audit rows another sealed entry: (entry, mac, sequence)."""
        self.run_many("UPDATE audit SET entry = ?, mac = ? WHERE seq = ?", rows)

    def put_versions(self, rows: Iterable[tuple[bytes, int, bytes]]) -> None:
        """Append versions: (item, version, sealed value)."""
        blobs = ((bytearray(item), version, bytearray(value)) for item, version, value in rows)
        self.run_many("INSERT INTO versions VALUES (?, ?, ?)", blobs)

    def drop_versions(self, rows: Iterable[tuple[bytes, int]]) -> None:
        """Remove versions: (item, version)."""
        self.run_many("DELETE FROM versions WHERE item = ? AND ver = ?", rows)

    def put_buckets(self, rows: Iterable[tuple[int, int, bytes]]) -> None:
        """Write bucket rows."""
        self.run_many("INSERT OR REPLACE INTO buckets VALUES (?, ?, ?)", rows)

    def put_audit(self, sequence: int, entry: bytes, mac: bytes) -> None:
        """Append an audit row."""
        self.run("INSERT INTO audit VALUES (?, ?, ?)", (sequence, entry, mac))

    def put_root(self, root: Root) -> None:
        """Write the root row."""
        self.run(
            "INSERT OR REPLACE INTO root VALUES (1, ?, ?, ?, ?, ?, ?)",
            (root.seq, root.items, root.buckets, root.audit_seq, root.audit_head, root.mac),
        )
