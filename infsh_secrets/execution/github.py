"""Telling GitHub Actions what its log must not show."""

from __future__ import annotations

from infsh_secrets.domain.errors import UnavailableError
from infsh_secrets.files.streams import write_stdout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_SHORTEST_LINE = 8


def announce(values: Sequence[bytes]) -> None:
    """Write the commands that have the runner mask these values; UnavailableError if it is gone.

    The runner reads them from standard output and does not show them. Lines of fewer than 8 bytes
    of a longer value are left out: they would mask half the log.
    https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    try:
        write_stdout(b"".join(map(_command, dict.fromkeys(_parts(values)))))
    except BrokenPipeError:
        raise UnavailableError(
            "Standard output is closed, so GitHub Actions cannot be told what to mask.",
            "Leave it open, or run with --no-masking.",
        ) from None


def _parts(values: Sequence[bytes]) -> list[bytes]:
    parts = []
    for value in values:
        parts.append(value)
        lines = value.replace(b"\r", b"\n").split(b"\n")
        parts += [line for line in lines if len(line) >= _SHORTEST_LINE and line != value]
    return parts


def _command(text: bytes) -> bytes:
    escaped = text.replace(b"%", b"%25").replace(b"\r", b"%0D").replace(b"\n", b"%0A")
    return b"::add-mask::%s\n" % escaped
