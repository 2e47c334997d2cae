"""Standard input, output and error: what they are, and writing to them without surprises."""

from __future__ import annotations

import os
import sys

from infsh_secrets.domain.errors import DeniedError, UnavailableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_PRINTABLE_FROM = 0x20
_DELETE = 0x7F
_LAST_C1 = 0x9F
_HARMLESS = (0x09, 0x0A)


class OutputError(UnavailableError):
    """Standard output took not everything; whatever the command did is done."""


def fill_missing_descriptors() -> None:
    """Make descriptors 0 to 2 exist, so that no file of ours is opened in their place.

    What a caller has closed reads as empty and cannot be written.
    """
    for number, stream in enumerate((sys.stdin, sys.stdout, sys.stderr)):
        if stream is None:
            try:
                os.fstat(number)
            except OSError:
                os.open(os.devnull, os.O_RDONLY)  # the lowest free number is this one
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115  # for the whole run
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115


def withhold(descriptor: int) -> None:
    """Keep what can be read from a descriptor from every program that this process starts.

    Standard input reads as empty from now on.
    """
    try:
        if descriptor == 0:
            nothing = os.open(os.devnull, os.O_RDONLY)
            os.dup2(nothing, 0)
            os.close(nothing)
        else:
            os.set_inheritable(descriptor, False)  # noqa: FBT003  # it takes no keyword
    except OSError:
        return  # there is no such descriptor


def may_ask(environ: Mapping[str, str], *, no_input: bool = False) -> bool:
    """Tell whether a question may be asked: never in CI, in a script, or where it is forbidden."""
    if no_input or environ.get("INFSH_NO_INPUT") not in (None, "", "0") or environ.get("CI"):
        return False
    return sys.stdin.isatty() and sys.stderr.isatty()


def write_stdout(data: bytes) -> None:
    """Write everything and flush; OutputError when the other end cannot take it.

    A closed pipe stays a BrokenPipeError: that is how `| head -1` says it has enough.
    """
    try:
        sys.stdout.flush()
        _write_all(data)
    except OSError as error:
        raise output_error(error) from None


def _write_all(data: bytes) -> None:
    """Write everything, also to a pipe that was set up not to wait for its reader."""
    try:
        descriptor = sys.stdout.fileno()
    except ValueError:  # it is no file: a program has put a buffer in its place
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    view = memoryview(data)
    while view:
        try:
            view = view[os.write(descriptor, view) :]
        except BlockingIOError:
            import select

            select.select([], [descriptor], [])


def read_stdin(limit: int) -> bytes:
    """Return standard input up to its end or `limit` bytes, also from a pipe that does not wait."""
    data = b""
    while len(data) < limit:
        part: bytes | None = sys.stdin.buffer.read(limit - len(data))
        if part is None:
            import select

            select.select([sys.stdin.buffer], [], [])
        elif part:
            data += part
        else:
            break
    return data


def output_error(error: OSError) -> OSError | OutputError:
    """Return what to raise for an error of standard output: itself when a pipe is closed."""
    if isinstance(error, BrokenPipeError):
        return error
    from errno import EBADF

    if error.errno in (None, EBADF):
        return OutputError("Standard output is closed.", "Send it to a file, as in: > FILE")
    return OutputError(
        f"Standard output cannot be written: {os.strerror(error.errno)}.",
        "Free some space or name another output.",
    )


def write_value(data: bytes, *, newline: bool = True, raw: bool = False) -> None:
    """Write a revealed value; on a terminal with a newline, and not if it could steer it."""
    terminal = sys.stdout.isatty()
    if terminal and not raw:
        refuse_controls(data.decode())
    write_stdout(data + b"\n" if terminal and newline else data)


def refuse_controls(text: str) -> None:
    """Raise DeniedError if `text` has control characters other than newline and tab."""
    for character in text:
        code = ord(character)
        if (code < _PRINTABLE_FROM and code not in _HARMLESS) or _DELETE <= code <= _LAST_C1:
            raise DeniedError(
                "The value has control characters that would act on your terminal.",
                "Send it to a file or pipe, or show it all the same with --raw.",
            )
