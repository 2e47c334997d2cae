"""A new vault key: everything is sealed anew in one transaction, so there is no half-way state."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.crypto.kdf import VaultKeys
from infsh_secrets.crypto.seal import seal
from infsh_secrets.domain.errors import ConflictError, InfshError, UnavailableError
from infsh_secrets.stores import changes
from infsh_secrets.stores.vault import audit, uses
from infsh_secrets.stores.vault.keychange import ADDED, REMOVED, subject
from infsh_secrets.stores.vault.layout import (
    BUCKETS,
    DELETED,
    Head,
    Item,
    Root,
    bucket_hash,
    buckets_hash,
    encode_overview,
    encode_value,
    fingerprint_context,
    item_digest,
    name_index,
    name_only_index,
    overview_context,
    u64,
    value_context,
)
from infsh_secrets.stores.vault.root import root_mac
from infsh_secrets.stores.vault.store import LockedVault, VaultStore
from infsh_secrets.stores.vault.tables import FORMAT
from infsh_secrets.stores.vault.verify import verify_begun

if TYPE_CHECKING:
    from collections.abc import Callable

    from infsh_secrets.crypto.keyslots import Slot
    from infsh_secrets.stores.vault.root import Ledger
    from infsh_secrets.stores.vault.tables import BucketEntry, VaultFile

ROTATED = "rotated"
_STEP = 256


class NewKeys(NamedTuple):
    """The new vault key (secret) and the slots that wrap it; `before` are those it replaces."""

    vault_key: bytes
    slots: list[Slot]
    before: list[Slot]


class _Rewritten(LockedVault):
    """The vault as the transaction has written it, under its new key."""

    def __init__(self, file: VaultFile, head: Head, slots: list[Slot]) -> None:
        self.file = file
        self.head = head
        self.slots = slots


def rotate(store: VaultStore, new: NewKeys, progress: Callable[[int, int], None]) -> None:
    """Seal everything anew, verify it whole, and commit; on an error the old keys go on to open it.

    `progress` is told (done, of how many) as it goes. Whoever has the vault open meanwhile gets a
    KeyChangedError. `store` itself cannot be used afterwards: open the vault again.
    """
    file = store.file
    file.begin_write()
    try:
        ledger = store.ledger()
        if _identities(ledger.slots) != _identities(new.before):
            raise ConflictError("The keys of the vault were changed meanwhile.", "Try again.")
        try:
            rotation = _Rotation(store, ledger, new, progress)
            after = rotation.write()
            verify_begun(after)
            written = after.ledger()
        except UnavailableError as error:
            raise UnavailableError(f"{error.message} Nothing was written.", error.hint) from None
        try:
            store.commit(written, written.root)
        except InfshError as error:
            raise _after_failed_commit(error, store, after) from None
        rotation.uses.finish()
    finally:
        file.rollback()


def _identities(slots: list[Slot]) -> set[tuple[bytes, bytes]]:
    return {(slot.slot_id, slot.sealed) for slot in slots}


def _after_failed_commit(error: InfshError, old: VaultStore, new: VaultStore) -> InfshError:
    """Find out from the disk which key the vault has now."""
    file = old.file
    try:
        file.reopen()
        file.begin_read()
        rotated = new.vault == file.head().vault_id + u64(file.head().epoch)
        (new if rotated else old).ledger()
        file.rollback()
    except InfshError:
        return UnavailableError(
            f"{error.message} It is not known whether the vault has its new key.",
            "When the disk works again, look with: infsh secrets vault status",
        )
    if rotated:
        return UnavailableError(
            f"{error.message} The change itself was written.", "Check the disk."
        )
    return type(error)(f"{error.message} Nothing was written.", error.hint)


class _Rotation:
    """The writing of one rotation, inside its transaction."""

    def __init__(
        self,
        store: VaultStore,
        ledger: Ledger,
        new: NewKeys,
        progress: Callable[[int, int], None],
    ) -> None:
        self._store = store
        self._file = store.file
        self._ledger = ledger
        self._slots = sorted(new.slots, key=lambda slot: slot.slot_id)
        self._before = new.before
        self._progress = progress
        vault_id, epoch = ledger.head.vault_id, ledger.head.epoch + 1
        self._keys = VaultKeys(new.vault_key, vault_id, epoch)
        self._vault = vault_id + u64(epoch)
        fingerprints = seal(
            self._keys.record, fingerprint_context(self._vault), store.fingerprint_key(ledger)
        )
        self._head = Head(vault_id, epoch, FORMAT, self._keys.commit, fingerprints)
        self._now = store.clock()
        self.uses = uses.Fold(store, (ledger.root.audit_seq, ledger.root.audit_head))

    def write(self) -> VaultStore:
        """Write everything and return the store of the vault under its new key."""
        last = (self._ledger.root.audit_seq, self._ledger.root.audit_head)
        items = self._items(self._now >= audit.last_time(self._file, *self._old, last))
        self._file.clear_items()
        self._file.put_items(items)
        rows = _bucket_rows(items)
        self._file.put_buckets(rows)
        self._file.drop_slots(slot.slot_id for slot in self._before)
        for slot in self._slots:
            self._file.put_slot(slot)
        self._file.put_head(self._head)
        last = self.uses.append(last)
        last = audit.reseal(self._file, last, self._old, (self._keys, self._vault))
        last = audit.append(self._file, self._keys, self._vault, last, self._entry())
        root = Root(self._ledger.root.seq + 1, len(items), buckets_hash(rows), *last, b"")
        root.mac = root_mac(self._keys, root, self._head, self._slots)
        self._file.put_root(root)
        # Without an anchor, which would note the new state before it is committed.
        rewritten = _Rewritten(self._file, self._head, self._slots)
        return VaultStore(rewritten, self._keys, team=self._store.team)

    @property
    def _old(self) -> tuple[VaultKeys, bytes]:
        return self._store.keys, self._store.vault

    def _entry(self) -> audit.Entry:
        before = {slot.slot_id for slot in self._before}
        after = {slot.slot_id for slot in self._slots}
        subjects = [(ROTATED, "", "", self._head.epoch)]
        subjects += [subject(REMOVED, s) for s in self._before if s.slot_id not in after]
        subjects += [subject(ADDED, s) for s in self._slots if s.slot_id not in before]
        user, program = self._store.actor()
        return audit.Entry(self._now, user, program, len(subjects), subjects)

    def _items(self, may_expire: bool) -> list[Item]:
        """Seal every item and value anew; what was deleted too long ago is removed instead."""
        found = self._ledger.all_items()
        kept = []
        for number, item in enumerate(found):
            if number % _STEP == 0:
                self._progress(number, len(found))
            new = self._item(item, may_expire)
            if new is not None:
                kept.append(new)
        self._progress(len(found), len(found))
        kept.sort(key=lambda item: item.idx)
        return kept

    def _item(self, item: Item, may_expire: bool) -> Item | None:
        store = self._store
        info = store.open_overview(item)
        if name_index(store.keys.index, info.environment, info.key) != item.idx:
            raise store.damaged_item(item)
        if item.state == DELETED and may_expire and changes.expired(info, self._now):
            self._file.drop_item(item)
            return None
        versions = []
        for number, sealed in store.verified_versions(item):
            value = encode_value(*store.open_value(item, number, sealed))
            context = value_context(self._vault, item.item_id, number)
            versions.append((number, seal(self._keys.record, context, value)))
        self._file.replace_values((sealed, item.item_id, number) for number, sealed in versions)
        rev = item.rev
        used = self.uses.last_used.get((info.environment, info.key), 0)
        if used > (info.last_used or 0):
            info = changes.replaced(info, last_used=used)
            rev += 1
        new = Item(
            name_index(self._keys.index, info.environment, info.key),
            name_only_index(self._keys.index, info.key),
            item.item_id,
            rev,
            item.state,
            seal(
                self._keys.record,
                overview_context(self._vault, item.item_id, rev),
                encode_overview(info),
            ),
            b"",
        )
        new.digest = item_digest(new, versions)
        return new


def _bucket_rows(items: list[Item]) -> list[tuple[int, int, bytes]]:
    entries: list[list[BucketEntry]] = [[] for _ in range(BUCKETS)]
    for item in items:
        entries[item.idx[0]].append((item.idx, item.item_id, item.rev, item.state, item.digest))
    return [(number, len(rows), bucket_hash(rows)) for number, rows in enumerate(entries)]
