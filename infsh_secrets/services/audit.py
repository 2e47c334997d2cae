"""The record of what was done: reading it and verifying it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.results import AuditEvent, AuditList, AuditVerified
from infsh_secrets.domain.times import parse_age
from infsh_secrets.stores.vault import audit, grouping, runs, uses
from infsh_secrets.stores.vault.store import now_ms

if TYPE_CHECKING:
    from infsh_secrets.services.workspace import Workspace

MORE = "more"
"""The action of the event that stands for what a large transaction does not name."""


class Wanted(NamedTuple):
    """What of the record is wanted: the newest `limit`, of keys that fit, not older than `since`.

    `since` is milliseconds since 1970; `environments` None means all.
    """

    limit: int | None = None
    pattern: str | None = None
    since: int = 0
    environments: tuple[str, ...] | None = None

    def includes(self, event: AuditEvent) -> bool:
        """Tell whether an event is one of those."""
        from fnmatch import fnmatchcase

        return (
            event.time >= self.since
            and (self.pattern is None or fnmatchcase(event.key, self.pattern))
            and (self.environments is None or event.environment in self.environments)
        )


def wanted(
    limit: int | None,
    pattern: str | None,
    since: str | None,
    environments: tuple[str, ...] | None = None,
) -> Wanted:
    """Return what options mean; UsageError when one cannot be understood."""
    if pattern == "":
        raise UsageError("The option --key is empty.", "Name a key or a pattern as in 'AWS_*'.")
    return Wanted(limit, pattern, 0 if since is None else now_ms() - parse_age(since), environments)


def record(workspace: Workspace, choice: Wanted) -> AuditList:
    """Return the wanted part of the record, oldest first, every entry of it verified."""
    workspace.require_vault()
    if not workspace.exists():
        return AuditList([])
    store = workspace.vault_store()
    found: list[AuditEvent] = []
    store.file.begin_read()
    try:
        root = store.ledger().root
        last = (root.audit_seq, root.audit_head)
        for use in reversed(uses.pending(store, last)):
            found += [e for e in reversed(_events(None, use)) if choice.includes(e)]
        waiting = len(found)
        for sequence, entry in audit.newest_first(store.file, store.keys, store.vault, last):
            found += [e for e in reversed(_events(sequence, entry)) if choice.includes(e)]
            if choice.limit is not None and len(found) >= choice.limit + waiting:
                break
    finally:
        store.file.rollback()
    # A use is older than the entries that stand before it, by the time it waited in the log.
    found.reverse()
    found.sort(key=lambda event: (event.time, event.sequence or last[0] + 1))
    return AuditList(_newest(found, choice.limit))


def _newest(events: list[AuditEvent], limit: int | None) -> list[AuditEvent]:
    return events if limit is None else events[max(0, len(events) - limit) :]


def _events(sequence: int | None, entry: audit.Entry) -> list[AuditEvent]:
    """Return an entry's events; what it counts but does not name is one more."""
    who = (sequence, entry.time, entry.user, entry.program)
    run = grouping.run_of(entry)
    used = run is not None or any(subject[0] == grouping.USED for subject in entry.subjects)
    events = [
        AuditEvent(*who, action, environment, key, version, entry.count if used else 1, run)
        for action, environment, key, version in entry.subjects
        if action != uses.FOLDED and (run is None or action == grouping.USED)
    ]
    if run is not None and not events:
        events.append(AuditEvent(*who, runs.ENDED, number=entry.count, run=run))
    unnamed = 0 if used else entry.count - len(entry.subjects)
    if unnamed > 0:
        events.append(AuditEvent(*who, MORE, number=unnamed))
    return events


def verified(workspace: Workspace) -> AuditVerified:
    """Recompute the whole chain and return how long it is; IntegrityError where it is broken."""
    store = workspace.vault_store()
    store.file.begin_read()
    try:
        root = store.ledger().root
        last = (root.audit_seq, root.audit_head)
        entries = audit.verify_chain(store.file, store.keys, store.vault, last)
    finally:
        store.file.rollback()
    return AuditVerified(workspace.settings.vault, entries)
