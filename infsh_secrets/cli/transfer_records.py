"""Imports and exports as data, for JSON and YAML."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from infsh_secrets.domain.transfer_results import ACTIONS, ExportResult, ImportResult

if TYPE_CHECKING:
    from infsh_secrets.domain.transfer_results import Imported


def record(result: ImportResult | ExportResult) -> dict[str, Any]:
    """Return what was imported or exported; facts that do not apply are null."""
    if isinstance(result, ExportResult):
        return {
            "path": result.path,
            "format": result.form,
            "team": result.place.team,
            "store": result.place.store,
            "count": len(result.keys),
            "keys": result.keys,
        }
    return {**_summary(result), "entries": [_entry(entry) for entry in result.entries]}


def as_json(result: ImportResult | ExportResult, *, unicode: bool) -> str:
    """Return an import as JSON with an entry a line: an indented dump is many times slower."""
    if isinstance(result, ExportResult):
        return json.dumps(record(result), ensure_ascii=not unicode) + "\n"
    head = json.dumps(_summary(result), indent=2, ensure_ascii=not unicode)
    encode = json.JSONEncoder(ensure_ascii=not unicode).encode
    entries = ",\n".join([f"    {encode(_entry(entry))}" for entry in result.entries])
    listed = f"[\n{entries}\n  ]" if entries else "[]"
    return f'{head[:-2]},\n  "entries": {listed}\n}}\n'


def _summary(result: ImportResult) -> dict[str, Any]:
    return {
        "dry_run": result.dry_run,
        "environment": result.environment,
        "team": result.place.team,
        "store": result.place.store,
        **{action: result.count(action) for action in ACTIONS},
    }


def _entry(entry: Imported) -> dict[str, Any]:
    return {
        "action": entry.action,
        "key": entry.key or None,
        "version": entry.version or None,
        "where": entry.where,
        "reason": entry.reason or None,
    }
