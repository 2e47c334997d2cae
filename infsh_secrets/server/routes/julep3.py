"""The contract of Julep 3's control plane, below /v1.

Its admin is a token with the scope secrets:write, for lists secrets:read, and the role of an admin
or owner. Its worker, the only one that is given values, is a token of such a role with the scope
secrets:reveal and without secrets:write: who changes secrets here reads none. Names are those that
fit its rule and ours; secrets of other names do not exist here. What it archives is deleted and can
be restored for 30 days; what it deletes is removed for good, with all versions.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from infsh_secrets.domain.errors import NotFoundError, UsageError
from infsh_secrets.domain.models import check_value
from infsh_secrets.domain.names import is_key
from infsh_secrets.server.access import AuthenticatedRoute, Caller, authenticate, needs
from infsh_secrets.server.failures import Contract, Failure
from infsh_secrets.server.reserved import check_not_reserved
from infsh_secrets.server.routes.julep_answers import answer, moment
from infsh_secrets.server.tokens import READ, REVEAL, WRITE
from infsh_secrets.stores.base import Write

if TYPE_CHECKING:
    from infsh_secrets.domain.models import SecretInfo

PREFIX = "/v1"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}", re.ASCII)
_BAD_KEY = "missing or invalid bearer token"
_UNROUTED = {404: "Not Found", 405: "Method Not Allowed"}
_UNAUTHORIZED, _INVALID = 401, 422

router = APIRouter(route_class=AuthenticatedRoute, dependencies=[Depends(authenticate)])


class PutSecretBody(BaseModel):
    """A value, and nothing else."""

    model_config = ConfigDict(extra="forbid")

    value: str = Field(min_length=1)


async def _worker(caller: Annotated[Caller, Depends(needs(REVEAL, leading=True))]) -> Caller:
    if WRITE in caller.token.scopes:
        raise Failure(403, "worker API key required")
    return caller


Lister = Annotated[Caller, Depends(needs(READ, leading=True))]
Admin = Annotated[Caller, Depends(needs(WRITE, leading=True))]
Worker = Annotated[Caller, Depends(_worker)]


def failed(failure: Failure, request_id: str) -> Response:  # noqa: ARG001  # it is a header
    """Return a failure as Julep 3 says it: `detail`, and nothing of what was sent."""
    detail: str | list[dict[str, Any]] = failure.detail
    if failure.status == _UNAUTHORIZED:
        detail = _BAD_KEY
    elif failure.unrouted:
        detail = _UNROUTED.get(failure.status, failure.detail)
    elif failure.status == _INVALID:
        detail = [
            {"type": one.kind, "loc": ["body", *one.where], "msg": one.message}
            for one in failure.problems
        ] or [{"type": "value_error", "loc": ["body"], "msg": failure.detail}]
    return answer({"detail": detail}, failure.status, failure.headers)


def contract() -> Contract:
    """Return this contract."""
    return Contract(PREFIX, router, failed)


@router.get("/secrets")
async def list_secrets(caller: Lister) -> Response:
    """Return all secrets, archived ones as well, sorted by name."""
    live = [one.info for one in await caller.team.all(caller.environment)]
    # One that is archived between the two looks is in both.
    found = {info.key: info for info in (*await caller.team.deleted(caller.environment), *live)}
    return answer(
        {"items": [_metadata(found[key]) for key in sorted(found) if _NAME.fullmatch(key)]}
    )


@router.put("/secrets/{name}")
async def put_secret(caller: Admin, name: str, body: Annotated[PutSecretBody, Body()]) -> Response:
    """Create a secret, or give it a value; an archived one comes back."""
    if not is_key(_checked(name)):
        raise Failure(400, "secret names must match ^[a-z][a-z0-9_]{0,63}$ on this server")
    try:
        check_not_reserved(name)
    except Failure as failure:
        raise Failure(400, failure.detail) from None
    try:
        value = check_value(body.value.encode())
    except UnicodeEncodeError:
        raise UsageError("The value is not UTF-8 text.") from None
    written = await caller.team.put(caller.actor, caller.environment, Write(name, value))
    return answer(_metadata(written.secret.info, caller))


@router.get("/secrets/{name}/value")
async def get_secret_value(caller: Worker, name: str) -> Response:
    """Return a value; that is on record before."""
    place = (caller.environment, _known(name))
    try:
        revealed = await caller.team.reveal(caller.actor, *place)
    except NotFoundError:
        if await caller.team.find_deleted(*place) is not None:
            raise Failure(410, "secret is archived", "gone") from None
        raise _missing() from None
    secret = revealed.secret
    return answer({"value": secret.value.reveal(), "generation": secret.version})


@router.post("/secrets/{name}/archive")
async def archive_secret(caller: Admin, name: str) -> Response:
    """Take a secret out of use; a new value brings it back."""
    place = (caller.environment, _known(name))
    try:
        stored = await caller.team.delete(caller.actor, *place)
    except NotFoundError:
        archived = await caller.team.find_deleted(*place)
        if archived is None:
            raise _missing() from None
        return answer(_metadata(archived))
    return answer(_metadata(stored.info, caller))


@router.delete("/secrets/{name}")
async def delete_secret(caller: Admin, name: str) -> Response:
    """Remove a secret, live or archived, for good."""
    try:
        await caller.team.purge(caller.actor, caller.environment, _known(name))
    except NotFoundError:
        raise _missing() from None
    return Response(status_code=204)


def _metadata(info: SecretInfo, caller: Caller | None = None) -> dict[str, Any]:
    """Return what is known of a secret; `caller` is who has just changed it."""
    return {
        "name": info.key,
        "key_id": "vault",
        "generation": info.version,
        "created_at": moment(info.created),
        "updated_at": moment(max(info.updated, info.deleted or 0)),
        "updated_by": caller.token.name if caller else None,
        "archived_at": moment(info.deleted),
    }


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise Failure(400, "secret names must match ^[a-z0-9][a-z0-9_-]{0,63}$")
    return name


def _known(name: str) -> str:
    """Return a name under which there may be a secret here."""
    if not is_key(_checked(name)):
        raise _missing()
    return name


def _missing() -> Failure:
    return Failure(404, "secret not found")
