"""The inference.sh contract, at the root: secrets of the token's team."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query, Request
from pydantic import TypeAdapter, ValidationError
from starlette.responses import Response

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.models import check_description, check_value
from infsh_secrets.domain.names import check_key, is_key
from infsh_secrets.server.access import AuthenticatedRoute, Caller, State, authenticate, needs
from infsh_secrets.server.cursors import decode_cursor, encode_cursor
from infsh_secrets.server.failures import Contract, Failure, not_found
from infsh_secrets.server.reserved import check_not_reserved
from infsh_secrets.server.routes.inference_answers import (
    checked,
    credential_missing,
    secret,
    secret_missing,
)
from infsh_secrets.server.routes.inference_filters import as_test
from infsh_secrets.server.routes.inference_models import (
    CheckRequirementsRequest,
    CursorListRequest,
    Filter,
    SecretCreateRequest,
    SecretUpdateRequest,
)
from infsh_secrets.server.tokens import READ, REVEAL, WRITE
from infsh_secrets.stores.base import Write

_DEFAULT_LIMIT = 50
_MOST = 200
_ERRORS = "https://api.inference.sh/errors/"
_FILTERS = TypeAdapter(list[Filter] | None)

router = APIRouter(route_class=AuthenticatedRoute, dependencies=[Depends(authenticate)])

Reader = Annotated[Caller, Depends(needs(READ))]
Writer = Annotated[Caller, Depends(needs(WRITE, leading=True))]
Revealer = Annotated[Caller, Depends(needs(REVEAL, leading=True))]
Anybody = Annotated[Caller, Depends(needs())]


def failed(failure: Failure, request_id: str) -> Response:
    """Return a failure as this contract says it: RFC 9457 with a code in its type."""
    body: dict[str, Any] = {
        "type": _ERRORS + failure.code,
        "title": _title(failure.status),
        "status": failure.status,
        "detail": failure.detail,
        "request_id": request_id,
    }
    if failure.meta:
        body["meta"] = dict(failure.meta)
    if failure.problems:
        body["errors"] = [
            {"field": ".".join(one.where), "code": one.kind, "message": one.message}
            for one in failure.problems
        ]
    return Response(
        json.dumps(body),
        failure.status,
        failure.headers,
        media_type="application/problem+json",
    )


def contract() -> Contract:
    """Return this contract."""
    return Contract("", router, failed)


@router.get("/secrets")
async def list_secrets(
    request: Request,
    caller: Reader,
    cursor: str | None = None,
    limit: Annotated[int | None, Query(ge=0)] = None,
    filters: str | None = None,
) -> Response:
    """Return a page of the secrets, newest first."""
    return await _list(request, caller, cursor, limit, _parsed(filters))


@router.post("/secrets/list")
async def list_secrets_by_body(
    request: Request,
    caller: Reader,
    body: Annotated[CursorListRequest | None, Body()] = None,
) -> Response:
    """Do the same with a body, which may be absent."""
    wanted = body or CursorListRequest()
    return await _list(request, caller, wanted.cursor, wanted.limit, wanted.filters)


@router.post("/secrets")
async def create_secret(
    request: Request, caller: Writer, body: Annotated[SecretCreateRequest, Body()]
) -> Response:
    """Create a secret or replace its value."""
    if body.provider or body.label:
        raise Failure(400, "This server keeps secrets without a provider or label.")
    check_not_reserved(check_key(body.key))
    write = Write(
        body.key, check_value(_utf8(body.value), allow_empty=True), description=body.description
    )
    if write.description is not None:
        check_description(write.description)
    written = await caller.team.put(caller.actor, caller.environment, write)
    status = HTTPStatus.CREATED if written.created else HTTPStatus.OK
    return _answer(request, secret(written.secret, caller.team.name), status)


@router.get("/secrets/reveal/{key}")
async def reveal_secret(request: Request, caller: Revealer, key: str) -> Response:
    """Return a secret with its value; that is on record before."""
    revealed = await caller.team.reveal(caller.actor, caller.environment, _known_key(key))
    data = secret(revealed.stored, caller.team.name)
    return _answer(request, {**data, "value": revealed.secret.value.reveal()})


@router.get("/secrets/{key}")
async def get_secret(request: Request, caller: Reader, key: str) -> Response:
    """Return a secret without its value."""
    stored = await caller.team.get(caller.environment, _known_key(key))
    return _answer(request, secret(stored, caller.team.name))


@router.put("/secrets/{key}")
async def update_secret(
    request: Request, caller: Writer, key: str, body: Annotated[SecretUpdateRequest, Body()]
) -> Response:
    """Change a secret that is there."""
    key = _known_key(key)
    description = body.description
    if description is None and "description" in body.model_fields_set:
        description = ""  # null takes it away
    if description is not None:
        check_description(description)
    place = (caller.actor, caller.environment)
    if body.value is not None:
        value = check_value(_utf8(body.value), allow_empty=True)
        write = Write(key, value, description=description)
        stored = (await caller.team.put(*place, write, existing=True)).secret
    elif description is not None:
        stored = await caller.team.describe(*place, key, description)
    else:
        stored = await caller.team.get(caller.environment, key)
    return _answer(request, secret(stored, caller.team.name))


@router.delete("/secrets/{key}")
async def delete_secret(request: Request, caller: Writer, key: str) -> Response:
    """Delete a secret."""
    await caller.team.delete(caller.actor, caller.environment, _known_key(key))
    return _answer(request, None)


@router.post("/credentials/check")
async def check_requirements(
    request: Request, caller: Reader, body: Annotated[CheckRequirementsRequest, Body()]
) -> Response:
    """Tell which of an app's requirements are not met."""
    wanted = [one for one in body.secrets or () if not one.optional]
    names = [one.key for one in wanted if is_key(one.key)]
    known = await caller.team.known(caller.environment, names)
    missing = [one.key for one in wanted if one.key not in known or known[one.key].empty]
    connections = [*(body.credentials or ()), *(body.integrations or ())]
    errors = [secret_missing(key) for key in missing]
    errors += [credential_missing(one.key) for one in connections if not one.optional]
    return _answer(request, checked(errors))


@router.get("/me")
async def me(request: Request, caller: Anybody) -> Response:
    """Return whom the token stands for, and what it allows."""
    token = caller.token
    data = {
        "user": {"id": token.id, "username": token.name, "name": token.name},
        "team": _team(caller),
        "org": None,
        "scopes": list(token.scopes),
        "personal_team_id": None,
        "platform_power": False,
    }
    return _answer(request, data)


@router.get("/teams")
async def teams(request: Request, caller: Anybody) -> Response:
    """Return the token's team."""
    return _answer(request, [_team(caller)])


@router.api_route(
    "/integrations/{rest:path}",
    methods=["GET", "POST", "PUT", "DELETE"],
    include_in_schema=False,
)
async def integrations(caller: Anybody, rest: str) -> Response:  # noqa: ARG001  # both are checked
    """Say that these moved to /credentials."""
    link = '</credentials/check>; rel="successor-version"'
    raise Failure(410, "Integrations are called credentials now.", "gone", headers={"Link": link})


async def _list(
    request: Request,
    caller: Caller,
    cursor: str | None,
    limit: int | None,
    filters: list[Filter] | None,
) -> Response:
    state: State = request.app.state.server
    limit = min(limit or _DEFAULT_LIMIT, _MOST)
    scope = f"{caller.team.name}/{caller.environment}"
    span = decode_cursor(state.cursors, scope, cursor or "", limit)
    page = await caller.team.page(caller.environment, span, as_test(filters or ()))
    first = page.items[0].place if page.items and page.has_previous else None
    last = page.items[-1].place if page.items and page.has_next else None
    data = {
        "items": [secret(one, caller.team.name) for one in page.items],
        "next_cursor": encode_cursor(state.cursors, scope, last) if last else "",
        "prev_cursor": encode_cursor(state.cursors, scope, first, before=True) if first else "",
        "has_next": last is not None,
        "has_previous": first is not None,
        "items_per_page": limit,
    }
    return _answer(request, data)


def _parsed(text: str | None) -> list[Filter] | None:
    """Return the filters of a query string, which are JSON there."""
    if not text:
        return None
    try:
        return _FILTERS.validate_json(text)
    except ValidationError:
        raise Failure(400, "The filters are not a JSON list of conditions.") from None


def _answer(request: Request, data: Any, status: int = HTTPStatus.OK) -> Response:
    """Return data in the envelope, or bare for clients of the older version 2."""
    bare = request.headers.get("x-api-version", "").strip() == "2"
    body = json.dumps(data if bare else {"data": data, "messages": []})
    return Response(body, status, media_type="application/json")


def _known_key(key: str) -> str:
    """Return a key that may exist; what is no name is not found, as is any other unknown one."""
    if not is_key(key):
        raise not_found()
    return key


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise UsageError("The value is not UTF-8 text.") from None


def _team(caller: Caller) -> dict[str, object]:
    token = caller.token
    return {"id": token.team, "name": token.team, "username": token.team, "role": token.role}


def _title(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"
