"""The file of a unit's `EnvironmentFile=`.

https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#EnvironmentFile=
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from infsh_secrets.formats.model import Written

if TYPE_CHECKING:
    from infsh_secrets.formats.model import Pairs

_BARE = re.compile(r"[A-Za-z0-9_./:@%+,=-]+")
_SPECIAL = re.compile(r'["\\`$]')


def write(pairs: Pairs) -> Written:
    """Return a line for each secret, or several where the value has several."""
    return Written("".join([f"{key}={_quoted(value)}\n" for key, value in pairs]), [])


def _quoted(value: str) -> str:
    if _BARE.fullmatch(value):
        return value
    if "'" not in value and "\\" not in value:
        return f"'{value}'"
    return '"' + _SPECIAL.sub(r"\\\g<0>", value) + '"'
