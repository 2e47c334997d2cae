"""How old values are: a secret's versions, and what needs rotating."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.domain.errors import NotFoundError
from infsh_secrets.domain.names import check_key
from infsh_secrets.domain.results import (
    EXPIRED,
    EXPIRING,
    UNCHANGED_FOR_LONG,
    Filters,
    Place,
    SecretHistory,
    StaleList,
    StaleSecret,
)
from infsh_secrets.domain.times import parse_age
from infsh_secrets.services import secrets
from infsh_secrets.stores.base import not_found
from infsh_secrets.stores.vault.store import now_ms

if TYPE_CHECKING:
    from infsh_secrets.domain.models import History
    from infsh_secrets.services.workspace import Workspace

EXPIRING_MS = 14 * 24 * 3600 * 1000


def history(workspace: Workspace, key: str) -> SecretHistory:
    """Return the versions of the secret that `get` would show, else of a deleted one."""
    check_key(key)
    chain = workspace.settings.environments
    deleted: History | None = None
    for environment in chain if workspace.exists() else ():
        store = workspace.store()
        store.require("versions")
        try:
            found = store.history(environment, key)
        except NotFoundError:
            continue
        if found.info.deleted is None:
            return SecretHistory(_place(workspace), found.info, found.versions)
        deleted = deleted or found
    if deleted is None:
        raise not_found(key, chain[0])
    return SecretHistory(_place(workspace), deleted.info, deleted.versions)


def stale(workspace: Workspace, than: str, *, all_environments: bool) -> StaleList:
    """Return the secrets that need rotating, the most urgent first.

    That is: expired, expiring within 14 days, or with a value as old as `than` (`90d`).
    """
    now = now_ms()
    before = now - parse_age(than)
    found = []
    for info in secrets.select(workspace, Filters(all_environments=all_environments)):
        reasons = []
        if info.expires is not None and info.expires <= now:
            reasons.append(EXPIRED)
        elif info.expires is not None and info.expires <= now + EXPIRING_MS:
            reasons.append(EXPIRING)
        if secrets.has_old_value(workspace, info, before):
            reasons.append(UNCHANGED_FOR_LONG)
        if reasons:
            found.append(StaleSecret(info, secrets.written(workspace, info), tuple(reasons)))
    found.sort(key=_urgency)
    return StaleList(_place(workspace), found)


def _urgency(one: StaleSecret) -> tuple[int, int, str, str]:
    reason, info = one.reasons[0], one.info
    moment = one.written if reason == UNCHANGED_FOR_LONG else info.expires or 0
    return (EXPIRED, EXPIRING, UNCHANGED_FOR_LONG).index(reason), moment, info.key, info.environment


def _place(workspace: Workspace) -> Place:
    return Place(workspace.settings.store, workspace.settings.team)
