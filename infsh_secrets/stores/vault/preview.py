"""What a write would do, without doing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.stores import changes
from infsh_secrets.stores.base import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infsh_secrets.domain.models import SecretInfo
    from infsh_secrets.stores.base import Write
    from infsh_secrets.stores.vault.store import VaultStore

_FEW = 200


def preview(store: VaultStore, environment: str, writes: Sequence[Write]) -> list[Outcome]:
    """Return what `write` would, of names that each occur once; nothing is written.

    Raises what `write` would, but for what only writing can find.
    """
    store.file.begin_read()
    try:
        ledger = store.ledger()
        key = store.fingerprint_key(ledger)
        found: dict[str, SecretInfo] = {}
        if len(writes) > _FEW:
            infos = store.overviews(ledger.all_items())
            found = {info.key: info for _, info in infos if info.environment == environment}
        else:
            for write in writes:
                item = store.find(ledger, environment, write.key)
                if item is not None:
                    found[write.key] = store.open_overview(item, environment, write.key)
        found = {name: info for name, info in found.items() if not store.gone(ledger, info)}
    finally:
        store.file.rollback()
    now = store.clock()
    outcomes = []
    for write in writes:
        mark = changes.fingerprint(key, write.value.reveal_bytes())
        outcomes.append(Outcome(*changes.put(found.get(write.key), environment, write, mark, now)))
    return outcomes
