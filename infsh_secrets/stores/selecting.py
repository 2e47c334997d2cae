"""Several secrets of a store that reads one at a time, and what a write to it would do."""

from __future__ import annotations

import time

from infsh_secrets.domain.errors import DeniedError, NotFoundError
from infsh_secrets.stores import changes
from infsh_secrets.stores.base import UPDATED, Outcome, Selection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from infsh_secrets.domain.models import Secret
    from infsh_secrets.stores.base import SecretStore, Write


def select(
    store: SecretStore, chain: Sequence[str], keys: Sequence[str] | None, names: Sequence[str]
) -> Selection:
    """Return the secrets, each from the first environment that has it, and the names known."""
    if keys is None:
        secrets = select_matching(store, chain, None)
    else:
        secrets = {}
        for key in keys:
            found = _first(store, chain, key)
            if found is not None:
                secrets[key] = found
    try:
        known = {info.key for info in store.listing()} if names else set()
    except DeniedError:  # a token may give values by name and no list
        return Selection(secrets, set(), names_denied=True)
    return Selection(secrets, known.intersection(names))


def select_matching(
    store: SecretStore, chain: Sequence[str], fits: Callable[[str], bool] | None
) -> dict[str, Secret]:
    """Return the secrets whose names fit, sorted by name."""
    keys: set[str] = set()
    for environment in chain:
        keys.update(info.key for info in store.listing(environment))
    found = {}
    for key in sorted(keys):
        secret = _first(store, chain, key) if fits is None or fits(key) else None
        if secret is not None:
            found[key] = secret
    return found


def preview(store: SecretStore, environment: str, writes: Sequence[Write]) -> list[Outcome]:
    """Return what writes would do, judged by names and facts alone."""
    now = time.time_ns() // 1_000_000
    known = {info.key: info for info in store.listing(environment)}
    outcomes = []
    for write in writes:
        before = known.get(write.key)
        action, after = changes.put(before, environment, write, "", now)
        if before is not None:
            action, after = (
                UPDATED,
                changes.replaced(after, version=before.version and after.version),
            )
        outcomes.append(Outcome(action, after))
    return outcomes


def _first(store: SecretStore, chain: Sequence[str], key: str) -> Secret | None:
    for environment in chain:
        try:
            return store.get(environment, key)
        except NotFoundError:
            continue
    return None
