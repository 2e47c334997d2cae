"""Writing .env files: each value in the quotes that the most readers understand.

A value without special characters stands bare, most others in single quotes, one with a single
quote in double quotes: python-dotenv, Node's `--env-file` and a shell's `set -a; . ./.env` read all
of these the same. What no such form can hold is written as python-dotenv alone reads it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from infsh_secrets.formats.model import Written, some

if TYPE_CHECKING:
    from infsh_secrets.formats.model import Pairs

# zsh looks for a program where = stands at the beginning or after a colon.
_BARE = re.compile(r"(?:[A-Za-z0-9_./:@%+,-]*[A-Za-z0-9_./@%+,-]={0,2})?")
_NOT_IN_SINGLE = re.compile(r"['\r]|\\\\|\\\Z")
_NOT_IN_DOUBLE = re.compile(r'["\\$`\r]')
_ESCAPED = re.compile(r'["\\\r]')
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\r": "\\r"}
_GUARD = ' #"x'
"""A comment after a value that ends with a backslash.

Before its version 1.2, python-dotenv took the quote after it for an escaped one where a later quote
could end the value; the one in this comment cannot, and so the first one does.
"""


def write(pairs: Pairs) -> Written:
    """Return a line for each secret, or several where the value has several."""
    lines = []
    singular: list[str] = []
    replaced: list[str] = []
    for key, value in pairs:
        if _BARE.fullmatch(value):
            lines.append(f"{key}={value}\n")
            continue
        if "${" in value:
            replaced.append(key)
        if not _NOT_IN_SINGLE.search(value):
            lines.append(f"{key}='{value}'\n")
        elif not _NOT_IN_DOUBLE.search(value):
            lines.append(f'{key}="{value}"\n')
        else:
            singular.append(key)
            text = _ESCAPED.sub(lambda match: _ESCAPES[match[0]], value)
            lines.append(f'{key}="{text}"{_GUARD if value[-1] == chr(92) else ""}\n')
    return Written("".join(lines), _notices(singular, replaced))


def _notices(singular: list[str], replaced: list[str]) -> list[str]:
    notices = []
    if singular:
        notices.append(
            f"Written as python-dotenv and `infsh secrets import` read it, other readers of .env "
            f"files may not: {some(singular)}."
        )
    if replaced:
        notices.append(
            "A ${NAME} in a value is replaced by python-dotenv, unless it is told "
            f"interpolate=False: {some(replaced)}."
        )
    return notices
