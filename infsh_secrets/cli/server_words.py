"""The administration of a server as records, tables and sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infsh_secrets.domain.server_results import (
    TeamAdded,
    TeamRemoved,
    TokenCreated,
    TokenList,
    TokenRevoked,
)
from infsh_secrets.domain.times import age, rfc3339

if TYPE_CHECKING:
    from infsh_secrets.domain.server_results import ServerResult, TokenFacts

TITLES = ("id", "name", "team", "role", "scopes", "state", "expires")


def as_data(result: ServerResult) -> Any:
    """Return a result as what JSON can hold."""
    if isinstance(result, TokenList):
        return [_record(one) for one in result.tokens]
    if isinstance(result, TokenCreated):
        return {"token": result.text, **_record(result.facts)}
    if isinstance(result, TokenRevoked):
        return _record(result.facts)
    if isinstance(result, TeamAdded):
        return {"name": result.team, "path": result.path}
    return {"name": result.team, "tokens": result.tokens, "path": result.path or None}


def names(result: ServerResult) -> list[str]:
    """Return the ids of tokens, or the name of a team."""
    if isinstance(result, TokenList):
        return [one.id for one in result.tokens]
    return [result.team] if isinstance(result, TeamAdded | TeamRemoved) else [result.facts.id]


def rows(result: TokenList, now: int) -> list[tuple[str, ...]]:
    """Return the cells of each token."""
    return [
        (
            one.id,
            one.name,
            one.team,
            one.role,
            " ".join(one.scopes),
            one.state,
            "never" if one.expires is None else age(one.expires, now),
        )
        for one in result.tokens
    ]


def sentences(result: ServerResult) -> list[str]:
    """Return a result that is no table as sentences; of a new token, its text alone."""
    if isinstance(result, TokenCreated):
        return [result.text]
    if isinstance(result, TokenRevoked):
        return [f"The token {result.facts.id} ({result.facts.name}) opens nothing any more."]
    if isinstance(result, TokenList):
        return ["No tokens. Make one with: infsh secrets token create --team NAME"]
    if isinstance(result, TeamAdded):
        import shlex

        command = ["token", "create", "--team", result.team, "--data", result.folder]
        return [
            f"Created the team {result.team}. Make a token for it with: "
            f"infsh secrets {shlex.join(command)}"
        ]
    ended = f"{result.tokens} {'token' if result.tokens == 1 else 'tokens'} ended"
    aside = f" Its vault was put aside: {result.path}" if result.path else ""
    return [f"Removed the team {result.team}; {ended}.{aside}"]


def _record(facts: TokenFacts) -> dict[str, Any]:
    return {
        "id": facts.id,
        "name": facts.name,
        "team": facts.team,
        "role": facts.role,
        "scopes": list(facts.scopes),
        "state": facts.state,
        "created_at": rfc3339(facts.created),
        "expires_at": rfc3339(facts.expires),
        "revoked_at": rfc3339(facts.revoked),
    }
