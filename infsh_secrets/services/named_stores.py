"""The stores of the configuration: listing, adding, choosing, removing, testing."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from infsh_secrets.config import editing
from infsh_secrets.config.settings import LOCAL_STORE
from infsh_secrets.config.stores import PLATFORM, PLUGIN, StoreSettings, configured, resolve
from infsh_secrets.domain.addresses import is_url
from infsh_secrets.domain.errors import ConflictError, NotFoundError, UsageError
from infsh_secrets.domain.names import check_store
from infsh_secrets.domain.remote_results import StoreAction, StoreList, StoreRow
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.services import logins, tokens
from infsh_secrets.services.remote_stores import origin_of
from infsh_secrets.unlock import tokens as kept_tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tomlkit import TOMLDocument

    from infsh_secrets.domain.remote_results import Account
    from infsh_secrets.services.workspace import Workspace


def listing(workspace: Workspace) -> StoreList:
    """Return all stores that have a name, the local vault first."""
    settings = workspace.settings
    rows = [StoreRow(LOCAL_STORE, "", LOCAL_STORE, "", workspace.is_local)]
    known = {PLATFORM: resolve(PLATFORM, None, os.environ), **configured(os.environ)}
    for name, one in known.items():
        rows.append(StoreRow(name, one.url, one.kind, one.team, settings.store == name))
    if settings.store not in (row.name for row in rows) and settings.remote is not None:
        one = settings.remote
        rows.append(StoreRow(one.name, one.url, one.kind, one.team, current=True))
    return StoreList(rows)


def add(name: str, url: str, fields: Mapping[str, str], *, replace: bool) -> StoreAction:
    """Give a store a name in the configuration; ConflictError when the name is taken."""
    check_store(name)
    if name == LOCAL_STORE:
        raise UsageError("The local store has this name.", "Choose another name.")
    if not is_url(url):
        raise UsageError(
            "This is not the address of a store.", "Write it as in https://secrets.example.com."
        )
    made = StoreSettings(name, url, **fields)

    def change(document: TOMLDocument) -> None:
        import tomlkit

        stores = document.setdefault("stores", tomlkit.table(is_super_table=True))
        if name in stores and not replace:
            raise ConflictError(
                f"There is a store named {name} already.", "Replace it with --force."
            )
        entry = tomlkit.table()
        entry.update({"url": made.url, **{field: text for field, text in fields.items() if text}})
        stores[name] = entry

    editing.edit(os.environ, change)
    then = f"Use it with -s {name}, or for every command with: infsh secrets store use {name}"
    return StoreAction(name, "added", f"Added the store {name}, {made.url}. {then}")


def use(name: str) -> StoreAction:
    """Make a store the one that commands use where no other is named."""
    if name != LOCAL_STORE:
        chosen = resolve(name, None, os.environ)
        name = chosen.name

    def change(document: TOMLDocument) -> None:
        _set_first(document, "store", None if name == LOCAL_STORE else name)

    editing.edit(os.environ, change)
    what = "the local vault" if name == LOCAL_STORE else f"the store {name}"
    return StoreAction(name, "in use", f"Commands use {what} from now on.")


def remove(workspace: Workspace, name: str) -> StoreAction:
    """Forget a store of the configuration, and its token unless another store has its origin."""
    check_store(name)
    origin = ""

    def change(document: TOMLDocument) -> None:
        nonlocal origin
        stores = document.get("stores", {})
        if name not in stores:
            raise NotFoundError(
                "There is no store of that name in the configuration.",
                "See them with: infsh secrets store list",
            )
        origin = _origin(stores[name])
        others = {_origin(one) for key, one in stores.items() if key != name}
        origin = "" if origin in others else origin
        del stores[name]
        if not stores:
            del document["stores"]
        if document.get("store") == name:
            del document["store"]

    editing.edit(os.environ, change)
    if origin and kept_tokens.forget(tokens.folder(workspace.settings.data), origin):
        workspace.notices.append(f"The token for {origin} is forgotten.")
    return StoreAction(name, "removed", f"Removed the store {name}; nothing was deleted there.")


def _origin(entry: object) -> str:
    """Return the origin of a store's entry, "" for one that is wrong."""
    try:
        return origin_of(StoreSettings("x", str(entry["url"])))  # type: ignore[index]
    except (UsageError, KeyError, TypeError):
        return ""


def use_team(name: str) -> StoreAction:
    """Make a team's vault the one that commands work in."""

    def change(document: TOMLDocument) -> None:
        _set_first(document, "team", name)

    editing.edit(os.environ, change)
    return StoreAction(name, "in use", f"Commands work in the team {name} from now on.")


def _set_first(document: TOMLDocument, name: str, value: str | None) -> None:
    """Set or take away an entry of no table; such entries must stand before the first table."""
    if value is None:
        document.pop(name, None)
    else:
        document[name] = value


def test(workspace: Workspace, name: str | None) -> Account:
    """Ask a store who its token belongs to; nothing is changed there."""
    settings = workspace.settings.remote if name is None else resolve(name, None, os.environ)
    if settings is None or name == LOCAL_STORE:
        raise UsageError(
            "The local vault is tested otherwise.", "Test it with: infsh secrets vault verify"
        )
    if settings.kind == PLUGIN:
        raise UsageError(
            "A store of a plugin has no token.",
            f"Try it with: infsh secrets list -s {sanitize(settings.name)}",
        )
    began = time.monotonic()
    account = logins.account(settings, workspace)
    taken = max(1, round((time.monotonic() - began) * 1000))
    return account._replace(milliseconds=taken)
