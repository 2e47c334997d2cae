"""The vault as a store: verified reads, one transaction a write."""

from __future__ import annotations

import os
import time

from infsh_secrets.crypto.binding import compare_digest
from infsh_secrets.crypto.kdf import VaultKeys
from infsh_secrets.crypto.seal import SealError, SealingKey, open_sealed
from infsh_secrets.domain.errors import InfshError, IntegrityError, KeyChangedError
from infsh_secrets.domain.models import Secret, SecretInfo, SecretValue
from infsh_secrets.stores.base import Capabilities, SecretStore, no_version, not_found
from infsh_secrets.stores.vault.layout import (
    DELETED,
    LIVE,
    Item,
    LayoutError,
    decode_overview,
    decode_value,
    fingerprint_context,
    item_digest,
    name_index,
    overview_context,
    u64,
    value_context,
)
from infsh_secrets.stores.vault.root import Ledger
from infsh_secrets.stores.vault.tables import FORMAT, VaultFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from infsh_secrets.domain.models import History
    from infsh_secrets.stores.base import Outcome, Selection, Write
    from infsh_secrets.stores.vault.anchor import Anchor
    from infsh_secrets.stores.vault.layout import Head, Root
    from infsh_secrets.stores.vault.transaction import Transaction
    from infsh_secrets.stores.vault.use_summary import Summary
    from infsh_secrets.stores.vault.uselog import Use

VAULT = Capabilities(reveal=True, versions=True, restore=True, environments=True)


def now_ms() -> int:
    """Return milliseconds since 1970, UTC; a clock that is before that says 1."""
    return max(time.time_ns() // 1_000_000, 1)


def nobody() -> tuple[str, str]:
    """Return the (user, program) of a caller that does not say."""
    return "", ""


class LockedVault:
    """An open vault file whose key is not known yet: only its head and slots are readable.

    Nothing in it is verified before `unlock`.
    """

    def __init__(self, path: str) -> None:
        self.file = VaultFile.open(path)
        try:
            self.file.begin_read()
            self.head = self.file.head()
            self.slots = self.file.slots()
            self.file.rollback()
        except BaseException:
            self.file.close()
            raise
        if self.head.min_reader > FORMAT:
            self.file.close()
            raise IntegrityError(
                "The vault was written by a newer program that older ones must not read.",
                "Install a newer infsh-secrets.",
            )

    def unlock(self, vault_key: bytes) -> VaultKeys:
        """Return the subkeys, after comparing the vault key with the vault's commitment to it."""
        keys = VaultKeys(vault_key, self.head.vault_id, self.head.epoch)
        if not compare_digest(keys.commit, self.head.commitment):
            raise self.file.damaged("its key commitment does not verify")
        return keys


class VaultStore(SecretStore):
    """Secrets in one unlocked vault file.

    `clock` gives milliseconds since 1970; `actor` (user, program) for the audit chain; `use_log` is
    the path of the use log, "" for none. `notices` collects what a person should be told,
    and `seen` is how many audit entries there were at the last look; `uses_read` is what `uses` has
    read of the log; `anchor` knows the newest state seen on this machine. `progress` is told how
    far a long write is.
    """

    name = "vault"
    capabilities = VAULT

    def __init__(
        self,
        locked: LockedVault,
        keys: VaultKeys,
        *,
        team: str,
        actor: Callable[[], tuple[str, str]] = nobody,
        clock: Callable[[], int] = now_ms,
        anchor: Anchor | None = None,
    ) -> None:
        self.locked = locked
        self.file = locked.file
        self.keys = keys
        self.sealing = SealingKey(keys.record)
        self.team = team
        self.actor = actor
        self.clock = clock
        self.use_log = ""
        self.uses_read: tuple[bytes, dict[bytes, Use | None]] = (b"", {})
        self.use_summary: Summary | None = None
        self.notices: list[str] = []
        self.seen = 0
        self.progress: Callable[[int, int], None] = lambda *_: None
        self.anchor = anchor
        self._vault_id = locked.head.vault_id
        self._epoch = locked.head.epoch
        self.vault = self._vault_id + u64(self._epoch)

    def close(self) -> None:
        self.file.close()

    def check_writable(self) -> None:
        from infsh_secrets.domain.errors import DeniedError
        from infsh_secrets.domain.sanitize import sanitize

        folder = os.path.dirname(self.file.path)
        if not (os.access(self.file.path, os.W_OK) and os.access(folder, os.W_OK)):
            raise DeniedError(
                f"The vault {sanitize(self.file.path)} or its folder is read-only.",
                "Reading secrets works; writing needs write access to both.",
            )

    # -- reading -----------------------------------------------------------------------------------

    def ledger(self) -> Ledger:
        """Return the verified root of the transaction that has begun."""
        try:
            ledger = Ledger(self.file, self.keys)
        except IntegrityError:
            self._check_same(self.file.head())
            raise
        self._check_same(ledger.head)
        self.seen = ledger.root.audit_seq
        if self.anchor is not None:
            self.anchor.check(self.file, ledger, writing=self.file.writing)
        return ledger

    def _check_same(self, head: Head) -> None:
        if (head.vault_id, head.epoch) != (self._vault_id, self._epoch):
            raise KeyChangedError(
                "The vault's key was changed while this program had it open.", "Try again."
            )

    def commit(self, ledger: Ledger, root: Root) -> None:
        """Commit the transaction that wrote `root`, and note the new state in the anchor."""
        self.file.commit()
        if self.anchor is not None:
            self.anchor.advance(self.file, ledger.head, root)

    def get(self, environment: str, key: str, version: int | None = None) -> Secret:
        self.file.begin_read()
        try:
            ledger = self.ledger()
            item = self.find(ledger, environment, key)
            if item is None:
                raise not_found(key, environment)
            info = self.open_overview(item, environment, key)
            if item.state == DELETED:
                raise not_found(key, environment, deleted=not self.gone(ledger, info))
            versions = self.verified_versions(item)
        finally:
            self.file.rollback()
        number = info.version if version is None else version
        sealed = dict(versions).get(number)
        if sealed is None:
            if version is None:
                raise self.damaged_item(item)
            raise no_version(key, version, (kept for kept, _ in versions))
        created, data = self.open_value(item, number, sealed)
        return Secret(info, SecretValue(data), number, created)

    def listing(self, environment: str | None = None, *, deleted: bool = False) -> list[SecretInfo]:
        wanted = DELETED if deleted else LIVE
        self.file.begin_read()
        try:
            ledger = self.ledger()
            found = [
                info
                for item, info in self.overviews(ledger.all_items())
                if item.state == wanted and environment in (None, info.environment)
            ]
            if deleted:
                found = [info for info in found if not self.gone(ledger, info)]
        finally:
            self.file.rollback()
        if environment is None:
            found.sort(key=lambda info: info.environment)
        found.sort(key=lambda info: info.key)
        return found

    def history(self, environment: str, key: str) -> History:
        from infsh_secrets.stores.vault.history import history

        return history(self, environment, key)

    def gone(self, ledger: Ledger, info: SecretInfo) -> bool:
        """Tell whether a secret was deleted so long ago that it counts as absent."""
        if info.deleted is None:
            return False
        from infsh_secrets.stores import changes
        from infsh_secrets.stores.vault import audit

        now = self.clock()
        if not changes.expired(info, now):
            return False
        last = (ledger.root.audit_seq, ledger.root.audit_head)
        return now >= audit.last_time(self.file, self.keys, self.vault, last)

    def find(self, ledger: Ledger, environment: str, key: str) -> Item | None:
        """Return the item of a name, live or deleted; None is proven by the name's bucket."""
        return self.find_index(ledger, name_index(self.keys.index, environment, key))

    def find_index(self, ledger: Ledger, idx: bytes) -> Item | None:
        """Do what `find` does, by the name's blind index."""
        if idx not in ledger.bucket(idx[0]):
            return None
        item = self.file.item(idx)
        if item is None:
            raise self.file.damaged("an item is missing")
        self.check_entry(ledger, item)
        return item

    def check_entry(self, ledger: Ledger, item: Item) -> None:
        """Raise IntegrityError unless the item is the one its verified bucket names."""
        entry = (item.idx, item.item_id, item.rev, item.state, item.digest)
        if ledger.bucket(item.idx[0]).get(item.idx) != entry:
            raise self.damaged_item(item)

    def open_overview(
        self, item: Item, environment: str | None = None, key: str | None = None
    ) -> SecretInfo:
        """Return an item's overview, and check that it bears the name that was asked for."""
        context = overview_context(self.vault, item.item_id, item.rev)
        try:
            info = decode_overview(open_sealed(self.sealing, context, item.overview))
        except (SealError, LayoutError):
            raise self.damaged_item(item) from None
        if (key is not None and (info.key, info.environment) != (key, environment)) or (
            (info.deleted is not None) != (item.state == DELETED)
        ):
            raise self.damaged_item(item)
        return info

    def overviews(self, items: Iterable[Item]) -> Iterator[tuple[Item, SecretInfo]]:
        """Yield each item and its overview; what `open_overview` does, of very many."""
        vault, key = self.vault, self.sealing
        for item in items:
            context = overview_context(vault, item.item_id, item.rev)
            try:
                info = decode_overview(open_sealed(key, context, item.overview))
            except (SealError, LayoutError):
                raise self.damaged_item(item) from None
            if (info.deleted is None) is (item.state == DELETED):
                raise self.damaged_item(item)
            yield item, info

    def verified_versions(self, item: Item) -> list[tuple[int, bytes]]:
        """Return (version, sealed value) of an item after comparing its digest."""
        return self.verified(item, self.file.versions(item.item_id))

    def verified(self, item: Item, versions: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
        """Return the versions of an item, oldest first, after comparing its digest."""
        if item_digest(item, versions) != item.digest:
            raise self.damaged_item(item)
        return versions

    def open_value(self, item: Item, version: int, sealed: bytes) -> tuple[int, bytes]:
        """Return (created, value) of one version."""
        context = value_context(self.vault, item.item_id, version)
        try:
            return decode_value(open_sealed(self.sealing, context, sealed))
        except (SealError, LayoutError):
            raise self.damaged_item(item) from None

    def fingerprint_key(self, ledger: Ledger) -> bytes:
        """Return the key of the fingerprints."""
        context = fingerprint_context(self.vault)
        try:
            return open_sealed(self.keys.record, context, ledger.head.fingerprint_key)
        except SealError:
            raise self.file.damaged("its fingerprint key does not open") from None

    def damaged_item(self, item: Item) -> IntegrityError:
        """Return the error for one item; it names the item's id, not its name."""
        return self.file.damaged(f"item {item.item_id.hex()} does not verify")

    # -- writing -----------------------------------------------------------------------------------

    def select(
        self, chain: Sequence[str], keys: Sequence[str] | None, names: Sequence[str] = ()
    ) -> Selection:
        from infsh_secrets.stores.vault import selection

        return selection.select(self, chain, keys, names)

    def select_matching(
        self, chain: Sequence[str], fits: Callable[[str], bool] | None
    ) -> dict[str, Secret]:
        from infsh_secrets.stores.vault import selection

        return selection.select_matching(self, chain, fits)

    def select_addressed(
        self, wanted: Mapping[tuple[str, ...], Sequence[str]]
    ) -> dict[tuple[str, ...], dict[str, Secret]]:
        from infsh_secrets.stores.vault import selection

        return selection.select_addressed(self, wanted)

    def preview(self, environment: str, writes: Sequence[Write]) -> list[Outcome]:
        from infsh_secrets.stores.vault.preview import preview

        return preview(self, environment, writes)

    def begin(self) -> Transaction:
        """Return a new write transaction."""
        from infsh_secrets.stores.vault.transaction import Transaction

        return Transaction(self)

    def write(self, environment: str, writes: Sequence[Write]) -> list[Outcome]:
        from infsh_secrets.stores.vault import bulk

        return bulk.write(self, environment, writes)

    def delete(
        self, environment: str, keys: Sequence[str], *, ignore_missing: bool = False
    ) -> list[SecretInfo]:
        with self.begin() as transaction:
            done = [transaction.delete(environment, key, ignore_missing) for key in keys]
        return [info for info in done if info is not None]

    def restore(self, environment: str, keys: Sequence[str]) -> list[SecretInfo]:
        with self.begin() as transaction:
            return [transaction.restore(environment, key) for key in keys]

    def rollback(self, environment: str, key: str, to: int | None = None) -> Outcome:
        with self.begin() as transaction:
            return transaction.roll_back(environment, key, to)

    def rename(self, environment: str, old: str, new: str) -> SecretInfo:
        with self.begin() as transaction:
            return transaction.rename(environment, old, new)

    def copy(
        self, environment: str, key: str, to_environment: str, name: str | None = None
    ) -> SecretInfo:
        with self.begin() as transaction:
            return transaction.copy((environment, key), (to_environment, name or key))

    def describe(
        self,
        environment: str,
        key: str,
        *,
        description: str | None = None,
        metadata: dict[str, str] | None = None,
        unset: Sequence[str] = (),
        expires: int | None = None,
    ) -> Outcome:
        with self.begin() as transaction:
            return transaction.describe(
                environment,
                key,
                description=description,
                metadata=metadata,
                unset=unset,
                expires=expires,
            )

    def purge(self, environment: str, keys: Sequence[str]) -> list[SecretInfo]:
        with self.begin() as transaction:
            done = [transaction.purge(environment, key) for key in keys]
        try:
            self.file.vacuum()
        except InfshError as error:
            # They are overwritten with zeros already; what is missing is a file without gaps.
            raise type(error)(
                f"The secrets were removed for good, but the file was not made smaller: "
                f"{error.message}",
                error.hint,
            ) from None
        return done
