"""Writing many secrets at once: memory for it, and telling how far it is."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from infsh_secrets.stores.base import Outcome, Write
    from infsh_secrets.stores.vault.store import VaultStore

_MANY = 2000
_STEP = 500


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
            outcomes.append(transaction.put(environment, one))
        return outcomes


def is_much(count: int) -> bool:
    """Tell whether a transaction that changes so many secrets is to get ready for it."""
    return count > _MANY


def sealing(store: VaultStore, changed: Collection[bytes]) -> Iterator[bytes]:
    """Yield what is to be sealed, and tell how far it is."""
    for number, idx in enumerate(changed):
        if number % _STEP == 0:
            store.progress(len(changed) + number, 2 * len(changed))
        yield idx
