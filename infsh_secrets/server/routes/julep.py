"""The contract of Julep 2, below /api: values are written and never given back."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends
from starlette.responses import Response

from infsh_secrets.domain.errors import ConflictError, NotFoundError, UsageError
from infsh_secrets.domain.models import check_description, check_value
from infsh_secrets.domain.names import is_key
from infsh_secrets.server.access import AuthenticatedRoute, Caller, authenticate, needs
from infsh_secrets.server.failures import Contract, Failure
from infsh_secrets.server.held import Whole
from infsh_secrets.server.reserved import check_not_reserved
from infsh_secrets.server.routes.julep_answers import SecretBody, answer, failed, moment, secret
from infsh_secrets.server.routes.julep_metadata import as_pairs
from infsh_secrets.server.tokens import READ, WRITE

PREFIX = "/api"
_LIMIT = 100
_MOST = 1000

router = APIRouter(route_class=AuthenticatedRoute, dependencies=[Depends(authenticate)])

Reader = Annotated[Caller, Depends(needs(READ))]
Writer = Annotated[Caller, Depends(needs(WRITE, leading=True))]


def contract() -> Contract:
    """Return this contract."""
    return Contract(PREFIX, router, failed)


@router.get("/secrets")
async def list_secrets(caller: Reader, limit: int = _LIMIT, offset: int = 0) -> Response:
    """Return secrets, newest first.

    More than 1000 are refused: who gets fewer than asked for takes it for the end.
    """
    if not (0 <= limit <= _MOST and offset >= 0):
        raise Failure(400, f"The limit is 0 to {_MOST}, the offset 0 or more.")
    found = await caller.team.slice(caller.environment, offset, limit)
    return answer([secret(one) for one in found])


@router.post("/secrets")
async def create_secret(caller: Writer, body: Annotated[SecretBody, Body()]) -> Response:
    """Create a secret; 409 when there is one of that name."""
    whole = _whole(body, "create")
    try:
        stored = await caller.team.create_whole(caller.actor, caller.environment, whole)
    except ConflictError:
        raise _taken("create") from None
    return answer(secret(stored), 201)


@router.put("/secrets/{secret_id}")
async def update_secret(
    caller: Writer, secret_id: UUID, body: Annotated[SecretBody, Body()]
) -> Response:
    """Give a secret a name and value; a description or metadata that is null stays."""
    whole = _whole(body, "update")
    place = (caller.actor, caller.environment)
    try:
        stored = await caller.team.change_whole(*place, secret_id.bytes, whole)
    except ConflictError:
        raise _taken("update") from None
    except NotFoundError:
        raise _missing("update") from None
    return answer(secret(stored))


@router.delete("/secrets/{secret_id}")
async def delete_secret(caller: Writer, secret_id: UUID) -> Response:
    """Delete a secret."""
    place = (caller.actor, caller.environment)
    try:
        stored = await caller.team.delete_identified(*place, secret_id.bytes)
    except NotFoundError:
        raise _missing("delete") from None
    deleted = moment(stored.info.deleted)
    return answer({"id": str(secret_id), "deleted_at": deleted, "jobs": []}, 202)


def _whole(body: SecretBody, doing: str) -> Whole:
    """Return what a body wants a secret to be, if one can be that."""
    if not is_key(body.name) or body.name.startswith("_"):
        raise Failure(
            400, f"The provided secret data violates one or more constraints during {doing}"
        )
    try:
        check_not_reserved(body.name)
    except Failure as failure:
        raise Failure(400, failure.detail) from None
    if body.description is not None:
        check_description(body.description)
    metadata = None if body.metadata is None else as_pairs(body.metadata)
    try:
        data = body.value.encode()
    except UnicodeEncodeError:
        raise UsageError("The value is not UTF-8 text.") from None
    return Whole(body.name, check_value(data, allow_empty=True), body.description, metadata)


def _taken(doing: str) -> Failure:
    return Failure(409, f"A secret with these unique properties already exists during {doing}")


def _missing(doing: str) -> Failure:
    return Failure(404, f"No secret found during {doing}")
