"""One write transaction of the vault: all of it reaches the disk, or none."""

from __future__ import annotations

import contextlib
import os

from infsh_secrets.crypto.mac import MacKey
from infsh_secrets.crypto.seal import drawn_salts, seal, seal_with_salt
from infsh_secrets.domain.errors import InfshError, IntegrityError, UnavailableError
from infsh_secrets.domain.models import Secret, SecretValue
from infsh_secrets.stores import changes
from infsh_secrets.stores.base import (
    COPIED,
    DESCRIBED,
    PURGED,
    RENAMED,
    RESTORED,
    UNCHANGED,
    Outcome,
    not_found,
)
from infsh_secrets.stores.vault import audit, bulk, grouping, uses
from infsh_secrets.stores.vault.failed_commit import after_failed_commit
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
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from typing import Self

    from infsh_secrets.domain.models import SecretInfo
    from infsh_secrets.stores.base import Write
    from infsh_secrets.stores.vault.layout import Root
    from infsh_secrets.stores.vault.root import Ledger
    from infsh_secrets.stores.vault.store import VaultStore
    from infsh_secrets.stores.vault.uselog import Mark, Used

RENAMED_TO = "renamed to"
_COPIED_TO = "copied to"


class Transaction:
    """A context manager around one write: begins, verifies, and commits on leaving without error.

    Everything that is hashed anew is verified first, so that a write never makes tampered rows
    genuine. A transaction that changes nothing writes nothing. A secret deleted too long ago counts
    as absent; its rows go when its bucket is written.
    """

    def __init__(self, store: VaultStore) -> None:
        self._store = store
        self._file = store.file
        self._keys = store.keys
        self._index_key = MacKey(store.keys.index)
        self._subjects: list[audit.Subject] = []
        self._ahead = bulk.Ahead(store)
        self._places: dict[tuple[str, str], bytes] = {}
        self._salts: Iterator[bytes] | None = None
        self._given: dict[tuple[str, str], list[Used]] = {}
        self._items: dict[bytes, Item] = {}
        self._infos: dict[bytes, SecretInfo] = {}
        self._versions: dict[bytes, list[tuple[int, bytes]]] = {}
        self._new_versions: list[tuple[bytes, int, bytes]] = []
        self._old_versions: list[tuple[bytes, int]] = []
        self._changed: set[bytes] = set()
        self._moved: dict[bytes, tuple[str, str]] = {}
        self._removed: list[Item] = []
        self._gone: dict[bytes, Item] = {}
        self._ledger: Ledger
        self._fold: uses.Fold
        self._fingerprint_key: MacKey
        self._now = 0
        self._may_expire = False

    def expect_much(self) -> None:
        """Get ready for thousands of secrets."""
        self._file.expect_much()
        self._salts = drawn_salts()
        self._index_key = MacKey(self._keys.index, much=True)
        self._fingerprint_key = MacKey(self._store.fingerprint_key(self._ledger), much=True)

    def __enter__(self) -> Self:
        self._file.begin_write()
        try:
            self._ledger = self._store.ledger()
            self._fingerprint_key = MacKey(self._store.fingerprint_key(self._ledger))
            last = (self._ledger.root.audit_seq, self._ledger.root.audit_head)
            last_write = audit.last_time(self._file, self._keys, self._store.vault, last)
            self._now = self._store.clock()
            self._may_expire = self._now >= last_write
        except BaseException:
            self._file.rollback()
            raise
        return self

    def __exit__(self, kind: object, *_rest: object) -> None:
        try:
            if kind is None and (self._subjects or self._given):
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
            raise after_failed_commit(self._store, error, root) from None
        self._fold.finish()

    # -- what a transaction can do -----------------------------------------------------------------

    def put(self, environment: str, write: Write) -> Outcome:
        """Create, update, revive, describe or leave one secret."""
        idx = self._place(environment, write.key)
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
        idx = name_index(self._index_key, environment, key)
        self._load(idx, environment, key)
        before = self._infos.get(idx)
        if ignore_missing and (before is None or before.deleted is not None):
            return None
        info = changes.delete(before, environment, key, self._now)
        return self._set_state(idx, DELETED, "deleted", info)

    def restore(self, environment: str, key: str) -> SecretInfo:
        """Turn a tombstone back into a live secret."""
        idx = name_index(self._index_key, environment, key)
        self._load(idx, environment, key)
        info = changes.restore(self._infos.get(idx), environment, key, self._now)
        return self._set_state(idx, LIVE, RESTORED, info)

    def roll_back(self, environment: str, key: str, to: int | None) -> Outcome:
        """Append an older version of a live secret as its newest."""
        idx, item, before = self._live(environment, key)
        versions = dict(self._versions[idx])
        number = changes.version_to_roll_back_to(before, versions, to)
        data = self._store.open_value(item, number, versions[number])[1]
        mark = changes.fingerprint(self._fingerprint_key, data)
        action, info = changes.rollback(before, data, mark, self._now)
        if action != UNCHANGED:
            self._append_version(item, info.version, data)
            self._record(action, info, idx)
        return Outcome(action, info)

    def rename(self, environment: str, old: str, new: str) -> SecretInfo:
        """Move a live secret to the place of another name; its id and versions stay."""
        idx, item, before = self._live(environment, old)
        place = name_index(self._index_key, environment, new)
        self._load(place, environment, new)
        info = changes.rename(before, self._infos.get(place), new, self._now)
        self._subjects.append((RENAMED, environment, old, info.version))
        self._moved[idx] = (environment, new)
        self._ledger.bucket(idx[0]).pop(idx, None)
        self._changed.discard(idx)
        del self._items[idx], self._infos[idx]
        item.idx, item.nidx = place, name_only_index(self._index_key, new)
        self._items[place] = item
        self._versions[place] = self._versions.pop(idx)
        self._record(RENAMED_TO, info, place)
        return info

    def copy(self, source: tuple[str, str], target: tuple[str, str]) -> SecretInfo:
        """Make a new secret with the newest value of a live one; both are (environment, key)."""
        idx, item, before = self._live(*source)
        place = name_index(self._index_key, *target)
        self._load(place, *target)
        info = changes.copy(before, self._infos.get(place), *target, self._now)
        sealed = dict(self._versions[idx]).get(before.version)
        if sealed is None:
            raise self._store.damaged_item(item)
        data = self._store.open_value(item, before.version, sealed)[1]
        self._append_version(self._new_item(place, info.key), info.version, data)
        self._subjects.append((COPIED, *source, before.version))
        self._record(_COPIED_TO, info, place)
        return info

    def describe(
        self,
        environment: str,
        key: str,
        *,
        description: str | None,
        metadata: dict[str, str] | None,
        unset: Sequence[str],
        expires: int | None,
    ) -> Outcome:
        """Change what is known of a live secret."""
        idx, _, before = self._live(environment, key)
        action, info = changes.describe(
            before,
            description=description,
            metadata=metadata,
            unset=unset,
            expires=expires,
            now=self._now,
        )
        if action != UNCHANGED:
            self._record(action, info, idx)
        return Outcome(action, info)

    def purge(self, environment: str, key: str) -> SecretInfo:
        """Remove a live or deleted secret and all its versions."""
        idx = name_index(self._index_key, environment, key)
        item = self._load(idx, environment, key)
        info = changes.purge(self._infos.get(idx), environment, key)
        if item is not None:
            self._subjects.append((PURGED, environment, key, info.version))
            self._removed.append(item)
            self._new_versions = [row for row in self._new_versions if row[0] != item.item_id]
            self._ledger.bucket(idx[0]).pop(idx, None)
            self._changed.discard(idx)
            del self._items[idx], self._infos[idx], self._versions[idx]
        return info

    def use(self, subjects: Sequence[Used], marks: Sequence[Mark]) -> None:
        """Write down that values were given out, and to which run."""
        self._subjects += grouping.as_subjects(subjects, marks)
        self._touch_all({(environment, key): self._now for environment, key, _ in subjects})

    def give_out(self, environment: str, key: str, actor: tuple[str, str]) -> Secret:
        """Return a live secret and write down that `actor`, (user, program), was given it.

        The value may leave the process only after the commit. Many callers can share one.
        """
        idx, item, info = self._live(environment, key)
        sealed = dict(self._versions[idx]).get(info.version)
        if sealed is None:
            raise self._store.damaged_item(item)
        created, data = self._store.open_value(item, info.version, sealed)
        self._given.setdefault(actor, []).append((environment, key, info.version))
        self._touch(environment, key, self._now)
        return Secret(info, SecretValue(data), info.version, created)

    def item(self, environment: str, key: str) -> Item:
        """Return the verified item of a live secret, as this transaction has left it so far."""
        return self._live(environment, key)[1]

    # -- how -----------------------------------------------------------------------------------

    def _load(self, idx: bytes, environment: str, key: str) -> Item | None:
        """Return the verified item, as this transaction has left it so far; None if absent."""
        if idx in self._items:
            return self._items[idx]
        item = self._ahead.take(idx)
        if item is None:
            item = self._store.find_index(self._ledger, idx)
        else:
            self._store.check_entry(self._ledger, item)
        if item is not None:
            info = self._store.open_overview(item, environment, key)
            if self._may_expire and changes.expired(info, self._now):
                self._gone[idx] = item
                return None
            self._infos[idx] = info
            self._versions[idx] = self._store.verified(item, self._ahead.versions(item))
            self._items[idx] = item
        return item

    def read_ahead(self, places: Sequence[tuple[str, str]]) -> None:
        """Read the rows of a hundred secrets, (environment, key), that are to be loaded next."""
        if not self._ledger.root.items:
            return  # nothing is known of any name
        self._places = {place: name_index(self._index_key, *place) for place in places}
        unknown = [idx for idx in self._places.values() if idx not in self._items]
        self._ahead.read(self._ledger, unknown)

    def _place(self, environment: str, key: str) -> bytes:
        """Return the blind index of a name, which is known already of what was read ahead."""
        idx = self._places.get((environment, key))
        return name_index(self._index_key, environment, key) if idx is None else idx

    def _live(self, environment: str, key: str) -> tuple[bytes, Item, SecretInfo]:
        """Return (idx, item, what is known) of a live secret; NotFoundError for any other."""
        idx = name_index(self._index_key, environment, key)
        item = self._load(idx, environment, key)
        info = changes.live(self._infos.get(idx), environment, key)
        if item is None:
            raise not_found(key, environment)
        return idx, item, info

    def _new_item(self, idx: bytes, key: str) -> Item:
        nidx = name_only_index(self._index_key, key)
        self._items[idx] = item = Item(idx, nidx, os.urandom(16), 0, LIVE, b"", b"")
        self._versions[idx] = []
        return item

    def _set_state(self, idx: bytes, state: int, action: str, info: SecretInfo) -> SecretInfo:
        self._items[idx].state = state
        self._record(action, info, idx)
        return info

    def _append_version(self, item: Item, version: int, data: bytes) -> None:
        context = value_context(self._store.vault, item.item_id, version)
        sealed = self._sealed(context, encode_value(self._now, data))
        versions = self._versions[item.idx]
        versions.append((version, sealed))
        self._new_versions.append((item.item_id, version, sealed))
        while len(versions) > changes.KEPT_VERSIONS:
            self._old_versions.append((item.item_id, versions.pop(0)[0]))

    def _sealed(self, context: bytes, message: bytes) -> bytes:
        if self._salts is None:
            return seal(self._store.sealing, context, message)
        return seal_with_salt(self._store.sealing, context, message, next(self._salts))

    def _record(self, action: str, info: SecretInfo, idx: bytes) -> None:
        self._infos[idx] = info
        self._subjects.append((action, info.environment, info.key, info.version))
        self._changed.add(idx)

    def _write(self) -> Root:
        """Write all changed rows, the audit entry, the buckets and the root."""
        vault = self._store.vault
        last = (self._ledger.root.audit_seq, self._ledger.root.audit_head)
        self._fold = uses.Fold(self._store, last)
        if bulk.is_much(len(self._fold.last_used)):
            self.expect_much()
        self._touch_all(self._fold.last_used)
        changed = sorted(self._changed)
        self._seal(changed)
        self._remove_rows()
        self._file.put_items(self._items[idx] for idx in changed)
        self._file.put_versions(sorted(self._new_versions))
        self._file.drop_versions(self._old_versions)
        removed = [*self._moved, *(item.idx for item in self._removed)]
        if self._may_expire:
            self._sweep({idx[0] for idx in [*changed, *removed]})
        last = self._fold.append(last)
        for record in self._records():
            last = audit.append(self._file, self._keys, vault, last, record)
        return self._ledger.commit(*last)

    def _seal(self, changed: Collection[bytes]) -> None:
        """Seal what is known of the changed items and digest them anew."""
        vault = self._store.vault
        for idx in bulk.sealing(self._store, changed):
            item = self._items[idx]
            item.rev += 1
            context = overview_context(vault, item.item_id, item.rev)
            item.overview = self._sealed(context, encode_overview(self._infos[idx]))
            item.digest = item_digest(item, self._versions[idx])
            entry = (idx, item.item_id, item.rev, item.state, item.digest)
            self._ledger.bucket(idx[0])[idx] = entry

    def _records(self) -> list[audit.Entry]:
        """Return the entries for what this transaction itself has done."""
        entries = []
        if self._subjects:
            entries += grouping.of_transaction(self._now, self._store.actor(), self._subjects)
        for actor, used in self._given.items():
            entries += grouping.given_out(self._now, actor, used)
        return entries

    def _touch_all(self, moments: Mapping[tuple[str, str], int]) -> None:
        """Take over when secrets were used last."""
        for places in bulk.batches(list(moments)):
            with contextlib.suppress(IntegrityError):  # of one, which `_touch` passes over
                self.read_ahead(places)
            for place in places:
                self._touch(*place, moments[place])

    def _touch(self, environment: str, key: str, moment: int) -> None:
        """Take over when a secret was used last; one that is absent or damaged is passed over."""
        idx = self._place(environment, key)
        if idx in self._moved:  # used under its old name
            environment, key = self._moved[idx]
            idx = name_index(self._index_key, environment, key)
        with contextlib.suppress(IntegrityError):  # the write of another must not fail for it
            self._load(idx, environment, key)
        info = self._infos.get(idx)
        if info is not None and moment > (info.last_used or 0):
            self._infos[idx] = changes.replaced(info, last_used=moment)
            self._changed.add(idx)

    def _remove_rows(self) -> None:
        """Remove the rows of what has moved, was purged, or is replaced though long deleted."""
        for idx in self._moved:
            self._file.drop_place(idx)
        for item in self._removed:
            self._file.drop_item(item)
        for idx, item in self._gone.items():
            if idx in self._changed:
                self._file.drop_item(item)

    def _sweep(self, buckets: set[int]) -> None:
        """Remove tombstones older than 30 days from the buckets that are written anyway."""
        for bucket in buckets:
            entries = self._ledger.bucket(bucket)
            for idx in [idx for idx, entry in entries.items() if entry[3] == DELETED]:
                item = self._file.item(idx)
                if item is None:
                    raise self._file.damaged("an item is missing")
                self._store.check_entry(self._ledger, item)
                info = self._store.open_overview(item)
                if changes.expired(info, self._now):
                    self._file.drop_item(item)
                    del entries[idx]
