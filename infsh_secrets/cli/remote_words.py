"""Stores and accounts as records, tables and sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infsh_secrets.domain.remote_results import StoreAction, StoreList

if TYPE_CHECKING:
    from infsh_secrets.domain.remote_results import Account, RemoteResult

TITLES = ("name", "kind", "address", "team", "")


def as_data(result: RemoteResult) -> Any:
    """Return a result as what JSON can hold."""
    if isinstance(result, StoreList):
        return [
            {**row._asdict(), "url": row.url or None, "team": row.team or None}
            for row in result.stores
        ]
    if isinstance(result, StoreAction):
        return {"name": result.name, "action": result.action}
    return {
        "store": result.store,
        "url": result.url,
        "kind": result.kind,
        "user": result.user or None,
        "team": result.team or None,
        "scopes": list(result.scopes),
        "token": result.token or None,
    }


def names(result: RemoteResult) -> list[str]:
    """Return the names of stores or teams."""
    if isinstance(result, StoreList):
        return [row.name for row in result.stores]
    return [result.name if isinstance(result, StoreAction) else result.store]


def rows(result: StoreList) -> list[tuple[str, ...]]:
    """Return the cells of each store."""
    return [
        (row.name, row.kind, row.url or "-", row.team or "-", "in use" if row.current else "")
        for row in result.stores
    ]


def sentences(result: RemoteResult) -> list[str]:
    """Return a result that is no table as sentences."""
    if isinstance(result, StoreAction):
        return [result.sentence]
    if isinstance(result, StoreList):
        return [row.name for row in result.stores]
    return _account(result)


def _account(account: Account) -> list[str]:
    lines = []
    if account.action:
        lines.append(account.action)
    if account.milliseconds:
        lines.append(f"{account.url} answers within {account.milliseconds} ms.")
    facts = (
        ("store", f"{account.store} ({account.kind})"),
        ("address", account.url),
        ("user", account.user),
        ("team", account.team),
        ("scopes", " ".join(account.scopes)),
        ("token", account.token),
    )
    return [*lines, *(f"{label}: {fact}" for label, fact in facts if fact)]
