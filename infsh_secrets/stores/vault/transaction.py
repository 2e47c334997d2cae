"""One write transaction of the vault: all of it reaches the disk, or none."""

from __future__ import annotations

import os

from infsh_secrets.crypto.seal import seal
from infsh_secrets.domain.errors import InfshError, UnavailableError
from infsh_secrets.stores import changes
from infsh_secrets.stores.base import DESCRIBED, UNCHANGED, Outcome
from infsh_secrets.stores.vault import audit
from infsh_secrets.stores.vault.layout import (
    DELETED,
    LIVE,
    Item,
    encode_overview,
    encode_value,
    item_digest,
    name_index,
    name_only_index,
    overview_context,
    value_context,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

    from infsh_secrets.domain.models import SecretInfo
    from infsh_secrets.stores.base import Write
    from infsh_secrets.stores.vault.root import Ledger
    from infsh_secrets.stores.vault.store import VaultStore
    from infsh_secrets.stores.vault.tables import Root


class Transaction:
    """A context manager around one write: begins, verifies, and commits on leaving without error.

    Everything that is hashed anew is verified first, so that a write never makes tampered rows
    genuine. A transaction that changes nothing writes nothing.
    """

    def __init__(self, store: VaultStore) -> None:
        self._store = store
        self._file = store.file
        self._keys = store.keys
        self._subjects: list[audit.Subject] = []
        self._items: dict[bytes, Item] = {}
        self._infos: dict[bytes, SecretInfo] = {}
        self._versions: dict[bytes, list[tuple[int, bytes]]] = {}
        self._new_versions: list[tuple[bytes, int, bytes]] = []
        self._old_versions: list[tuple[bytes, int]] = []
        self._changed: set[bytes] = set()
        self._ledger: Ledger
        self._fingerprint_key: bytes
        self._now = 0

    def __enter__(self) -> Self:
        self._file.begin_write()
        try:
            self._ledger = self._store.ledger()
            self._fingerprint_key = self._store.fingerprint_key(self._ledger)
            self._now = self._store.clock()
        except BaseException:
            self._file.rollback()
            raise
        return self

    def __exit__(self, kind: object, *_rest: object) -> None:
        try:
            if kind is None and self._subjects:
                self._finish()
        finally:
            self._file.rollback()  # which does nothing after a commit

    def _finish(self) -> None:
        try:
            root = self._write()
        except UnavailableError as error:
            raise UnavailableError(f"{error.message} Nothing was written.", error.hint) from None
        try:
            self._store.commit(self._ledger, root)
        except InfshError as error:
            raise self._after_failed_commit(error, root) from None

    # -- what a transaction can do -----------------------------------------------------------------

    def put(self, environment: str, write: Write) -> Outcome:
        """Create, update, revive, describe or leave one secret."""
        idx = name_index(self._keys.index, environment, write.key)
        item = self._load(idx, environment, write.key)
        data = write.value.reveal_bytes()
        mark = changes.fingerprint(self._fingerprint_key, data)
        before = self._infos.get(idx)
        action, info = changes.put(before, environment, write, mark, self._now)
        if action != UNCHANGED:
            if item is None:
                item = self._new_item(idx, write.key)
            item.state = LIVE
            if action != DESCRIBED:
                self._append_version(item, info.version, data)
            self._record(action, info, idx)
        return Outcome(action, info)

    def delete(self, environment: str, key: str, ignore_missing: bool) -> SecretInfo | None:
        """Turn a live secret into a tombstone."""
        idx = name_index(self._keys.index, environment, key)
        self._load(idx, environment, key)
        before = self._infos.get(idx)
        if ignore_missing and (before is None or before.deleted is not None):
            return None
        info = changes.delete(before, environment, key, self._now)
        return self._set_state(idx, DELETED, "deleted", info)

    def restore(self, environment: str, key: str) -> SecretInfo:
        """Turn a tombstone back into a live secret."""
        idx = name_index(self._keys.index, environment, key)
        self._load(idx, environment, key)
        info = changes.restore(self._infos.get(idx), environment, key, self._now)
        return self._set_state(idx, LIVE, "restored", info)

    # -- how -----------------------------------------------------------------------------------

    def _load(self, idx: bytes, environment: str, key: str) -> Item | None:
        """Return the verified item, as this transaction has left it so far."""
        if idx in self._items:
            return self._items[idx]
        item = self._store.find(self._ledger, environment, key)
        if item is not None:
            self._infos[idx] = self._store.open_overview(item, environment, key)
            self._versions[idx] = self._store.verified_versions(item)
            self._items[idx] = item
        return item

    def _new_item(self, idx: bytes, key: str) -> Item:
        nidx = name_only_index(self._keys.index, key)
        item = Item(idx, nidx, os.urandom(16), 0, LIVE, b"", b"")
        self._items[idx] = item
        self._versions[idx] = []
        return item

    def _set_state(self, idx: bytes, state: int, action: str, info: SecretInfo) -> SecretInfo:
        self._items[idx].state = state
        self._record(action, info, idx)
        return info

    def _append_version(self, item: Item, version: int, data: bytes) -> None:
        context = value_context(self._store.vault, item.item_id, version)
        sealed = seal(self._keys.record, context, encode_value(self._now, data))
        versions = self._versions[item.idx]
        versions.append((version, sealed))
        self._new_versions.append((item.item_id, version, sealed))
        while len(versions) > changes.KEPT_VERSIONS:
            self._old_versions.append((item.item_id, versions.pop(0)[0]))

    def _record(self, action: str, info: SecretInfo, idx: bytes) -> None:
        self._infos[idx] = info
        self._subjects.append((action, info.environment, info.key, info.version))
        self._changed.add(idx)

    def _write(self) -> Root:
        """Write all changed rows, the audit entry, the buckets and the root."""
        vault = self._store.vault
        last = (self._ledger.root.audit_seq, self._ledger.root.audit_head)
        changed = sorted(self._changed)
        for idx in changed:
            item = self._items[idx]
            item.rev += 1
            context = overview_context(vault, item.item_id, item.rev)
            item.overview = seal(self._keys.record, context, encode_overview(self._infos[idx]))
            item.digest = item_digest(item, self._versions[idx])
            entry = (idx, item.item_id, item.rev, item.state, item.digest)
            self._ledger.bucket(idx[0])[idx] = entry
        self._file.put_items(self._items[idx] for idx in changed)
        self._file.put_versions(sorted(self._new_versions))
        self._file.drop_versions(self._old_versions)
        if self._now >= audit.last_time(self._file, self._keys, vault, last):
            self._sweep({idx[0] for idx in changed})
        user, program = self._store.actor()
        record = audit.Entry(self._now, user, program, len(self._subjects), self._subjects)
        return self._ledger.commit(*audit.append(self._file, self._keys, vault, last, record))

    def _sweep(self, buckets: set[int]) -> None:
        """Remove tombstones older than 30 days from the buckets that are written anyway.

        Not while the clock is behind the last entry: a wrong clock must not destroy anything.
        """
        for bucket in buckets:
            entries = self._ledger.bucket(bucket)
            for idx in [idx for idx, entry in entries.items() if entry[3] == DELETED]:
                item = self._file.item(idx)
                if item is None:
                    raise self._file.damaged("an item is missing")
                self._store.check_entry(self._ledger, item)
                deleted = self._store.open_overview(item).deleted
                if deleted is not None and deleted + changes.KEPT_DELETED_MS < self._now:
                    self._file.drop_item(item)
                    del entries[idx]

    def _after_failed_commit(self, error: InfshError, root: Root) -> InfshError:
        """Find out from the disk whether a commit that failed has happened after all.

        The audit row tells: it stays where it is when another writer has gone on from there.
        """
        try:
            self._file.reopen()
            self._file.begin_read()
            self._store.ledger()
            row = self._file.audit_entry(root.audit_seq)
            self._file.rollback()
        except InfshError:
            return UnavailableError(
                f"{error.message} It is not known whether the change was written.",
                "When the disk works again, look with: infsh secrets list",
            )
        if row is not None and row[1] == root.audit_head:
            return UnavailableError(
                f"{error.message} The change itself was written.", "Check the disk."
            )
        return type(error)(f"{error.message} Nothing was written.", error.hint)
