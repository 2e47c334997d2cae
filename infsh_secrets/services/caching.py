"""What is kept of remote stores for a time without them: where, under which key, for whom."""

from __future__ import annotations

import os

from infsh_secrets.domain.errors import InfshError
from infsh_secrets.stores.vault.store import now_ms
from infsh_secrets.stores.wrappers.cache import CachedStore
from infsh_secrets.stores.wrappers.shelf import Shelf
from infsh_secrets.unlock.cache_key import cache_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from infsh_secrets.config.settings import Settings
    from infsh_secrets.config.stores import StoreSettings
    from infsh_secrets.stores.base import SecretStore

_FOLDER = "cache"


def cached(
    store: SecretStore, chosen: StoreSettings, token: str, settings: Settings, notices: list[str]
) -> SecretStore:
    """Return the store with a cache around it; what is kept is for this address, team and token.

    Where there is no place or no key for it, the store itself is returned and a notice says why;
    offline that is the error.
    """
    try:
        folder, key = _folder(settings), cache_key(settings.keys)
    except InfshError as error:
        if settings.offline:
            raise
        notices.append(f"{chosen.name} cannot be kept for --offline: {error.message}")
        return store
    scope = (chosen.url, chosen.kind, store.team, token)
    shelf = Shelf(folder, key, scope, limit=chosen.cache, clock=now_ms)
    around = CachedStore(store, shelf, offline=settings.offline)
    around.notices = notices
    return around


def is_kept(chosen: StoreSettings, settings: Settings) -> bool:
    """Tell whether anything may be kept of a store that HTTP reaches; nothing is made or asked."""
    return bool(
        chosen.cache and chosen.address and settings.state and os.path.isdir(_folder(settings))
    )


def _folder(settings: Settings) -> str:
    if not settings.state:
        raise InfshError("There is no folder for it.", "Name one with INFSH_STATE_DIR.")
    return os.path.join(settings.state, _FOLDER)
