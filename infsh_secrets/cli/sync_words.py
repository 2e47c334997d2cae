"""Comparisons and syncs of two stores, as words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.domain.sync_results import (
    ACTIONS,
    CREATED,
    DELETED,
    DESCRIBED,
    DIFFERENT,
    FAILED,
    IN_BOTH,
    NOT_DONE,
    ONLY_IN_A,
    ONLY_IN_B,
    REFUSED,
    SAME,
    STATUSES,
    UNCHANGED,
    UNKNOWN,
    UPDATED,
    DiffResult,
    SyncResult,
)

if TYPE_CHECKING:
    from infsh_secrets.domain.sync_results import Difference, Synced

DIFF_TITLES = ("key", "result", "differs in")
_MOST_LINES = 50
_TOLD = (REFUSED, FAILED, NOT_DONE)


def names(result: DiffResult | SyncResult) -> list[str]:
    """Return the names that differ, or that were changed."""
    if isinstance(result, DiffResult):
        return [one.key for one in result.secrets if one.status not in (SAME, IN_BOTH)]
    changed = (CREATED, UPDATED, DESCRIBED, DELETED)
    return [entry.key for entry in result.entries if entry.action in changed]


def rows(result: DiffResult) -> list[tuple[str, ...]]:
    """Return the cells of each name."""
    return [
        (one.key, _status(result, one), ", ".join(one.differs_in) or "-") for one in result.secrets
    ]


def _counted(result: DiffResult) -> str:
    if not result.secrets:
        return f"Neither {result.a.spelling} nor {result.b.spelling} has any of these."
    words = {
        ONLY_IN_A: f"only in {result.a.spelling}",
        ONLY_IN_B: f"only in {result.b.spelling}",
        DIFFERENT: "different",
        UNKNOWN: "not compared",
        SAME: "the same",
        IN_BOTH: "in both",
    }
    counts = [f"{result.count(one)} {words[one]}" for one in STATUSES if result.count(one)]
    return f"{_count(len(result.secrets))}: {', '.join(counts)}."


def sentences(result: DiffResult | SyncResult) -> list[str]:
    """Return the sum of a comparison, which stands below its rows, or what a sync did.

    That is a line for each change, of very many only for what is left; and then the sum.
    """
    if isinstance(result, DiffResult):
        return [_counted(result)]
    shown = [entry for entry in result.entries if entry.action != UNCHANGED]
    if len(shown) > _MOST_LINES:
        shown = [entry for entry in shown if entry.action in _TOLD][:_MOST_LINES]
    lines = [*map(_line, shown), _sum(result)]
    if result.kept:
        lines.append(
            f"Only in {result.b.spelling}, and left there: {len(result.kept)}. "
            "See them with `diff`; --prune deletes them."
        )
    if result.undo:
        lines.append(f"Undo the deletion with: {result.undo}")
    return lines


def _status(result: DiffResult, one: Difference) -> str:
    if one.status == ONLY_IN_A:
        return f"only in {result.a.spelling}"
    if one.status == ONLY_IN_B:
        return f"only in {result.b.spelling}"
    if one.status == UNKNOWN:
        return "cannot be compared"
    if one.status == IN_BOTH:
        return "in both"
    if not one.value_compared:
        return f"{one.status}; the value cannot be compared"
    return one.status


def _line(entry: Synced) -> str:
    what = entry.action
    if what in (CREATED, UPDATED) and entry.version is not None and entry.version > 1:
        what += f" to version {entry.version}" if what == UPDATED else f", version {entry.version}"
    reason = f", {entry.reason.removesuffix('.')}" if entry.reason else ""
    return f"{entry.key}: {what}{reason}"


def _sum(result: SyncResult) -> str:
    where = f"{result.a.spelling} to {result.b.spelling}"
    if not result.entries:
        return f"From {where} there is nothing to sync."
    counts = [f"{result.count(action)} {action}" for action in ACTIONS if result.count(action)]
    said = f"{_count(len(result.entries))} from {where}: {', '.join(counts)}."
    return f"Nothing was changed; it would be {said}" if result.dry_run else said


def _count(number: int) -> str:
    return f"{number} {'secret' if number == 1 else 'secrets'}"
