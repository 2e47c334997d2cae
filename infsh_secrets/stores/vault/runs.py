"""Runs of programs that were given secrets, as the use log and the audit chain name them.

A run stands among the subjects of a use as *marks*: an action of its own, a text, a number. They
need no other format, and a reader that does not know them passes over them. On the start-up path of
`run`.
"""

from __future__ import annotations

from infsh_secrets.crypto.binding import sha256
from infsh_secrets.stores.vault.layout import lp, u64

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from infsh_secrets.stores.vault.uselog import Mark, Used

RUN = "run"
"""The program's name, and a number that runs of it with the same secrets and manifest share."""
MANIFEST = "manifest"
"""The manifest's path, and 0; a run without a manifest has no such mark."""
BEGAN = "began"
"""In a line of the log that tells an end: the id of the line that tells the beginning, and 0."""
ENDED = "ended"
"""An exit status in decimal, and how often it was that."""
LASTED = "lasted"
"""No text, and the milliseconds that the latest run to end has taken."""

LONGEST_PROGRAM = 128
_LONGEST_PATH = 4096


def started(program: str, manifest: str, subjects: Sequence[Used]) -> list[Mark]:
    """Return the marks of a run that is about to start.

    `program` and `manifest` are texts that are safe to keep; too long ones are cut.
    """
    name = _storable(program)[:LONGEST_PROGRAM]
    path = _storable(manifest)[:_LONGEST_PATH]
    marks = [(RUN, name, _number(name, path, subjects))]
    if path:
        marks.append((MANIFEST, path, 0))
    return marks


def ended(start: Sequence[Mark], line: bytes, status: int, milliseconds: int) -> list[Mark]:
    """Return the marks of the end of a run: how it started, in which line, and how it ended."""
    return [
        *start,
        (BEGAN, line.hex(), 0),
        (ENDED, str(status), 1),
        (LASTED, "", max(0, milliseconds)),
    ]


def _number(program: str, manifest: str, subjects: Sequence[Used]) -> int:
    parts = [lp(program.encode()), lp(manifest.encode())]
    for environment, key, version in subjects:
        parts += (lp(environment.encode()), lp(key.encode()), u64(version))
    return int.from_bytes(sha256(b"".join(parts)).digest()[:8], "big")


def _storable(text: str) -> str:
    """Return text that UTF-8 can hold: a path may have bytes that are none."""
    return text.encode(errors="replace").decode()
