"""Comparisons and syncs of two stores as data, for JSON and YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infsh_secrets.domain.sync_results import ACTIONS, NOT_DONE, STATUSES, DiffResult

if TYPE_CHECKING:
    from infsh_secrets.domain.sync_results import SideName, Synced, SyncResult

_ACTIONS = {action: action.replace(" ", "_") for action in ACTIONS}


def record(result: DiffResult | SyncResult) -> dict[str, Any]:
    """Return what was compared or synced; facts that do not apply are null."""
    if isinstance(result, DiffResult):
        return {
            "a": _side(result.a),
            "b": _side(result.b),
            "equal": result.equal,
            **{status: result.count(status) for status in STATUSES},
            "secrets": [
                {
                    "key": one.key,
                    "status": one.status,
                    "differs_in": list(one.differs_in),
                    "value_compared": one.value_compared,
                }
                for one in result.secrets
            ],
        }
    return {
        "from": _side(result.a),
        "to": _side(result.b),
        "dry_run": result.dry_run,
        "complete": result.error is None and not result.count(NOT_DONE),
        **{_ACTIONS[action]: result.count(action) for action in ACTIONS},
        "kept": list(result.kept),
        "undo": result.undo or None,
        "secrets": [_entry(entry) for entry in result.entries],
    }


def _side(side: SideName) -> dict[str, Any]:
    return {"store": side.store, "team": side.team, "environment": side.environment}


def _entry(entry: Synced) -> dict[str, Any]:
    return {
        "key": entry.key,
        "action": _ACTIONS[entry.action],
        "version": entry.version,
        "verified": entry.verified,
        "reason": entry.reason or None,
    }
