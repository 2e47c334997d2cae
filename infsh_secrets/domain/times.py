"""Times as people write and read them. Inside, a time is milliseconds since 1970, UTC."""

from __future__ import annotations

import time

from infsh_secrets.domain.errors import UsageError

_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "y": 365 * 86400}
_MOST_DIGITS = 6
_MOST_TEXTS = 4096
_texts: dict[int, str] = {}
_LATEST_MS = 253_402_300_799_000  # the end of the year 9999


def _parse_age(text: str) -> int | None:
    number, unit = text[:-1], text[-1:]
    known = unit in _UNIT_SECONDS and len(number) <= _MOST_DIGITS
    if known and number.isascii() and number.isdigit():
        return int(number) * _UNIT_SECONDS[unit] * 1000
    return None


def parse_age(text: str) -> int:
    """Return the milliseconds in `90d`, `12h`, `2w`, `1y` …; UsageError for anything else."""
    length = _parse_age(text)
    if length is None:
        raise UsageError("This is not a length of time.", "Write it as in 90d, 12h, 2w or 1y.")
    return length


def parse_moment(text: str, now: int) -> int:
    """Return the time that `90d` from `now`, a date or an RFC 3339 time means."""
    length = _parse_age(text)
    if length is not None:
        return min(now + length, _LATEST_MS)
    from datetime import UTC, datetime

    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        milliseconds = int(moment.timestamp() * 1000)
    except (ValueError, OverflowError):
        milliseconds = 0
    if milliseconds <= 0:
        raise UsageError(
            "This is not a date or a length of time.", "Write it as in 2027-03-31 or 90d."
        )
    return milliseconds


def rfc3339(moment: int | None) -> str | None:
    """Return `2026-11-22T03:04:05Z`; None for None."""
    if moment is None:
        return None
    return _seconds(min(moment, _LATEST_MS) // 1000)


def _seconds(moment: int) -> str:
    """Return the text of a time; secrets that were written together have the same ones."""
    text = _texts.get(moment)
    if text is None:
        if len(_texts) >= _MOST_TEXTS:
            _texts.clear()
        text = _texts[moment] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))
    return text


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
