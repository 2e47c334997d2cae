"""The record of what was done, and the findings of `doctor`, as words: rows and sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.cli import use_words
from infsh_secrets.domain.times import rfc3339

if TYPE_CHECKING:
    from infsh_secrets.domain.results import AuditEvent, AuditVerified, Finding

AUDIT_TITLES = ("time", "action", "key", "env", "ver", "user", "program")
CHECK_TITLES = ("status", "check", "finding")
NO_RECORD = "Nothing is on record."


def audit_row(event: AuditEvent) -> tuple[str, ...]:
    """Return the cells of one event."""
    action = event.action
    if action == "more":
        action = f"and {event.number} more"
    elif event.number > 1:
        action += f" {event.number} times"
    return (
        rfc3339(event.time) or "",
        action,
        event.key or "-",
        event.environment or "-",
        str(event.version) if event.version else "-",
        event.user,
        use_words.program(event),
    )


def audit_verified(result: AuditVerified) -> str:
    """Return the sentence about a chain that verifies."""
    entries = "1 entry" if result.entries == 1 else f"{result.entries} entries, each"
    return f"The record of {result.path} is whole: {entries} verified."


def check_row(finding: Finding) -> tuple[str, ...]:
    """Return the cells of one finding of `doctor`."""
    text = finding.text if finding.status == "ok" else f"{finding.text} {finding.fix}"
    return finding.status, finding.subject, text
