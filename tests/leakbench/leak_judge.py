"""What of a secret can be found in what came out of a program."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from leak_rows import AFTER, BEFORE, SECRETS

if TYPE_CHECKING:
    from leak_rows import Row, Text

CLEAN, LEAK, BROKEN = "clean", "LEAK", "broken"

PIECE = 12
"""Bytes of the secret, or of its encoded form, that must not come out together."""

EARLY = 2
"""Bytes of one secret that a terminal may show after half a second of silence."""

EDGES = 4
"""Characters of base64 at the edges of a secret that depend on its neighbours too, and padding."""

_AFTER = AFTER.rstrip(b"\n")
_SEQUENCE = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]")


def verdict(row: Row, stdout: bytes, stderr: bytes = b"", *, terminal: bool = False) -> str:
    """Judge what a row's program brought out; a terminal has both in one.

    It leaks if any 12 bytes in a row of the value or of what was printed for it can be found, with
    or without colours, line breaks and NULs. It is broken if something is missing: the words around
    each secret, one mark between them that names the secret, or more than 4 bytes stand beside it.
    """
    shown = row.texts(SECRETS[row.secret])
    if row.title.startswith("isatty"):
        expected = b"a terminal" if terminal else b"no terminal"
        return CLEAN if BEFORE + expected + _AFTER in stdout else BROKEN
    if leaks(row, shown, stdout + b"\n" + stderr):
        return LEAK
    output = stdout if row.descriptor == 1 or terminal else stderr
    other = stderr if row.descriptor == 1 else stdout
    complete = all_there(row, shown, output) and (terminal or not other)
    return CLEAN if complete else BROKEN


def leaks(row: Row, shown: list[Text], output: bytes) -> bool:
    """Tell whether a piece of the secret can be found in the output."""
    views = _views(output)
    secrets = {SECRETS[row.secret].encode(), *(text.secret for text in shown)}
    secrets |= {secret.translate(None, b"\r\n\0") for secret in secrets}
    return any(piece in view for secret in secrets for piece in _pieces(secret) for view in views)


def _pieces(secret: bytes) -> set[bytes]:
    size = min(PIECE, len(secret))
    return {secret[i : i + size] for i in range(len(secret) - size + 1)}


def _views(output: bytes) -> set[bytes]:
    plain = {output, _SEQUENCE.sub(b"", output)}
    return plain | {view.translate(None, b"\r\n\0") for view in plain}


def all_there(row: Row, shown: list[Text], output: bytes) -> bool:
    """Tell whether the output has each text between its words, with one mark for the secret."""
    mark = b"[REDACTED:%s]" % row.secret.encode()
    found = re.findall(
        re.escape(BEFORE) + b"(.*?)" + re.escape(_AFTER),
        _SEQUENCE.sub(b"", output),
        re.DOTALL,
    )
    if len(found) != len(shown):
        return False
    for text, came in zip(shown, found, strict=True):
        if came.count(mark) != 1:
            return False
        around = len(text.shown.translate(None, b"\r\n")) - len(text.secret)
        rest = came.replace(mark, b"").translate(None, b"\r\n")
        if len(rest) > max(0, around) + EDGES:
            return False
    return True
