"""Versions and ages as words: rows of tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infsh_secrets.domain.masking import to_ascii
from infsh_secrets.domain.results import EXPIRED, EXPIRING
from infsh_secrets.domain.times import age, rfc3339

if TYPE_CHECKING:
    from infsh_secrets.domain.results import SecretHistory, StaleSecret

HISTORY_TITLES = ("ver", "value", "fingerprint", "written", "")
STALE_TITLES = ("key", "why", "env", "ver")
NOTHING_STALE = "Nothing needs rotating."


def history_rows(result: SecretHistory, now: int, *, unicode: bool) -> list[tuple[str, ...]]:
    """Return the cells of each version; the last says which is the current one."""
    newest = "current" if result.info.deleted is None else "deleted"
    return [
        (
            str(version.number),
            version.masked if unicode else to_ascii(version.masked),
            version.fingerprint,
            f"{rfc3339(version.created)} ({age(version.created, now)})",
            newest if version.number == result.info.version else "",
        )
        for version in result.versions
    ]


def stale_row(one: StaleSecret, now: int) -> tuple[str, ...]:
    """Return the cells of a secret that needs rotating."""
    info = one.info
    return info.key, ", ".join(_reasons(one, now)), info.environment, str(info.version)


def _reasons(one: StaleSecret, now: int) -> list[str]:
    words = []
    for reason in one.reasons:
        if reason == EXPIRED:
            words.append(f"expired {age(one.info.expires or 0, now)}")
        elif reason == EXPIRING:
            words.append(f"expires {age(one.info.expires or 0, now)}")
        else:
            words.append(f"last changed {age(one.written, now)}")
    return words
