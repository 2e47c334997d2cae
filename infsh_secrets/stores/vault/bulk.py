"""Writing many secrets at once: memory for it, and telling how far it is."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from infsh_secrets.stores.base import Outcome, Write
    from infsh_secrets.stores.vault.layout import Item
    from infsh_secrets.stores.vault.root import Ledger
    from infsh_secrets.stores.vault.store import VaultStore

_MANY = 2000
_STEP = 500
_AT_ONCE = 100
"""Items whose versions are read at a time."""


def write(store: VaultStore, environment: str, writes: Sequence[Write]) -> list[Outcome]:
    """Create or update secrets in one transaction, as the contract of stores says.

    The store's `progress` is told (done, of how many), each secret counting twice: when it is taken
    and when it is sealed.
    """
    with store.begin() as transaction:
        if is_much(len(writes)):
            transaction.expect_much()
        outcomes = []
        for number, one in enumerate(writes):
            if number % _STEP == 0:
                store.progress(number, 2 * len(writes))
            if number % _AT_ONCE == 0:
                some = writes[number : number + _AT_ONCE]
                transaction.read_ahead([(environment, write.key) for write in some])
            outcomes.append(transaction.put(environment, one))
        return outcomes


class Ahead:
    """Rows of items that are read many at a time, before they are asked for one by one.

    What is given out is verified by nobody yet.
    """

    def __init__(self, store: VaultStore) -> None:
        self._file = store.file
        self._items: dict[bytes, Item] = {}
        self._versions: dict[bytes, list[tuple[int, bytes]]] = {}

    def read(self, ledger: Ledger, indexes: Sequence[bytes]) -> None:
        """Read those of the indexes that their verified buckets name, in the place of others."""
        known = [idx for idx in indexes if idx in ledger.bucket(idx[0])]
        self._items = self._file.items_at(known)
        self._versions = self._file.versions_of([i.item_id for i in self._items.values()])

    def take(self, idx: bytes) -> Item | None:
        """Return the row of an item, once."""
        return self._items.pop(idx, None)

    def versions(self, item: Item) -> list[tuple[int, bytes]]:
        """Return (version, sealed value) of an item, oldest first."""
        found = self._versions.pop(item.item_id, None)
        return self._file.versions(item.item_id) if found is None else found


def batches(places: Sequence[tuple[str, str]]) -> Iterator[Sequence[tuple[str, str]]]:
    """Yield them in parts that can be read ahead."""
    for start in range(0, len(places), _AT_ONCE):
        yield places[start : start + _AT_ONCE]


def is_much(count: int) -> bool:
    """Tell whether a transaction that changes so many secrets is to get ready for it."""
    return count > _MANY


def sealing(store: VaultStore, changed: Collection[bytes]) -> Iterator[bytes]:
    """Yield what is to be sealed, and tell how far it is."""
    for number, idx in enumerate(changed):
        if number % _STEP == 0:
            store.progress(len(changed) + number, 2 * len(changed))
        yield idx
