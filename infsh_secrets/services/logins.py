"""`login`, `logout` and `me`: tokens that are checked, kept and forgotten."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from infsh_secrets.config.stores import PLATFORM, PLUGIN, resolve
from infsh_secrets.domain.errors import LockedError, UsageError
from infsh_secrets.domain.remote_results import Account, StoreAction
from infsh_secrets.services import tokens
from infsh_secrets.services.remote_stores import open_with, origin_of
from infsh_secrets.services.tokens import Token, folder
from infsh_secrets.unlock import tokens as kept_tokens

if TYPE_CHECKING:
    from infsh_secrets.config.stores import StoreSettings
    from infsh_secrets.services.workspace import Workspace

LONGEST = 4096


def target(workspace: Workspace, name: str | None) -> StoreSettings:
    """Return the store that is meant: the one named, the one in use, or the platform's."""
    chosen = workspace.settings.remote
    if name is not None:
        chosen = resolve(name, None, os.environ)
    elif chosen is None:
        chosen = resolve(PLATFORM, None, os.environ)
    if chosen.kind == PLUGIN:
        raise UsageError("A store of a plugin keeps its own tokens.", "See its documentation.")
    return chosen


def login(workspace: Workspace, settings: StoreSettings, text: str) -> Account:
    """Keep a token after the store has accepted it; one that it refuses is not kept."""
    if not text or len(text) > LONGEST:
        raise UsageError(
            "The token is empty." if not text else "This is too long for a token.",
            "Copy it from the page of your account.",
        )
    found = _ask(settings, Token(text, ""), workspace)
    origin = origin_of(settings)
    where = kept_tokens.keep(folder(workspace.settings.data), origin, text)
    named = tokens.of_variables(origin, os.environ)
    if named is not None:
        workspace.notices.append(f"T{named.where[1:]} comes before it while it is set.")
    if settings.name != workspace.settings.store:
        workspace.notices.append(
            f"Use it with -s {settings.name}, or for every command with: "
            f"infsh secrets store use {settings.name}"
        )
    return found._replace(
        token=where, action=f"Logged in to {settings.name}. The token is in {where}."
    )


def logout(workspace: Workspace, settings: StoreSettings) -> StoreAction:
    """Forget the token that `login` has kept."""
    origin = origin_of(settings)
    was_there = kept_tokens.forget(folder(workspace.settings.data), origin)
    left = tokens.find(origin, workspace.settings.data, os.environ)
    if left is not None:
        workspace.notices.append(f"There is still a token for {origin}, from {left.where}.")
    said = f"Forgot the token for {origin}." if was_there else f"No token was kept for {origin}."
    return StoreAction(settings.name, "logged out", said)


def account(settings: StoreSettings, workspace: Workspace) -> Account:
    """Return whom the token at hand belongs to, as the store says."""
    token = tokens.find(origin_of(settings), workspace.settings.data, os.environ)
    if token is None:
        raise LockedError(
            f"There is no token for the store {settings.name}.",
            f"Log in with: infsh login {settings.name} - or set INFSH_API_KEY.",
        )
    return _ask(settings, token, workspace)


def _ask(settings: StoreSettings, token: Token, workspace: Workspace) -> Account:
    with open_with(settings, token, workspace.notices) as store:
        identity = store.identity()
    return Account(
        settings.name,
        settings.url,
        settings.kind,
        identity.user,
        identity.team,
        identity.scopes,
        token.where,
    )
