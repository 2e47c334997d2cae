"""Every form in which a secret value may stand in the output of a program."""

from __future__ import annotations

from infsh_secrets.domain.binary_notations import (
    LINE_ENDS,
    base32,
    base64_forms,
    hexadecimal,
    long_wrapped,
    numbers,
    wrapped,
)
from infsh_secrets.domain.notations import (
    common_notations,
    is_plain,
    notations,
    plain_notations,
)
from infsh_secrets.domain.value_parts import lines, parts
from infsh_secrets.domain.weak_values import SHORTEST, is_weak

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

LARGE = 4096
"""Bytes; of a longer value fewer forms are looked for, so that memory has a bound."""


def is_redacted(value: bytes) -> bool:
    """Tell whether a value is long and rare enough to be looked for in output.

    White space around it does not count. It is not when it has under 6 bytes, under 8 that are all
    digits, no letters or digits or only one character in all, or is a word such as `localhost`.
    """
    return not is_weak(value)


def forms(value: bytes) -> list[bytes]:
    """Return the byte strings that show `value` in a program's output; all of them are secret.

    They are unique, of at least 6 bytes, the value itself first and the common ones early. Any
    bytes are accepted; nothing is returned for what is not `is_redacted`. Of a value of more than
    4 KiB, base64 in lines is found only where it begins with the value, and rare notations are left
    out: all forms together have about 50 times the size of a text.
    """
    if not is_redacted(value):
        return []
    found = dict.fromkeys((value, value.strip()))
    bare = value.strip()
    rich = len(bare) <= LARGE
    _add_text(found, bare, rich=rich)
    _add_whole(found, bare, rich=rich)
    for part in parts(bare):
        _add_part(found, part, rich=rich)
    return [form for form in found if len(form) >= SHORTEST]


def _add_whole(found: dict[bytes, None], bare: bytes, *, rich: bool) -> None:
    """Add what is looked for only in whole values: wrapped and wide forms, other letters' cases."""
    _add(found, base64_forms(bare))
    _add(found, hexadecimal(bare, rich=rich))
    if rich:
        found[base32(bare)] = None
        _add(found, numbers(bare))
    text = _text(bare)
    if not bare.split(None, 1)[1:]:
        for case in (text.lower(), text.upper()):
            found[case.encode("utf-8", "surrogateescape")] = None
    _add(found, wrapped(bare) if rich else long_wrapped(bare))
    for encoding in ("utf-16-le", "utf-16-be"):
        found[text.encode(encoding, "surrogatepass")] = None


def _add_part(found: dict[bytes, None], part: bytes, *, rich: bool) -> None:
    found[part] = None
    _add_text(found, part, rich=rich)
    if rich:
        _add(found, base64_forms(part))
        _add(found, (part.hex().encode(), part.hex().upper().encode()))


def _add_text(found: dict[bytes, None], bare: bytes, *, rich: bool) -> None:
    """Add the lines of a value and its notations, with either kind of line ends."""
    unix = bare.replace(b"\r\n", b"\n")
    kinds = [bare]
    if b"\n" in unix:
        kinds = list(dict.fromkeys((bare, unix, unix.replace(b"\n", b"\r\n"))))
        _add(found, (unix.replace(b"\n", line_end) for line_end in LINE_ENDS))
        for line in lines(unix):
            found[line] = None
            if rich and not is_plain(line):
                _add_notations(found, line, every=False)
    if not is_plain(bare):
        for kind in kinds if rich else kinds[:1]:
            _add_notations(found, kind, every=rich)
    else:
        _add(found, (notation.encode() for notation in plain_notations(bare.decode())))


def _add_notations(found: dict[bytes, None], value: bytes, *, every: bool) -> None:
    text = _text(value)
    for notation in notations(text) if every else common_notations(text):
        found[notation.encode("utf-8", "surrogateescape")] = None


def _add(found: dict[bytes, None], more: Iterable[bytes]) -> None:
    found.update(dict.fromkeys(more))


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")
