"""What is shown of secrets and vaults."""

from __future__ import annotations

import os

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.models import parse_pair
from infsh_secrets.domain.results import (
    Change,
    Changes,
    Filters,
    Place,
    PlainValue,
    SecretList,
    SecretView,
    VaultStatus,
    VerifyReport,
    narrows,
)
from infsh_secrets.domain.times import parse_age
from infsh_secrets.services import secrets
from infsh_secrets.stores.base import RESTORED
from infsh_secrets.stores.vault.store import now_ms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from infsh_secrets.services.workspace import Workspace

DELETED = "deleted"
SORTS = ("key", "updated", "used")


def check_plain(*, output_named: bool, reveal: bool) -> None:
    """Raise UsageError for options that contradict a value printed alone."""
    if output_named or reveal:
        raise UsageError(
            "--plain prints the value alone and goes with neither --output, --json nor --reveal.",
            "Use one of them.",
        )


def check_not_plain(*, no_newline: bool) -> None:
    """Raise UsageError for an option that means something with --plain only."""
    if no_newline:
        raise UsageError("-n goes with --plain.", "Add --plain, or leave -n out.")


def plain(
    workspace: Workspace, key: str, version: int | None, *, newline: bool, raw: bool
) -> PlainValue:
    """Return the value of a secret to be printed alone."""
    return PlainValue(secrets.reveal(workspace, key, version).value, newline=newline, raw=raw)


def view(
    workspace: Workspace, key: str, version: int | None, *, reveal: bool, raw: bool
) -> SecretView:
    """Return what is known of a secret, with the value only when it is to be revealed.

    A remote store is asked for the value only then: giving it out is on its record.
    """
    if not (workspace.is_local or reveal or version):
        info = secrets.known(workspace, key)
        return SecretView(_place(workspace), info, info.version, info.updated, None, raw)
    secret = secrets.read(workspace, key, version)
    secrets.add_uses(workspace, [secret.info])
    if reveal:
        secrets.note_use(workspace, [secret])
    return SecretView(
        _place(workspace),
        secret.info,
        secret.version,
        secret.version_created,
        secret.value if reveal else None,
        raw,
    )


def said_of_view(*, reveal: bool, output_named: bool, terminal: bool) -> list[str]:
    """Return what to tell whoever may have wanted the value and gets what is known of it."""
    if reveal or output_named or terminal:
        return []
    return ["This is the masked view; --plain prints the value."]


def filters(
    patterns: Sequence[str],
    metadata: Sequence[str],
    *,
    stale: str | None,
    unused: str | None = None,
    expired: bool,
    deleted: bool,
    all_environments: bool,
    sort: str,
    reverse: bool,
) -> Filters:
    """Return the filters that options mean; UsageError when one cannot be understood."""
    if sort not in SORTS:
        raise UsageError("Secrets are sorted by key, updated or used.", "Write --sort updated.")
    now = now_ms()
    return Filters(
        patterns=tuple(patterns),
        metadata=tuple(parse_pair(pair) for pair in metadata),
        stale_before=None if stale is None else now - parse_age(stale),
        unused_since=None if unused is None else now - parse_age(unused),
        expired_at=now if expired else None,
        deleted=deleted,
        all_environments=all_environments,
        sort=sort,
        reverse=reverse,
    )


def listing(workspace: Workspace, chosen: Filters) -> SecretList:
    """Return the secrets that pass the filters."""
    return SecretList(
        _place(workspace),
        secrets.select(workspace, chosen),
        all_environments=chosen.all_environments,
        deleted=chosen.deleted,
        narrowed=narrows(chosen),
    )


def deletion(workspace: Workspace, keys: Sequence[str], *, ignore_missing: bool) -> Changes:
    """Delete secrets and return what was deleted, with the command that undoes it."""
    from infsh_secrets.services import uses

    known = uses.known(workspace, keys)
    infos = secrets.delete(workspace, keys, ignore_missing=ignore_missing)
    for info in infos:
        if info.key in known:
            info.last_used = max(known[info.key].last_used, info.last_used or 0)
    changes = [Change(DELETED, info, uses=known.get(info.key)) for info in infos]
    workspace.notices += uses.sentences(known)
    return Changes(
        _place(workspace),
        changes,
        single=len(keys) == 1,
        undo=secrets.undo_hint(workspace, infos)
        if infos and workspace.store().capabilities.restore
        else "",
    )


def restoration(workspace: Workspace, keys: Sequence[str]) -> Changes:
    """Bring deleted secrets back and return them."""
    infos = secrets.restore(workspace, keys)
    changes = [Change(RESTORED, info) for info in infos]
    return Changes(_place(workspace), changes, single=len(keys) == 1)


def vault_status(workspace: Workspace) -> VaultStatus:
    """Return which vault is in use, what opened it, and how much is in it."""
    from infsh_secrets.crypto.keyslots import KINDS
    from infsh_secrets.stores.vault.tables import FORMAT

    settings = workspace.settings
    if not workspace.exists():
        return VaultStatus(settings.vault, settings.team, exists=False)
    store = workspace.vault_store()
    live = store.listing()
    environments: dict[str, int] = {}
    for info in live:
        environments[info.environment] = environments.get(info.environment, 0) + 1
    vault = workspace.locked
    slots = tuple(
        {"id": s.slot_id.hex(), "kind": KINDS.get(s.kind, str(s.kind)), "kept_in": s.hint}
        for s in vault.slots
    )
    return VaultStatus(
        path=settings.vault,
        team=settings.team,
        exists=True,
        format=FORMAT,
        vault_id=vault.head.vault_id.hex(),
        opened_by=workspace.opened_by,
        slots=slots,
        secrets=len(live),
        deleted=len(store.listing(deleted=True)),
        environments=tuple(sorted(environments.items())),
        bytes=os.path.getsize(settings.vault),
    )


def vault_verify(workspace: Workspace) -> VerifyReport:
    """Verify every byte of the vault and return what was gone through; IntegrityError else."""
    from infsh_secrets.stores.vault.verify import verify

    counts = verify(workspace.vault_store())
    return VerifyReport(
        workspace.settings.vault,
        counts.secrets,
        counts.deleted,
        counts.versions,
        counts.audit_entries,
    )


def _place(workspace: Workspace) -> Place:
    return Place(workspace.settings.store, workspace.settings.team)
