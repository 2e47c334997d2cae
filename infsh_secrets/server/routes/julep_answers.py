"""What Julep calls a secret and a failure, and the bodies that it takes."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from starlette.responses import Response

from infsh_secrets.domain.times import rfc3339
from infsh_secrets.server.routes.julep_metadata import as_object

if TYPE_CHECKING:
    from infsh_secrets.server.failures import Failure
    from infsh_secrets.server.listing import Stored

ENCRYPTED = "ENCRYPTED"
"""What stands in the place of every value."""

BAD_KEY = "Could not validate API KEY"
_UNAUTHORIZED, _FORBIDDEN, _CONFLICT, _INVALID = 401, 403, 409, 422
_UNROUTED = {404: "Not Found", 405: "Method Not Allowed"}


class SecretBody(BaseModel):
    """A secret to create, or what one is to become; fields that are not known are ignored."""

    name: str
    value: str
    description: str | None = None
    metadata: dict[str, Any] | None = None


def secret(stored: Stored) -> dict[str, Any]:
    """Return a secret without its value."""
    info = stored.info
    return {
        "id": str(uuid.UUID(bytes=stored.id)),
        "created_at": moment(info.created),
        "updated_at": moment(info.updated),
        "name": info.key,
        "description": info.description or None,
        "metadata": as_object(info.metadata),
        "value": ENCRYPTED,
    }


def moment(milliseconds: int | None) -> str | None:
    """Return an RFC 3339 time with milliseconds; None for None."""
    text = rfc3339(milliseconds)
    return f"{text[:-1]}.{(milliseconds or 0) % 1000:03}Z" if text else None


def answer(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return data as the body of an answer."""
    return Response(json.dumps(data), status, headers, media_type="application/json")


def failed(failure: Failure, request_id: str) -> Response:  # noqa: ARG001  # it is a header
    """Return a failure as Julep 2 says it: an object `error`; a bad key is 403."""
    status = _FORBIDDEN if failure.status == _UNAUTHORIZED else failure.status
    headers = {name: text for name, text in failure.headers.items() if name != "WWW-Authenticate"}
    if status == _CONFLICT:
        headers["x-should-retry"] = "false"  # its clients would send it five times more
    if failure.unrouted:
        return answer({"detail": _UNROUTED.get(status, failure.detail)}, status, headers)
    error: dict[str, Any] = {
        "message": BAD_KEY if failure.status == _UNAUTHORIZED else failure.detail,
        "code": f"http_{status}",
        "type": "http_error",
    }
    if status == _INVALID:
        error = {
            "message": "Validation error",
            "code": "validation_error",
            "details": _details(failure),
        }
    return answer({"error": error}, status, headers)


def _details(failure: Failure) -> list[dict[str, str]]:
    """Return what is wrong without what was received, which may be a value."""
    return [
        {"type": one.kind, "msg": one.message, "loc": " -> ".join(one.where)}
        for one in failure.problems
    ] or [{"type": "value_error", "msg": failure.detail, "loc": ""}]
