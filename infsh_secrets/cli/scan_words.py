"""What `scan` has found, as words and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infsh_secrets.domain.form_kinds import PLAIN
from infsh_secrets.domain.scan_results import HISTORY, STAGED, HookInstalled

if TYPE_CHECKING:
    from infsh_secrets.domain.scan_results import Leak, ScanResult

_TEXTS = {
    STAGED: ("staged file", "staged files"),
    HISTORY: ("file or message", "files and messages"),
}
_FILES = ("file", "files")
_UNIT = 1000
_NOT_ALL = " (not everything was searched)"


def rows(result: ScanResult) -> list[tuple[str, ...]]:
    """Return what is found as file:line:column KEY, one a row; the form unless it is plain."""
    return [(line(leak),) for leak in result.leaks]


def line(leak: Leak) -> str:
    """Return one place as file:line:column KEY; in which form, unless it is the plain one."""
    form = "" if leak.form == PLAIN else f" ({leak.form})"
    return f"{leak.place} {leak.key}{form}"


def sentences(result: ScanResult | HookInstalled) -> list[str]:
    """Return what is found, and in what it was."""
    if isinstance(result, HookInstalled):
        said = "is there already" if result.action == "unchanged" else f"was {result.action}"
        return [
            f"The hook {result.path} {said}: commits with a secret of your vault are stopped.",
        ]
    lines = [line(leak) for leak in result.leaks]
    if lines:
        lines.append("")
    texts = _count(result.texts, *_TEXTS.get(result.what, _FILES))
    where = f"in {texts}, {_size(result.bytes)}"
    if result.unread:
        where += _NOT_ALL
    keys = len({leak.key for leak in result.leaks})
    if not keys:
        looked = _count(result.keys, "secret", "secrets")
        return [f"None of {looked} was found {where}."]
    places = _count(len(result.leaks), "place", "places")
    return [*lines, f"Found {_count(keys, 'secret', 'secrets')} at {places} {where}."]


def names(result: ScanResult | HookInstalled) -> list[str]:
    """Return the secrets that were found, or the path of the hook."""
    if isinstance(result, HookInstalled):
        return [result.path]
    return sorted({leak.key for leak in result.leaks})


def as_data(result: ScanResult | HookInstalled) -> dict[str, Any]:
    """Return it as what JSON can hold; commits and forms are whole."""
    if isinstance(result, HookInstalled):
        return result._asdict()
    return {
        "what": result.what,
        "complete": not result.unread and not result.crowded,
        "findings": [
            {
                "key": leak.key,
                "environments": list(leak.environments),
                "file": leak.path,
                "line": leak.line,
                "column": leak.column,
                "form": leak.form,
                "commit": leak.commit or None,
            }
            for leak in result.leaks
        ],
        "searched": {
            "secrets": result.keys,
            "texts": result.texts,
            "bytes": result.bytes,
            "binaries_skipped": result.skipped,
        },
        "unread": [{"file": one.path, "reason": one.reason} for one in result.unread],
    }


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _size(number: int) -> str:
    if number < _UNIT:
        return _count(number, "byte", "bytes")
    return f"{number / _UNIT:.0f} kB" if number < _UNIT**2 else f"{number / _UNIT**2:.1f} MB"
