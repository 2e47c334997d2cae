"""Who asks, and whether they may: every route depends on `authenticate`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.domain.names import DEFAULT_ENVIRONMENT, check_environment
from infsh_secrets.server.failures import Failure
from infsh_secrets.server.tokens import ADMIN, OWNER, TeamRow, Token

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence

    from infsh_secrets.server.held import Actor
    from infsh_secrets.server.limits import Limits, Rate, RateLimit
    from infsh_secrets.server.teams import Team, Teams
    from infsh_secrets.server.tokens import TokenDatabase

ENVIRONMENT_HEADER = "X-Infsh-Environment"
_TEAM_HEADER = "X-Team-ID"
_LEADING = (OWNER, ADMIN)


class State(NamedTuple):
    """What the routes of a server share; it is `app.state.server`."""

    tokens: TokenDatabase
    teams: Teams
    limits: Limits
    failed_logins: RateLimit
    requests: RateLimit
    cursors: bytes


class Exchange:
    """One request and its answer, for the log and for what every answer carries."""

    __slots__ = ("address", "headers", "request_id", "token")

    def __init__(self, request_id: str, address: str) -> None:
        self.request_id = request_id
        self.address = address
        self.token: Token | None = None
        self.headers: list[tuple[str, str]] = []


class Caller(NamedTuple):
    """Who asks, with a valid token: in which team and environment, and what the token allows."""

    token: Token
    team: Team
    environment: str

    @property
    def actor(self) -> Actor:
        """Who the record says it was."""
        return self.token.actor


class AuthenticatedRoute(APIRoute):
    """A route that looks at the token before it looks at anything else of a request."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_known(request: Request) -> Response:
            await authenticate(request)
            return await handle(request)

        return handle_known


async def authenticate(request: Request) -> Caller:
    """Return who asks, from the bearer token; a Failure 401, 429, 403 or 400 for all others."""
    known: Caller | None = request.scope.get("infsh.caller")
    if known is not None:
        return known
    state: State = request.app.state.server
    exchange: Exchange = request.scope["infsh.exchange"]
    token = _token(request, state, exchange)
    exchange.token = token
    _count(state, exchange, token)
    _check_team(request, token)
    row = TeamRow(token.team, token.vault, 0)
    caller = Caller(token, state.teams.team(row), _environment(request))
    request.scope["infsh.caller"] = caller
    return caller


def needs(*scopes: str, leading: bool = False) -> Callable[..., Awaitable[Caller]]:
    """Return a dependency: a caller whose token has one of these scopes; none are all callers.

    With `leading` the token must also have the role of an owner or admin.
    """

    async def allowed(caller: Caller = Depends(authenticate)) -> Caller:  # noqa: B008  # its way
        return _check(caller, scopes, leading=leading)

    return allowed


def _check(caller: Caller, scopes: Sequence[str], *, leading: bool) -> Caller:
    token = caller.token
    if scopes and not set(scopes).intersection(token.scopes):
        raise Failure(
            403,
            f"The token lacks the scope {scopes[0]}.",
            "insufficient_scope",
            meta={"required_scope": scopes[0]},
        )
    if leading and token.role not in _LEADING:
        raise Failure(
            403,
            "This needs the role of an admin or owner of the team.",
            "team_role_required",
            meta={
                "capability": "manage_vault",
                "actual_role": token.role,
                "required_role": ADMIN,
            },
        )
    return caller


def _token(request: Request, state: State, exchange: Exchange) -> Token:
    kind, _, text = request.headers.get("authorization", "").partition(" ")
    text = text.strip()
    if kind.lower() != "bearer" or not text:
        raise _unauthorized("A bearer token is needed.")
    token = state.tokens.resolve(text)
    if token is not None and token.usable(_now_ms()):
        return token
    if state.failed_logins.look(exchange.address).exceeded:
        rate = state.failed_logins.look(exchange.address)
        raise _too_many("There were too many failed logins from this address.", rate)
    state.failed_logins.add(exchange.address)
    if token is None:
        raise _unauthorized("The token is not valid.")
    raise _unauthorized("The token is revoked." if token.revoked else "The token has expired.")


def _count(state: State, exchange: Exchange, token: Token) -> None:
    if not state.limits.requests:
        return
    rate = state.requests.add(token.id)
    exchange.headers += [
        ("X-RateLimit-Limit", str(rate.limit)),
        ("X-RateLimit-Remaining", str(rate.remaining)),
        ("X-RateLimit-Reset", str(rate.reset)),
    ]
    if rate.exceeded:
        raise _too_many("There were too many requests with this token.", rate)


def _check_team(request: Request, token: Token) -> None:
    if request.headers.get(_TEAM_HEADER, token.team) != token.team:
        raise Failure(403, "The token is not one of this team.", "forbidden")


def _environment(request: Request) -> str:
    try:
        return check_environment(request.headers.get(ENVIRONMENT_HEADER, DEFAULT_ENVIRONMENT))
    except UsageError as error:
        raise Failure(400, error.message) from None


def _unauthorized(detail: str) -> Failure:
    return Failure(401, detail, headers={"WWW-Authenticate": "Bearer"})


def _too_many(detail: str, rate: Rate) -> Failure:
    wait = max(1, rate.reset - int(time.time()))
    return Failure(429, detail, headers={"Retry-After": str(wait)})


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
