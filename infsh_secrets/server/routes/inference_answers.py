"""What the inference.sh contract calls a secret, and the answer of a check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infsh_secrets.domain.times import rfc3339

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infsh_secrets.server.listing import Stored

_MASK = "****"
_SHORT = 8


def secret(stored: Stored, team: str) -> dict[str, Any]:
    """Return a secret without its value; the mask tells neither its length nor any of it."""
    info = stored.info
    identity = stored.id.hex()
    return {
        "id": identity,
        "short_id": identity[:_SHORT],
        "created_at": _time(info.created),
        "updated_at": _time(info.updated),
        "deleted_at": None,
        "user_id": "",
        "team_id": team,
        "user": None,
        "team": None,
        "visibility": "team",
        "key": info.key,
        "masked_value": "" if stored.empty else _MASK,
        "description": info.description,
        "scope": "team",
        "credential_default": False,
        "environment": info.environment,
        "version": info.version,
        "expires_at": rfc3339(info.expires),
    }


def checked(errors: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the answer of a check."""
    return {"satisfied": not errors, "errors": list(errors)}


def secret_missing(key: str) -> dict[str, Any]:
    """Return the requirement error for a secret that is absent or empty."""
    return {
        "type": "secret",
        "key": key,
        "message": f"Missing secret: {key}",
        "action": {"type": "add_secret", "secret_key": key},
    }


def credential_missing(key: str) -> dict[str, Any]:
    """Return the requirement error for a connection, of which this server has none."""
    return {
        "type": "credential",
        "key": key,
        "message": f"Credential not connected: {key}",
        "action": {"type": "connect", "provider": key.partition(".")[0]},
    }


def _time(moment: int) -> str:
    """Return an RFC 3339 time with milliseconds."""
    return f"{(rfc3339(moment) or '')[:-1]}.{moment % 1000:03}Z"
