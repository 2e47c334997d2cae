"""Opening the store that the settings name, with the token that is meant for it."""

from __future__ import annotations

import os

from infsh_secrets.config.stores import PLUGIN
from infsh_secrets.domain.errors import LockedError
from infsh_secrets.services import tokens
from infsh_secrets.stores import registry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from infsh_secrets.config.stores import StoreSettings
    from infsh_secrets.services.tokens import Token
    from infsh_secrets.stores.base import SecretStore
    from infsh_secrets.stores.remote.store import RemoteStore


def open_store(settings: StoreSettings, data: str, notices: list[str]) -> SecretStore:
    """Return a store that is not local; nothing is sent before something is asked of it.

    What the store has to tell is added to `notices`. Raises LockedError when there is no token for
    it, NotFoundError for an address that no plugin knows.
    """
    if settings.kind == PLUGIN:
        return registry.open_plugin(settings.url, settings.name)
    token = tokens.find(origin_of(settings), data, os.environ)
    if token is None:
        raise LockedError(
            f"There is no token for the store {settings.name}.",
            f"Log in with: infsh login {settings.name} - or set INFSH_API_KEY.",
        )
    return open_with(settings, token, notices)


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
