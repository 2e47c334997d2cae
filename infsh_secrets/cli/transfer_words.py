"""Imports and exports as words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.domain.transfer_results import (
    ACTIONS,
    CREATED,
    REFUSED,
    SKIPPED,
    UPDATED,
    ExportResult,
    ImportResult,
)

if TYPE_CHECKING:
    from infsh_secrets.domain.transfer_results import Imported

_MOST_LINES = 50


def names(result: ImportResult | ExportResult) -> list[str]:
    """Return the names of what was stored or written."""
    if isinstance(result, ExportResult):
        return result.keys
    return [entry.key for entry in result.entries if entry.action not in (REFUSED, SKIPPED)]


def sentences(result: ImportResult | ExportResult) -> list[str]:
    """Return a line for each entry, of very many only for those left out, and then the sum."""
    if isinstance(result, ExportResult):
        return [f"Wrote {_count(len(result.keys), 'secret')} to {result.path} as {result.form}."]
    shown = result.entries
    if len(shown) > _MOST_LINES:
        shown = [entry for entry in shown if entry.action in (REFUSED, SKIPPED)][:_MOST_LINES]
    return [*map(_line, shown), _sum(result)]


def _line(entry: Imported) -> str:
    if entry.action == REFUSED:
        name = f" ({entry.key})" if entry.key else ""
        return f"{entry.where}{name}: refused, {entry.reason}"
    what = entry.action
    if what == SKIPPED:
        what = "skipped, another value is stored"
    elif what == UPDATED:
        what = f"updated to version {entry.version}" if entry.version else "updated"
    elif what == CREATED and entry.version not in (0, 1, None):
        what = f"created, version {entry.version}"
    return f"{entry.key}: {what}"


def _sum(result: ImportResult) -> str:
    if not result.entries:
        return "There is nothing to import."
    counts = [f"{result.count(action)} {action}" for action in ACTIONS if result.count(action)]
    where = "" if result.environment == "default" else f" in {result.environment}"
    said = f"{_count(len(result.entries), 'entry', 'entries')}{where}: {', '.join(counts)}."
    return f"Nothing was changed; it would be {said}" if result.dry_run else said


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
