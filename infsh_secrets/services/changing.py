"""Changes of secrets that are there: rollback, rename, copy, describe, purge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.domain import wellknown
from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.names import check_environment, check_key
from infsh_secrets.domain.results import Change, Changes, Place
from infsh_secrets.services import secrets, uses, writing
from infsh_secrets.stores.base import COPIED, PURGED, RENAMED, ROLLED_BACK, not_found
from infsh_secrets.stores.vault.store import now_ms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from infsh_secrets.domain.use_results import KnownUses
    from infsh_secrets.services.workspace import Workspace
    from infsh_secrets.stores.base import SecretStore


def rollback(workspace: Workspace, key: str, to: int | None) -> Changes:
    """Give a secret the value of an older version, as a new one; by default the one before."""
    environment, store = _writable(workspace, key)
    store.require("versions")
    outcome = store.rollback(environment, key, to)
    undo = ""
    if outcome.action == ROLLED_BACK:
        undo = secrets.command_line(workspace, environment, "rollback", key)
    return _changed(workspace, Change(outcome.action, outcome.info), undo)


def rename(workspace: Workspace, old: str, new: str) -> Changes:
    """Give a secret another name; its versions and all that is known of it stay.

    In a store that cannot, but gives values back, it is a copy without them; a notice says so.
    """
    check_key(new)
    if old == new:
        raise UsageError("The two names are the same.", "Name the new one second.")
    environment, store = _writable(workspace, old)
    if store.capabilities.rename or not store.capabilities.reveal:
        info = store.rename(environment, old, new)
    else:
        from infsh_secrets.services import moving

        info = moving.move(workspace, environment, old, new)
    workspace.notices += wellknown.name_warnings(new)
    undo = secrets.command_line(workspace, environment, "rename", new, old)
    return _changed(workspace, Change(RENAMED, info, (environment, old)), undo)


def copy(workspace: Workspace, key: str, to_environment: str | None, name: str | None) -> Changes:
    """Make a new secret with a secret's newest value, in another environment or of another name."""
    if to_environment is None and name is None:
        raise UsageError("It is not said where the copy is to be.", "Add --to-env ENV.")
    if to_environment is not None:
        check_environment(to_environment)
    if name is not None:
        check_key(name)
    environment, store = _writable(workspace, key)
    if to_environment not in (None, environment):
        store.require("environments")
    info = store.copy(environment, key, to_environment or environment, name)
    return _changed(workspace, Change(COPIED, info, (environment, key)))


def describe(workspace: Workspace, key: str, facts: writing.Facts, unset: Sequence[str]) -> Changes:
    """Change what is known of a secret without touching its value."""
    if not facts.given and not unset:
        raise UsageError(
            "Nothing is said about the secret.", "Add -d TEXT, -m NAME=VALUE or --expires 90d."
        )
    description, metadata, expires = writing.parse_facts(facts, now_ms())
    if metadata and set(metadata).intersection(unset):
        raise UsageError(
            "One metadata name is both set and unset.", "Leave out either -m or --unset-meta."
        )
    environment, store = _writable(workspace, key)
    outcome = store.describe(
        environment,
        key,
        description=description,
        metadata=metadata,
        unset=unset,
        expires=expires,
    )
    return _changed(workspace, Change(outcome.action, outcome.info))


def can_be_undone(workspace: Workspace, keys: Sequence[str]) -> bool:
    """Tell whether the store brings these secrets back when they are deleted."""
    for key in keys:
        check_key(key)
    return not workspace.exists() or workspace.store().capabilities.restore


def to_purge(
    workspace: Workspace, keys: Sequence[str], *, ignore_missing: bool
) -> dict[str, KnownUses | None]:
    """Return which of these secrets there are, live or deleted, and who used them, to ask about it.

    NotFoundError if one is absent, unless `ignore_missing`.
    """
    for key in keys:
        check_key(key)
    environment = workspace.settings.environment
    known: set[str] = set()
    if workspace.exists():
        store = workspace.store()
        store.check_writable()
        known = {info.key for info in store.listing(environment)}
        if store.capabilities.restore:
            known |= {info.key for info in store.listing(environment, deleted=True)}
    wanted = list(dict.fromkeys(keys))
    absent = [key for key in wanted if key not in known]
    if absent and not ignore_missing:
        raise not_found(absent[0], environment)
    found = [key for key in wanted if key in known]
    used = uses.known(workspace, found)
    return {key: used.get(key) for key in found}


def question(found: Mapping[str, KnownUses | None]) -> str:
    """Return what is asked before secrets are removed for good: who used them, and whether to."""
    whose = "its" if len(found) == 1 else "their"
    asked = f"Remove {', '.join(found)} and all {whose} versions for good?"
    return "\n".join([*uses.sentences(found), asked])


def purge(
    workspace: Workspace,
    found: Mapping[str, KnownUses | None],
    *,
    single: bool,
    asked: bool = False,
) -> Changes:
    """Remove secrets with all their versions for good, in one transaction.

    Who used them is said, unless they were `asked` about.
    """
    infos = []
    if found:
        infos = workspace.store().purge(workspace.settings.environment, list(found))
        workspace.notices += [] if asked else uses.sentences(found)
        workspace.notices.append(
            "Backups and snapshots of the vault may still hold what was purged; they are out of "
            "reach."
            if workspace.is_local
            else f"What the server of {workspace.settings.store} keeps of it is out of reach."
        )
    return Changes(
        _place(workspace),
        [Change(PURGED, info, uses=found[info.key]) for info in infos],
        single=single,
    )


def _writable(workspace: Workspace, key: str) -> tuple[str, SecretStore]:
    """Return (environment, store) to change this secret in."""
    check_key(key)
    environment = workspace.settings.environment
    if not workspace.exists():
        raise not_found(key, environment)
    store = workspace.store()
    store.check_writable()
    return environment, store


def _changed(workspace: Workspace, change: Change, undo: str = "") -> Changes:
    return Changes(_place(workspace), [change], single=True, undo=undo)


def _place(workspace: Workspace) -> Place:
    return Place(workspace.settings.store, workspace.settings.team)
