"""Environments as rows of a table and as data."""

from __future__ import annotations

from infsh_secrets.domain.times import age, rfc3339

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from infsh_secrets.domain.results import EnvironmentList

TITLES = ("environment", "secrets", "last changed", "")
NONE_YET = "No secrets in any environment. Store one with: infsh secrets set KEY"


def rows(result: EnvironmentList, now: int) -> list[tuple[str, ...]]:
    """Return the cells of each environment; the last says which are in use."""
    return [
        (one.name, str(one.secrets), age(one.changed, now), "in use" if one.current else "")
        for one in result.environments
    ]


def as_data(result: EnvironmentList) -> list[dict[str, Any]]:
    """Return a record for each environment."""
    return [
        {
            "name": one.name,
            "secrets": one.secrets,
            "changed_at": rfc3339(one.changed),
            "current": one.current,
        }
        for one in result.environments
    ]
