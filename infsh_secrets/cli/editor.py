"""The person's editor on a text that is secret."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from infsh_secrets.domain.errors import InfshError, UsageError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.scratch import ScratchFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_FALLBACK = "vi"
_ENDING = [
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGQUIT") if hasattr(signal, name)
]
_GRACE_SECONDS = 2.0


class _EndedError(BaseException):
    """A signal that ends programs has come."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def edit_text(data: bytes, name: str, limit: int, warn: Callable[[str], None]) -> bytes:
    """Return what the editor makes of `data`, at most `limit` bytes of it.

    The text lies in a private file, in memory where that can be had (else `warn` is told), and is
    removed on every way out. A signal that ends the program does so after that. Raises UsageError
    when there is no editor or it leaves no file, InfshError when it fails.
    """
    command = _command()
    before = {number: signal.signal(number, _end) for number in _ENDING}
    # An editor does as it likes with Ctrl-C, which reaches it as well.
    before[signal.SIGINT] = signal.signal(signal.SIGINT, _ignore)
    try:
        with ScratchFile(data, name, os.environ) as scratch:
            try:
                if not scratch.in_memory:
                    warn(
                        "The value was in a file on a disk while it was edited: this system has no "
                        "folder in memory. It was overwritten and removed."
                    )
                _run([*command, scratch.path])
                return scratch.read(limit)
            finally:
                for number in _ENDING:
                    signal.signal(number, signal.SIG_IGN)  # removing it is not interrupted
    except _EndedError as ended:
        signal.signal(ended.number, signal.SIG_DFL)
        os.kill(os.getpid(), ended.number)
        raise KeyboardInterrupt from None  # where the signal does not come at once
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _command() -> list[str]:
    text = os.environ.get("VISUAL") or os.environ.get("EDITOR") or _FALLBACK
    try:
        words = shlex.split(text)
    except ValueError:
        words = []
    if not words:
        raise UsageError(
            "VISUAL or EDITOR names no editor.", "Set it as in: export EDITOR='code --wait'"
        )
    return words


def _run(command: list[str]) -> None:
    # Settings of ours may hold keys, and an editor runs plug-ins.
    environ = {k: v for k, v in os.environ.items() if not k.startswith("INFSH_")}
    out = None if sys.stdout.isatty() else sys.stderr.fileno()
    # A signal between the start of the editor and the knowledge of its number would leave it alone.
    early: list[int] = []
    for number in _ENDING:
        signal.signal(number, lambda number, _frame: early.append(number))
    try:
        process = subprocess.Popen(command, env=environ, stdout=out)
    except OSError as error:
        raise UsageError(
            f"The editor {sanitize(command[0])} cannot be started: "
            f"{os.strerror(error.errno or 0)}.",
            "Name one in VISUAL or EDITOR.",
        ) from None
    try:
        for number in _ENDING:
            signal.signal(number, _end)
        for number in early[:1]:
            _end(number, None)
        status = process.wait()
    except BaseException:
        _stop(process)
        raise
    if status in (-signal.SIGINT, 128 + signal.SIGINT):
        raise KeyboardInterrupt
    if status:
        how = f"by signal {-status}" if status < 0 else f"with status {status}"
        raise InfshError(
            f"The editor ended {how}, nothing was changed.", "Save and leave it to store the text."
        )


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End an editor that still runs: it holds the value, and its file is about to go."""
    process.terminate()
    try:
        process.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _end(number: int, _frame: FrameType | None) -> None:
    raise _EndedError(number)


def _ignore(_number: int, _frame: FrameType | None) -> None:
    return
