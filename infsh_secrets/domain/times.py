"""Times as people write and read them. Inside, a time is milliseconds since 1970, UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from infsh_secrets.domain.errors import UsageError

_AGE = re.compile(r"(\d{1,6})([smhdwy])", re.ASCII)
_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "y": 365 * 86400}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST_MS = 253_402_300_799_000  # the end of the year 9999


def parse_age(text: str) -> int:
    """Return the milliseconds in `90d`, `12h`, `2w`, `1y` …; UsageError for anything else."""
    match = _AGE.fullmatch(text)
    if not match:
        raise UsageError("This is not a length of time.", "Write it as in 90d, 12h, 2w or 1y.")
    return int(match[1]) * _UNIT_SECONDS[match[2]] * 1000


def parse_moment(text: str, now: int) -> int:
    """Return the time that `90d` from `now`, a date or an RFC 3339 time means."""
    if _AGE.fullmatch(text):
        return min(now + parse_age(text), _LATEST_MS)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            "This is not a date or a length of time.", "Write it as in 2027-03-31 or 90d."
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def rfc3339(moment: int | None) -> str | None:
    """Return `2026-11-22T03:04:05Z`; None for None."""
    if moment is None:
        return None
    return (_EPOCH + timedelta(seconds=min(moment, _LATEST_MS) // 1000)).strftime(
        "%Y-%m-%dT%H:%M:%SZ"
    )


def age(moment: int, now: int) -> str:
    """Return in words how long ago or how far ahead a time is: `3 days ago`, `in 2 hours`."""
    seconds = (now - moment) // 1000
    ahead = seconds < 0
    seconds = abs(seconds)
    for unit, size in (("year", 365 * 86400), ("day", 86400), ("hour", 3600), ("minute", 60)):
        count = seconds // size
        if count:
            words = f"{count} {unit}{'' if count == 1 else 's'}"
            return f"in {words}" if ahead else f"{words} ago"
    return "in a moment" if ahead else "just now"
