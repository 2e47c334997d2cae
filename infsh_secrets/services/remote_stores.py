"""Opening the store that the settings name, with the token that is meant for it."""

from __future__ import annotations

import os

from infsh_secrets.config.stores import PLUGIN
from infsh_secrets.domain.errors import LockedError, UsageError
from infsh_secrets.services import tokens
from infsh_secrets.stores import registry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from infsh_secrets.config.settings import Settings
    from infsh_secrets.config.stores import StoreSettings
    from infsh_secrets.services.tokens import Token
    from infsh_secrets.stores.base import SecretStore
    from infsh_secrets.stores.remote.store import RemoteStore


def open_store(chosen: StoreSettings, settings: Settings, notices: list[str]) -> SecretStore:
    """Return a store that is not local; nothing is sent before something is asked of it.

    It is one that keeps what is read where its configuration says so, and `offline` one that reads
    nothing else. What the store has to tell is added to `notices`. Raises LockedError when there is
    no token for it, NotFoundError for an address that no plugin knows, UsageError for a store that
    keeps nothing and is to be read offline.
    """
    if settings.offline and not chosen.cache:
        raise UsageError(
            f"Nothing is kept of the store {chosen.name} that could be read offline.",
            'Have it kept: cache = "8h" in its table of the configuration file.',
        )
    token = _token(chosen, settings)
    if token is None:
        store = registry.open_plugin(chosen.url, chosen.name)
    else:
        store = open_with(chosen, token, notices)
    if not chosen.cache:
        return store
    from infsh_secrets.services.caching import cached

    return cached(store, chosen, token.text if token else "", settings, notices)


def _token(chosen: StoreSettings, settings: Settings) -> Token | None:
    """Return the token for a store, None for one of a plugin."""
    if chosen.kind == PLUGIN:
        return None
    if settings.token is not None:
        return tokens.Token(settings.token, "the program")
    origin = origin_of(chosen)
    token = tokens.of_variables(origin, os.environ)
    token = token or tokens.find(origin, settings.data, os.environ)
    if token is None:
        raise LockedError(
            f"There is no token for the store {chosen.name}.",
            f"Log in with: infsh login {chosen.name} - or set INFSH_API_KEY.",
        )
    return token


def open_with(settings: StoreSettings, token: Token, notices: list[str]) -> RemoteStore:
    """Return a store behind HTTP that is spoken to with this token."""
    from infsh_secrets.stores.remote.messages import Network

    address = settings.address
    if address is None:
        raise TypeError("a store of a plugin has no token")
    # An API key belongs to one team; only a session token has to say which.
    store = registry.remote(settings.kind).at(
        address,
        name=settings.name,
        team=settings.team or token.team,
        token=token.text,
        network=Network(settings.ca, settings.proxy),
    )
    store.notices = notices
    return store


def origin_of(settings: StoreSettings) -> str:
    """Return what a token for a store is bound to, "" for a store of a plugin."""
    return settings.address.origin if settings.address is not None else ""
