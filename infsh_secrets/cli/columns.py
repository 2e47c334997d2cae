"""Which columns of a table with secrets a terminal has room for, and how wide each may be."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

KEY, VALUE, DESCRIPTION, ENVIRONMENT, VERSION, WHEN = range(6)
GAP = 2
_LEAST_KEY = 28
_NARROWEST_KEY = 8
_LEAST_LAST = 12
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


def fit_check(natural: Sequence[int], width: int) -> list[int]:
    """Return the width of each column of `check`, 0 for one that is left out.

    They are key, status, source, line and description. The last is shortened before anything is
    left out; key and status are always there, and a very long key is folded.
    """
    widths = list(natural)
    room = width - widths[1] - GAP
    whole = max(_LEAST_KEY, width // 2)
    widest = whole if natural[KEY] <= whole else _LEAST_KEY
    widths[KEY] = min(natural[KEY], widest, max(room, _NARROWEST_KEY))
    last = len(widths) - 1
    least = min(natural[last], _LEAST_LAST)
    for column in (last, 3, 2):
        if _total(widths) - widths[last] + min(widths[last], least) <= width:
            break
        widths[column] = 0
    over = _total(widths) - width
    if over > 0 and widths[last]:
        widths[last] -= over
    return widths


def _total(widths: Sequence[int]) -> int:
    shown = [width for width in widths if width]
    return sum(shown) + GAP * (len(shown) - 1)
