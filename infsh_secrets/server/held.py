"""The vault of a team as its worker holds it: reads, writes, and a listing that is kept up."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.domain.errors import InfshError
from infsh_secrets.server.listing import Listing, Stored
from infsh_secrets.stores import changes
from infsh_secrets.stores.base import CREATED, Write, not_found
from infsh_secrets.stores.vault.layout import DELETED, LIVE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infsh_secrets.domain.models import Secret, SecretInfo, SecretValue
    from infsh_secrets.stores.vault.layout import Item
    from infsh_secrets.stores.vault.root import Ledger
    from infsh_secrets.stores.vault.store import VaultStore
    from infsh_secrets.stores.vault.transaction import Transaction

Actor = tuple[str, str]
"""(user, program) for the record."""


class Wanted(NamedTuple):
    """A value that somebody is to be given."""

    environment: str
    key: str
    actor: Actor


class Written(NamedTuple):
    """What a write did, as `stores.base` calls it, and the secret as it is now."""

    action: str
    secret: Stored

    @property
    def created(self) -> bool:
        """Whether there was no such live secret before."""
        return self.action == CREATED


class Whole(NamedTuple):
    """All that a secret is to be; a description or metadata of None is left as it is.

    Metadata replaces what there is.
    """

    key: str
    value: SecretValue
    description: str | None
    metadata: dict[str, str] | None

    def put(self, transaction: Transaction, environment: str, *, create: bool = False) -> None:
        """Make a secret this; with `create` it must be new, and what is None is empty."""
        description, metadata = self.description, self.metadata
        if create:
            description, metadata = description or "", metadata or {}
        write = Write(self.key, self.value, description=description, create=create)
        write.expires = 0 if create else None
        info = transaction.put(environment, write).info
        if metadata is not None and metadata != info.metadata:
            transaction.describe(
                environment,
                self.key,
                description=None,
                metadata=metadata,
                unset=list(info.metadata),
                expires=None,
            )


class HeldVault:
    """An open vault that belongs to one thread. Every method reads or writes one state of it."""

    def __init__(self, store: VaultStore) -> None:
        self._store = store
        self._actor: Actor = ("", "")
        store.actor = lambda: self._actor
        self._listing: Listing | None = None
        store.file.begin_read()
        try:
            key = store.fingerprint_key(store.ledger())
        finally:
            store.file.rollback()
        self._empty = changes.fingerprint(key, b"")

    def close(self) -> None:
        """Close the vault."""
        self._store.close()

    def replaced(self) -> bool:
        """Tell whether another file lies where the vault was opened, or none."""
        return self._store.file.replaced()

    def get(self, environment: str, key: str) -> Stored:
        """Return a live secret without its value, or raise NotFoundError."""
        store = self._store
        store.file.begin_read()
        try:
            return self._get(store.ledger(), environment, key)
        finally:
            store.file.rollback()

    def known(self, environment: str, keys: Sequence[str]) -> dict[str, Stored]:
        """Return which of these secrets are live, by key."""
        store = self._store
        found = {}
        store.file.begin_read()
        try:
            ledger = store.ledger()
            for key in keys:
                item = store.find(ledger, environment, key)
                if item is not None and item.state == LIVE:
                    found[key] = self._stored(item, store.open_overview(item, environment, key))
        finally:
            store.file.rollback()
        return found

    def listing(self) -> Listing:
        """Return all secrets as they are now; what was read before is used while it holds."""
        store = self._store
        store.file.begin_read()
        try:
            ledger = store.ledger()
            state = (ledger.root.seq, ledger.root.mac)
            if self._listing is None or self._listing.state != state:
                self._listing = None
                items = (item for item in ledger.all_items() if item.state == LIVE)
                found = [self._stored(item, store.open_overview(item)) for item in items]
                self._listing = Listing(state, found)
        finally:
            store.file.rollback()
        return self._listing

    def put(self, actor: Actor, environment: str, write: Write, *, existing: bool) -> Written:
        """Create or update a secret; with `existing` NotFoundError unless it is there."""
        if existing:
            self.get(environment, write.key)
        self._actor = actor
        outcome = self._store.write(environment, [write])[0]
        return Written(outcome.action, self._after(environment, write.key))

    def describe(self, actor: Actor, environment: str, key: str, description: str) -> Stored:
        """Change a live secret's description, or raise NotFoundError."""
        self._actor = actor
        self._store.describe(environment, key, description=description)
        return self._after(environment, key)

    def rename(self, actor: Actor, environment: str, old: str, new: str) -> Stored:
        """Give a live secret another name; NotFoundError or ConflictError."""
        self._actor = actor
        self._store.rename(environment, old, new)
        return self._after(environment, new)

    def delete(self, actor: Actor, environment: str, key: str) -> Stored:
        """Delete a live secret, or raise NotFoundError; it can be restored for 30 days."""
        before = self.get(environment, key)
        self._actor = actor
        infos = self._store.delete(environment, [key])
        self._keep_up(None, before.id)
        return before._replace(info=infos[0])

    def create_whole(self, actor: Actor, environment: str, whole: Whole) -> Stored:
        """Create a secret that is just this; nothing of a deleted one of its name is taken over.

        ConflictError when there is one.
        """
        self._actor = actor
        with self._store.begin() as transaction:
            whole.put(transaction, environment, create=True)
        return self._after(environment, whole.key)

    def change_whole(self, actor: Actor, environment: str, identity: bytes, whole: Whole) -> Stored:
        """Give the live secret of this id a name, value and facts; NotFoundError, ConflictError."""
        known = self._identified(environment, identity)
        self._actor = actor
        with self._store.begin() as transaction:
            if transaction.item(environment, known.info.key).item_id != identity:
                raise not_found(known.info.key, environment)
            if whole.key != known.info.key:
                transaction.rename(environment, known.info.key, whole.key)
            whole.put(transaction, environment)
        return self._after(environment, whole.key)

    def delete_identified(self, actor: Actor, environment: str, identity: bytes) -> Stored:
        """Delete the live secret of this id, as `delete` does, or raise NotFoundError."""
        known = self._identified(environment, identity)
        self._actor = actor
        with self._store.begin() as transaction:
            if transaction.item(environment, known.info.key).item_id != identity:
                raise not_found(known.info.key, environment)
            info = transaction.delete(environment, known.info.key, ignore_missing=False)
        self._keep_up(None, identity)
        return known._replace(info=info or known.info)

    def deleted(self, environment: str) -> list[SecretInfo]:
        """Return what is known of the secrets that can be restored, in any order."""
        store = self._store
        store.file.begin_read()
        try:
            ledger = store.ledger()
            items = (item for item in ledger.all_items() if item.state == DELETED)
            infos = [store.open_overview(item) for item in items]
            return [
                info
                for info in infos
                if info.environment == environment and not store.gone(ledger, info)
            ]
        finally:
            store.file.rollback()

    def find_deleted(self, environment: str, key: str) -> SecretInfo | None:
        """Return what is known of a secret that can be restored, None when there is none."""
        store = self._store
        store.file.begin_read()
        try:
            ledger = store.ledger()
            item = store.find(ledger, environment, key)
            if item is None or item.state != DELETED:
                return None
            info = store.open_overview(item, environment, key)
            return None if store.gone(ledger, info) else info
        finally:
            store.file.rollback()

    def purge(self, actor: Actor, environment: str, key: str) -> None:
        """Remove a live or deleted secret with all its versions, for good; or NotFoundError."""
        self._actor = actor
        known = self.known(environment, [key]).get(key)
        self._store.purge(environment, [key])
        self._keep_up(None, known.id if known else b"")

    def reveal(self, wanted: Sequence[Wanted]) -> list[tuple[Stored, Secret] | InfshError]:
        """Return of each the secret with its value, or why there is none.

        When it returns, who was given what is on the disk, in one transaction for all of them; when
        that cannot be done, the error is raised and nobody may be given anything.
        """
        found: list[tuple[Stored, Secret] | InfshError] = []
        with self._store.begin() as transaction:
            for one in wanted:
                try:
                    secret = transaction.give_out(one.environment, one.key, one.actor)
                except InfshError as error:
                    found.append(error)
                else:
                    item = transaction.item(one.environment, one.key)
                    found.append((self._stored(item, secret.info), secret))
        self._keep_up(None, b"")
        return found

    # -- how ---------------------------------------------------------------------------------------

    def _get(self, ledger: Ledger, environment: str, key: str) -> Stored:
        item = self._store.find(ledger, environment, key)
        if item is None or item.state != LIVE:
            raise not_found(key, environment)
        return self._stored(item, self._store.open_overview(item, environment, key))

    def _identified(self, environment: str, identity: bytes) -> Stored:
        found = self.listing().find(identity)
        if found is None or found.info.environment != environment:
            raise not_found(identity.hex(), environment)
        return found

    def _stored(self, item: Item, info: SecretInfo) -> Stored:
        return Stored(item.item_id, info, info.fingerprint == self._empty)

    def _after(self, environment: str, key: str) -> Stored:
        """Return a secret that was just written, and take it over into the listing."""
        written = self.get(environment, key)
        self._keep_up(written, written.id)
        return written

    def _keep_up(self, written: Stored | None, identity: bytes) -> None:
        """Bring the listing to the state after a write, unless others have written meanwhile."""
        listing = self._listing
        if listing is None:
            return
        store = self._store
        store.file.begin_read()
        try:
            root = store.ledger().root
        finally:
            store.file.rollback()
        if root.seq == listing.state[0]:
            return
        if root.seq != listing.state[0] + 1:
            self._listing = None
            return
        listing.state = (root.seq, root.mac)
        if written is not None:
            listing.put(written)
        elif identity:
            listing.drop(identity)
