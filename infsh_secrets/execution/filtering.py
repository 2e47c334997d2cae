"""Standard input to standard output through a redactor."""

from __future__ import annotations

import os
import sys

from infsh_secrets.domain.errors import UnavailableError
from infsh_secrets.execution.redact import BLOCK
from infsh_secrets.files.streams import write_stdout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from infsh_secrets.execution.redact import Redactor

_PIPE_BYTES = 1024 * 1024


def filter_input(redactor: Redactor) -> None:
    """Copy all of standard input; what can be written is written at once.

    Memory has a bound that does not depend on the input. Raises UnavailableError when the input
    cannot be read, OutputError or BrokenPipeError when the output takes no more; what is held back
    then is not written.
    """
    stream = redactor.stream()
    source = sys.stdin.fileno()
    _widen(source)
    while data := _read(source):
        write_stdout(stream.feed(data))
    write_stdout(stream.flush())


def _read(source: int) -> bytes:
    while True:
        try:
            return os.read(source, BLOCK)
        except BlockingIOError:  # a pipe that was set up not to wait for its writer
            import select

            select.select([source], [], [])
        except OSError as error:
            raise UnavailableError(
                f"Standard input cannot be read: {os.strerror(error.errno or 0)}.",
                "Give the text through a pipe or with < FILE.",
            ) from None


def _widen(source: int) -> None:
    """Let a pipe hold more, where the system can do that: a larger block costs less a byte."""
    try:
        import fcntl

        fcntl.fcntl(source, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    except (ImportError, AttributeError, OSError):
        return
