"""The application: the contracts, what they share, and the guard around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException

from infsh_secrets.domain.errors import InfshError
from infsh_secrets.server.access import State
from infsh_secrets.server.access_log import AccessLog
from infsh_secrets.server.failures import (
    Failure,
    as_failure,
    contract_of,
    describe_fault,
    is_fault,
)
from infsh_secrets.server.guard import Guard
from infsh_secrets.server.limits import Limits, RateLimit
from infsh_secrets.server.routes import health, inference, julep, julep3
from infsh_secrets.server.teams import Teams

if TYPE_CHECKING:
    from starlette.responses import Response

    from infsh_secrets.server.data import ServerData
    from infsh_secrets.server.failures import Contract

OPEN_ROUTES = frozenset(("/healthz", "/readyz"))
"""The routes that need no token; all others depend on `access.authenticate`."""


class Application(NamedTuple):
    """`asgi` is what is served; `api` and `teams` are parts of it."""

    asgi: Guard
    api: FastAPI
    teams: Teams


def contracts() -> list[Contract]:
    """Return all contracts; the first is that of whatever belongs to no other."""
    return [inference.contract(), julep.contract(), julep3.contract()]


def build(
    data: ServerData,
    limits: Limits | None = None,
    log: AccessLog | None = None,
    *,
    behind_proxy: bool = False,
) -> Application:
    """Return the application over a folder; the caller closes its teams, then the folder."""
    limits, log = limits or Limits(), log or AccessLog()
    teams = Teams(data)
    known = contracts()
    api = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    api.state.server = State(
        data.tokens,
        teams,
        limits,
        RateLimit(limits.failed_logins),
        RateLimit(limits.requests),
        data.key.cursors(),
    )
    api.include_router(health.router)
    for contract in known:
        api.include_router(contract.router, prefix=contract.prefix)
    _handle_errors(api, known, log)
    return Application(Guard(api, known, limits, log, behind_proxy=behind_proxy), api, teams)


def _handle_errors(api: FastAPI, known: list[Contract], log: AccessLog) -> None:
    from fastapi.exceptions import RequestValidationError

    async def handle(request: Request, error: Exception) -> Response:
        request_id: str = request.scope["infsh.exchange"].request_id
        if is_fault(error):
            log.fault(request_id, describe_fault(error))
        failed = contract_of(known, request.scope["path"]).failed
        return failed(as_failure(error), request_id)

    for kind in (Failure, InfshError, HTTPException, RequestValidationError, Exception):
        api.add_exception_handler(kind, handle)
