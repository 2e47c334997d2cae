"""The log: a line of JSON for each request, with these fields and no others."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from infsh_secrets.server.access import Exchange


class AccessLog:
    """Writes lines to a stream: neither paths nor queries, headers, bodies or tokens.

    The route is the pattern that matched, since names stand in paths. A stream that is gone is not
    a reason to stop serving.
    """

    def __init__(self, stream: IO[str] | None = None) -> None:
        self._stream = stream

    def request(
        self, exchange: Exchange, method: str, route: str, status: int, seconds: float
    ) -> None:
        """Note one request and how it ended; status 0 is none sent."""
        token = exchange.token
        self._write(
            {
                "request_id": exchange.request_id,
                "method": method,
                "route": route,
                "status": status,
                "ms": round(seconds * 1000, 1),
                "address": exchange.address,
                "team": token.team if token else None,
                "token": token.id if token else None,
            }
        )

    def fault(self, request_id: str, what: str) -> None:
        """Note an error that the operator should look at; `what` carries no data."""
        self._write({"request_id": request_id, "error": what})

    def note(self, what: str) -> None:
        """Note something that is not about one request."""
        self._write({"note": what})

    def _write(self, fields: dict[str, object]) -> None:
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        stream = self._stream or sys.stderr
        try:
            stream.write(json.dumps({"time": time, **fields}) + "\n")
            stream.flush()
        except (OSError, ValueError):
            return
