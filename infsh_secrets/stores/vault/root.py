"""The root: one MAC that binds head, slots, buckets and audit chain of one state of the vault."""

from __future__ import annotations

from infsh_secrets.crypto.binding import compare_digest, hmac_digest, sha256
from infsh_secrets.stores.vault.layout import BUCKETS, Root, bucket_hash, buckets_hash, lp, u32, u64

TYPE_CHECKING = False
if TYPE_CHECKING:
    from infsh_secrets.crypto.kdf import VaultKeys
    from infsh_secrets.crypto.keyslots import Slot
    from infsh_secrets.stores.vault.layout import Head, Item
    from infsh_secrets.stores.vault.tables import BucketEntry, VaultFile

EMPTY_BUCKET = bucket_hash([])
NO_AUDIT = bytes(32)


def identity_hash(head: Head, slots: list[Slot]) -> bytes:
    """Return the hash of head and slots in canonical form (slots sorted by id)."""
    parts = [
        head.vault_id,
        u64(head.epoch),
        u32(head.min_reader),
        head.commitment,
        lp(head.fingerprint_key),
        u32(len(slots)),
    ]
    for slot in slots:
        parts += (
            slot.slot_id,
            bytes((slot.kind,)),
            slot.key_id,
            lp(slot.hint.encode()),
            slot.salt,
            *map(u32, slot.parameters),
            lp(slot.sealed),
        )
    return sha256(b"".join(parts)).digest()


def root_mac(keys: VaultKeys, root: Root, head: Head, slots: list[Slot]) -> bytes:
    """Return the MAC over everything in the root row and the vault's identity."""
    message = b"".join(
        (
            u64(root.seq),
            u64(root.items),
            root.buckets,
            u64(root.audit_seq),
            root.audit_head,
            head.vault_id,
            u64(head.epoch),
            u32(head.min_reader),
            identity_hash(head, slots),
        )
    )
    return hmac_digest(keys.root, message, "sha256")


class Ledger:
    """The verified root of one transaction, and what the transaction changes of it.

    Made inside a transaction; raises IntegrityError when the root does not verify. Buckets are
    verified when they are first touched, so that nothing tampered with is ever hashed anew.
    """

    def __init__(self, file: VaultFile, keys: VaultKeys) -> None:
        self._file = file
        self._keys = keys
        self.head = file.head()
        self.slots = file.slots()
        self.root = file.root()
        self._rows = file.buckets()
        self._touched: dict[int, dict[bytes, BucketEntry]] = {}
        self._settled: dict[int, dict[bytes, BucketEntry]] = {}
        expected = root_mac(keys, self.root, self.head, self.slots)
        if not compare_digest(expected, self.root.mac):
            raise file.damaged("its root does not verify")
        if (
            buckets_hash(self._rows) != self.root.buckets
            or sum(count for _, count, _ in self._rows) != self.root.items
        ):
            raise file.damaged("its buckets do not verify")

    def bucket(self, number: int) -> dict[bytes, BucketEntry]:
        """Return the verified entries of a bucket by idx; changes to the dict are for `commit`."""
        entries = self._touched.get(number)
        if entries is None:
            entries = self._settled.pop(number, None)
            if entries is None:
                rows = self._file.bucket_entries(number, self._rows[number][1])
                self._verify(number, rows)
                entries = {row[0]: row for row in rows}
            self._touched[number] = entries
        return entries

    def read_all(self) -> None:
        """Verify all buckets now: who needs most of them has them from one reading of the table."""
        rows: list[list[BucketEntry]] = [[] for _ in range(BUCKETS)]
        for row in self._file.entries(self.root.items):
            rows[row[0][0]].append(row)
        for number, entries in enumerate(rows):
            if number not in self._touched and number not in self._settled:
                self._verify(number, entries)
                self._settled[number] = {row[0]: row for row in entries}

    def settle(self) -> None:
        """Go on to another transaction on the same state of the file.

        What was verified or committed stays so; only what is touched from now on is hashed by
        `commit`. Not for a ledger whose changes were not committed.
        """
        self._settled.update(self._touched)
        self._touched.clear()

    def all_items(self) -> list[Item]:
        """Return every item, verified by its bucket, sorted by idx; the table is read once."""
        items = self._file.items(self.root.items)
        rows: list[list[BucketEntry]] = [[] for _ in range(BUCKETS)]
        for item in items:
            rows[item.idx[0]].append((item.idx, item.item_id, item.rev, item.state, item.digest))
        for number in range(BUCKETS):
            self._verify(number, rows[number])
        return items

    def _verify(self, number: int, rows: list[BucketEntry]) -> None:
        _, count, digest = self._rows[number]
        if count != len(rows) or bucket_hash(rows) != digest:
            raise self._file.damaged(f"bucket {number} does not verify")

    def commit(self, audit_seq: int, audit_head: bytes) -> Root:
        """Write the changed buckets and the new root; the caller commits the transaction."""
        changed = []
        for number, entries in self._touched.items():
            rows = [entries[idx] for idx in sorted(entries)]
            row = (number, len(rows), bucket_hash(rows))
            if row != self._rows[number]:
                self._rows[number] = row
                changed.append(row)
        self._file.put_buckets(changed)
        root = Root(
            self.root.seq + 1,
            sum(count for _, count, _ in self._rows),
            buckets_hash(self._rows),
            audit_seq,
            audit_head,
            b"",
        )
        root.mac = root_mac(self._keys, root, self.head, self.slots)
        self._file.put_root(root)
        self.root = root
        return root


def first_root(keys: VaultKeys, head: Head, slots: list[Slot]) -> Root:
    """Return the root of a vault without secrets."""
    root = Root(1, 0, buckets_hash(empty_buckets()), 0, NO_AUDIT, b"")
    root.mac = root_mac(keys, root, head, slots)
    return root


def empty_buckets() -> list[tuple[int, int, bytes]]:
    """Return the bucket rows of a vault without secrets."""
    return [(number, 0, EMPTY_BUCKET) for number in range(BUCKETS)]
