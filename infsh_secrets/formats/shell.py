"""Commands that set variables in a shell, to be given to its `eval` or read by `source`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from infsh_secrets.formats.model import UnfitError, Written

if TYPE_CHECKING:
    from infsh_secrets.formats.model import Pairs

_BARE = re.compile(r"[A-Za-z0-9_./:@%+,-]+")
_SPECIAL = re.compile(r"['\\]")


def write(pairs: Pairs) -> Written:
    """Return `export` commands for sh, dash, bash, zsh and ksh.

    fish reads them as well but for values with line breaks. A backslash stands outside the quotes,
    because inside of single ones fish takes it for an escape.
    """
    return Written("".join([f"export {key}={_quoted(value)}\n" for key, value in pairs]), [])


def write_fish(pairs: Pairs) -> Written:
    """Return `set` commands for fish, which cannot hold a NUL and nothing else is wrong with."""
    for key, _ in pairs:
        if key in _READ_ONLY_IN_FISH:
            raise UnfitError(key, "fish", "fish does not let its own variable be set")
    return Written("".join([f"set -gx {key} {_quoted(value)}\n" for key, value in pairs]), [])


_READ_ONLY_IN_FISH = frozenset(
    ("PWD", "SHLVL", "_", "history", "hostname", "pipestatus", "status", "umask", "version")
)


def _quoted(value: str) -> str:
    if _BARE.fullmatch(value):
        return value
    return "'" + _SPECIAL.sub(r"'\\\g<0>'", value) + "'"
