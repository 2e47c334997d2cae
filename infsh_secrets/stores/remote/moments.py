"""Times as servers write them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LATEST_MS = 253_402_300_799_000


def milliseconds(text: Any) -> int:
    """Return an RFC 3339 time as milliseconds since 1970, UTC; 0 for anything else."""
    from datetime import UTC, datetime

    if not isinstance(text, str):
        return 0
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return min(max(0, round(moment.timestamp() * 1000)), _LATEST_MS)
    except (ValueError, OverflowError):
        return 0
