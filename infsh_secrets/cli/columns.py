"""Which columns of the list of secrets a terminal has room for, and how wide each may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY, VALUE, DESCRIPTION, ENVIRONMENT, VERSION, WHEN = range(6)
GAP = 2
_LEAST_KEY = 28
_LEAST_DESCRIPTION = 20
_LEAVE_IF_ONE_ENVIRONMENT = (ENVIRONMENT, VERSION, WHEN, DESCRIPTION, VALUE)
_LEAVE_IF_SEVERAL = (VERSION, WHEN, DESCRIPTION, VALUE, ENVIRONMENT)


def fit(natural: Sequence[int], width: int, *, one_environment: bool) -> list[int]:
    """Return the width of each column, 0 for one that is left out.

    The description is shortened before anything is left out; a key is never cut, only a very long
    one is folded.
    """
    widths = list(natural)
    widths[KEY] = min(natural[KEY], max(_LEAST_KEY, width // 2), width)
    least = min(natural[DESCRIPTION], _LEAST_DESCRIPTION)
    for column in _LEAVE_IF_ONE_ENVIRONMENT if one_environment else _LEAVE_IF_SEVERAL:
        if _total(widths) - widths[DESCRIPTION] + min(widths[DESCRIPTION], least) <= width:
            break
        widths[column] = 0
    over = _total(widths) - width
    if over > 0 and widths[DESCRIPTION]:
        widths[DESCRIPTION] -= over
    return widths


def _total(widths: Sequence[int]) -> int:
    shown = [width for width in widths if width]
    return sum(shown) + GAP * (len(shown) - 1)
