"""The masked form of a value: enough to recognise it, not enough to use it or learn its length."""

from __future__ import annotations

_BULLET = "\u2022"
MASK = _BULLET * 8
_SHORTEST_WITH_ENDS = 16
_MOST_ENDS = 4


def mask(value: str) -> str:
    """Return eight bullets, with the value's ends around them when it is long enough.

    The ends are at most four characters each and together at most a quarter of the value, so that
    under 16 characters nothing shows; ends that are not printable or are blank never show.
    """
    if len(value) < _SHORTEST_WITH_ENDS:
        return MASK
    shown = min(_MOST_ENDS, len(value) // 8)
    head, tail = value[:shown], value[-shown:]
    ends = head + tail
    if not ends.isprintable() or " " in ends or _BULLET in ends:
        return MASK
    return head + MASK + tail


def to_ascii(masked: str) -> str:
    """Return `masked` for an output that cannot show the bullet."""
    return masked.replace(_BULLET, "*").encode("ascii", "replace").decode("ascii")
