"""Uses of secrets as data, for JSON and YAML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infsh_secrets.domain.times import rfc3339

if TYPE_CHECKING:
    from infsh_secrets.domain.results import Place
    from infsh_secrets.domain.use_results import KnownUses, RunFacts, UseRow


def run(facts: RunFacts | None) -> dict[str, Any] | None:
    """Return runs; `exit_status` and `seconds` are those of the latest that ended."""
    if facts is None:
        return None
    return {
        "program": facts.program,
        "manifest": facts.manifest or None,
        "exit_status": facts.ends[-1][0] if facts.ends else None,
        "ended": [{"exit_status": status, "count": often} for status, often in facts.ends],
        "seconds": None if facts.lasted is None else facts.lasted / 1000,
    }


def row(one: UseRow, place: Place) -> dict[str, Any]:
    """Return how one program uses a secret; facts that do not apply are null."""
    return {
        "key": one.key,
        "environment": one.environment,
        "team": place.team,
        "store": place.store,
        "program": one.program or None,
        "manifest": one.manifest or None,
        "how": "run" if one.run else "read",
        "last_used_at": rfc3339(one.last_used),
        "count": one.times,
        "user": one.user or None,
        "version": one.version,
        "exit_status": one.exit_status,
        "declared": one.declared,
        "used_as": one.used_as or None,
    }


def known(uses: KnownUses | None) -> dict[str, Any]:
    """Return what is known of a secret that was deleted."""
    return {
        "declared_by": list(uses.declared_by) if uses else [],
        "last_used_by": uses.program if uses else None,
    }
