"""Whether the server lives and can serve: for those who watch it, without a token."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response

from infsh_secrets.domain.errors import InfshError
from infsh_secrets.server.access import State
from infsh_secrets.server.failures import Failure

router = APIRouter()
_METHODS = ["GET", "HEAD"]
_OK = b'{"status":"ok"}'


@router.api_route("/healthz", methods=_METHODS, include_in_schema=False)
async def health() -> Response:
    """Return 200 while the process answers at all."""
    return Response(_OK, media_type="application/json")


@router.api_route("/readyz", methods=_METHODS, include_in_schema=False)
async def ready(request: Request) -> Response:
    """Return 200 while the database of tokens can be read, else 503."""
    state: State = request.app.state.server
    try:
        state.tokens.teams()
    except InfshError:
        raise Failure(503, "The database of tokens cannot be read.") from None
    return Response(_OK, media_type="application/json")
