"""Uses of secrets as words: rows of tables, and who a run was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.domain.times import age

if TYPE_CHECKING:
    from infsh_secrets.domain.results import AuditEvent
    from infsh_secrets.domain.use_results import RunFacts, UseList, UseRow

TITLES = ("key", "program", "env", "last used", "times", "ver", "user", "ended", "manifest")
NO_USES = "No uses on record."


def row(one: UseRow, now: int) -> tuple[str, ...]:
    """Return the cells of how one program uses a secret."""
    return (
        one.key + (f" (as {one.used_as})" if one.used_as else ""),
        one.program if one.run else f"{one.program} (read)",
        one.environment,
        age(one.last_used, now),
        str(one.times),
        str(one.version),
        one.user or "-",
        "-" if one.exit_status is None else str(one.exit_status),
        _manifest(one),
    )


def table(result: UseList, now: int) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return (titles, rows) for people; the one secret that was asked for is not named again."""
    rows = [row(one, now) for one in result.rows]
    if len({cells[0] for cells in rows}) > 1 or result.rows[0].used_as:
        return TITLES, rows
    return TITLES[1:], [cells[1:] for cells in rows]


def program(event: AuditEvent) -> str:
    """Return who did it: the program, and what it ran."""
    if event.run is None:
        return event.program
    return f"run of {_run(event.run)}, by {event.program}"


def _run(facts: RunFacts) -> str:
    words = facts.program
    if facts.manifest:
        words += f" with manifest {facts.manifest}"
    if facts.ends:
        several = len(facts.ends) > 1 or facts.ends[0][1] > 1
        ends = [f"{s} ({often} times)" if several else str(s) for s, often in facts.ends[::-1]]
        words += f", ended with {', '.join(ends)}".replace("(1 times)", "(once)")
    return words


def _manifest(one: UseRow) -> str:
    if not one.manifest:
        return "-"
    if one.declared is None:
        return one.manifest
    return f"{'declared by' if one.declared else 'no longer declared by'} {one.manifest}"
