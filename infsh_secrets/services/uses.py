"""Who uses a secret: programs, with which manifests, when, and whether they still declare it."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from infsh_secrets.config.settings import OFF
from infsh_secrets.domain.errors import InfshError
from infsh_secrets.domain.names import check_key
from infsh_secrets.domain.results import Place
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.domain.times import age, rfc3339
from infsh_secrets.domain.use_results import KnownUses, UseList, UseRow
from infsh_secrets.services.use_history import History
from infsh_secrets.stores.base import not_found, on_environment
from infsh_secrets.stores.vault import audit, uses
from infsh_secrets.stores.vault.store import now_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from infsh_secrets.domain.models import SecretInfo
    from infsh_secrets.services.workspace import Workspace
    from infsh_secrets.stores.vault.store import VaultStore

MOST_LOOKED_AT = 5000
"""How many entries of the record are looked at, from the newest, before a secret is deleted."""
_FURTHER = 1000
_MOST_TOLD = 5


def of(workspace: Workspace, keys: Sequence[str], environments: Sequence[str] | None) -> UseList:
    """Return who uses these secrets, the newest use first, from a record that is verified.

    `environments` None means all. A secret that was renamed brings the uses of its older names
    along; a deleted one is told as such. Raises NotFoundError for a name that nothing has.
    """
    workspace.require_vault()
    wanted = list(dict.fromkeys(check_key(key) for key in keys))
    infos = _known_infos(workspace, wanted, environments)
    history = _history(workspace.vault_store(), wanted)
    rows = [
        row for row in history.rows() if environments is None or row.environment in environments
    ]
    declares = _Declarations()
    rows = [row._replace(declared=declares(row)) for row in rows]
    used = {row.key for row in rows}
    for key in wanted:
        if key not in used:
            first = min(info.created for info in infos if info.key == key)
            workspace.notices.append(f"{key} was never used since {_moment(first)}.")
    if workspace.settings.reads == OFF:
        workspace.notices.append(
            'Uses are not recorded at present: the configuration says audit.reads = "off".'
        )
    return UseList(Place(workspace.settings.store, workspace.settings.team), rows)


def known(workspace: Workspace, keys: Sequence[str]) -> dict[str, KnownUses]:
    """Return what the newest part of the record says of secrets that are about to be deleted.

    Best effort: whatever is odd about the record or a manifest, less is said. Raised is only what
    keeps the secrets from being deleted as well: wrong names, no key for the vault.
    """
    for key in keys:
        check_key(key)
    environment = workspace.settings.environment
    if not keys or not workspace.is_local or not workspace.exists():
        return {}  # a remote store keeps its own record
    store = workspace.vault_store()
    try:
        used = _used(store, environment, keys)
        if not used:
            return {}
        rows = _newest_history(store, used).rows()
    except InfshError:
        return {}
    declares = _Declarations()
    found: dict[str, KnownUses] = {}
    for row in rows:
        if row.environment != environment:
            continue
        before = found.setdefault(row.key, KnownUses(row.last_used, row.program, ()))
        if row.manifest not in before.declared_by and declares(row):
            by = (*before.declared_by, row.manifest)
            found[row.key] = before._replace(declared_by=by)
    return found


def sentences(found: Mapping[str, KnownUses | None]) -> list[str]:
    """Return what is known of secrets as sentences, one a secret, of some only if they are many."""
    told = []
    for key, what in found.items():
        if what is None:
            continue
        by = f"is declared by {', '.join(map(sanitize, what.declared_by))} and "
        last = f"was last used {age(what.last_used, now_ms())} by {sanitize(what.program)}."
        told.append(f"{key} {by if what.declared_by else ''}{last}")
    more = len(told) - _MOST_TOLD
    return told if more <= 1 else [*told[:_MOST_TOLD], f"So were {more} others."]


def _known_infos(
    workspace: Workspace, keys: Sequence[str], environments: Sequence[str] | None
) -> list[SecretInfo]:
    """Return what is known of the secrets of these names; the deleted ones are told as such."""
    first = environments[0] if environments else "default"
    if not workspace.exists() and not workspace.settings.vault_named:
        raise not_found(keys[0], first)
    store = workspace.store()

    def named(*, deleted: bool) -> list[SecretInfo]:
        return [
            info
            for info in store.listing(deleted=deleted)
            if info.key in keys and (environments is None or info.environment in environments)
        ]

    found = named(deleted=False)
    absent = {key for key in keys if key not in {info.key for info in found}}
    gone = []
    if absent and store.capabilities.restore:
        gone = [info for info in named(deleted=True) if info.key in absent]
    for info in gone:
        absent.discard(info.key)
        where = on_environment(info.environment)
        workspace.notices.append(
            f"{info.key} is deleted. Bring it back with: infsh secrets restore {info.key}{where}"
        )
    if absent:
        raise not_found(next(key for key in keys if key in absent), first)
    return [*found, *gone]


def _history(store: VaultStore, keys: Iterable[str]) -> History:
    """Return the whole history of these names, by the chain and the use log."""
    history = History(keys)
    with _chain(store) as (chain, pending):
        for entry in chain:
            history.add(entry)
        for entry in pending:
            history.add(entry)
    return history


def _newest_history(store: VaultStore, sought: Mapping[str, bool]) -> History:
    """Return the newest part of the history of these names; True for those in the use log.

    Once the last use of each is found, it goes on for `_FURTHER` entries, for more manifests.
    """
    history = History(sought)
    logged = {key for key, in_log in sought.items() if in_log}
    left = MOST_LOOKED_AT
    with _chain(store) as (chain, pending):
        for entry in chain:
            history.add(entry)
            left -= 1
            if history.used | logged == sought.keys():
                left = min(left, _FURTHER)
            if left <= 0:
                break
        for entry in pending:
            history.add(entry)
    return history


@contextmanager
def _chain(store: VaultStore) -> Iterator[tuple[Iterator[audit.Entry], list[audit.Entry]]]:
    """Give (the verified entries of the chain, newest first, what is in the use log only)."""
    store.file.begin_read()
    try:
        root = store.ledger().root
        last = (root.audit_seq, root.audit_head)
        chain = audit.newest_first(store.file, store.keys, store.vault, last)
        yield (entry for _, entry in chain), uses.pending(store, last)
    finally:
        store.file.rollback()


def _used(store: VaultStore, environment: str, keys: Sequence[str]) -> dict[str, bool]:
    """Return which of these secrets were ever used, and whether that is in the use log."""
    logged = uses.latest(store)
    found = {}
    store.file.begin_read()
    try:
        ledger = store.ledger()
        for key in keys:
            item = store.find(ledger, environment, key)
            in_log = (environment, key) in logged
            if in_log or (item is not None and store.open_overview(item).last_used):
                found[key] = in_log
    finally:
        store.file.rollback()
    return found


class _Declarations:
    """Which manifests declare what, each read once."""

    def __init__(self) -> None:
        self._known: dict[str, frozenset[str] | None] = {}

    def __call__(self, row: UseRow) -> bool | None:
        """Tell whether a row's manifest declares the secret now; None if that is not known."""
        path = row.manifest
        if not path:
            return None
        if path not in self._known:
            self._known[path] = _declared(path)
        names = self._known[path]
        return None if names is None else row.key in names


def _declared(path: str) -> frozenset[str] | None:
    """Return what a manifest declares: nothing if it is gone, None if it cannot be read."""
    if not os.path.isabs(path) or not os.path.lexists(path):
        return frozenset()
    if not os.path.isfile(path):
        return None
    from infsh_secrets.services.requirements import read

    try:
        return frozenset(one.key for one in read(path, []).manifest.declarations)
    except (InfshError, OSError, ValueError, RecursionError):
        return None


def _moment(moment: int) -> str:
    return f"it was created, {rfc3339(moment)} ({age(moment, now_ms())})"
