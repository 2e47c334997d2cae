"""What can be done to a value on its way into a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def _json(value: str) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)


def _url(value: str) -> str:
    from urllib.parse import quote

    return quote(value, safe="")


def _shell(value: str) -> str:
    import shlex

    return shlex.quote(value)


def _base64(value: str) -> str:
    import base64

    return base64.b64encode(value.encode()).decode()


FILTERS: dict[str, Callable[[str], str]] = {
    "json": _json,
    "url": _url,
    "shell": _shell,
    "base64": _base64,
}
"""A JSON string with its quotes; percent-encoded but for letters, digits and -._~; one word of a
POSIX shell; base64 (RFC 4648) with padding."""

MOST_FILTERS = 4
