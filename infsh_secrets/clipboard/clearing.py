"""Clearing the clipboard after a while, by a process that outlives its terminal.

That process never has the value: it gets a random key and the value's HMAC-SHA256 under that key,
through a pipe, and compares. Run as a module it is that process.
"""

from __future__ import annotations

import hmac
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from infsh_secrets.clipboard.programs import LIMIT_SECONDS, find
from infsh_secrets.domain.errors import UnavailableError

if TYPE_CHECKING:
    from infsh_secrets.clipboard.programs import Clipboard

CLEAR_AFTER_SECONDS = 45.0
_KEY = _MARK = 32
_DETACHED = getattr(subprocess, "DETACHED_PROCESS", 0)


def copy_for_a_while(board: Clipboard, data: bytes, seconds: float) -> None:
    """Put a secret on the clipboard, from where it goes in `seconds` if it is still there.

    Raises UnavailableError, and then nothing was copied that stays.
    """
    key = os.urandom(_KEY)
    cleaner = _start(seconds)
    try:
        board.copy(data)
        told = _tell(cleaner, key + _mark(key, data))
    except (OSError, subprocess.SubprocessError):
        told = False
    finally:
        _leave(cleaner)
    if not told:
        board.empty()
        raise _no_cleaner()


def _tell(cleaner: subprocess.Popen[bytes], what: bytes) -> bool:
    """Tell the process what to clear; return whether it will."""
    if os.name == "posix":
        cleaner.communicate(what, LIMIT_SECONDS)
        return cleaner.returncode == 0
    if cleaner.stdin is not None:
        cleaner.stdin.write(what)
        cleaner.stdin.close()
    cleaner.returncode = 0  # it stays itself
    return True


def _leave(cleaner: subprocess.Popen[bytes]) -> None:
    """See to it that nothing is left of a process that has not done its part."""
    if cleaner.returncode is None:
        cleaner.kill()
        cleaner.communicate()


def _start(seconds: float) -> subprocess.Popen[bytes]:
    """Start the process; it ends at once unless it is told what to clear."""
    environ = {name: v for name, v in os.environ.items() if not name.startswith("INFSH_")}
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environ,
            cwd=os.path.abspath(os.sep),
            start_new_session=os.name == "posix",
            creationflags=_DETACHED,
        )
    except OSError:
        pass
    raise _no_cleaner()


def _no_cleaner() -> UnavailableError:
    return UnavailableError(
        "Nothing can be started that would clear the clipboard, so nothing was copied.",
        "Print the value with --plain, or send it through a pipe.",
    )


def _mark(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, "sha256")


def main(seconds: float, told: bytes) -> int:
    """Leave a process behind that waits, and clears the clipboard if it still holds the value.

    `told` is the key and the mark of the value. Returns the exit status.
    """
    key, mark = told[:_KEY], told[_KEY:]
    if len(mark) != _MARK:
        return 1
    if _goes_on():
        _clear_after(seconds, key, mark)
    return 0


def _goes_on() -> bool:
    """Fork where that is possible; tell whether this is the process that stays."""
    return os.name != "posix" or os.fork() == 0


def _clear_after(seconds: float, key: bytes, mark: bytes) -> None:
    time.sleep(seconds)
    try:
        board = find(os.environ)
        held = board.paste()
        # Some programs give a newline that nobody has copied.
        if any(hmac.compare_digest(_mark(key, one), mark) for one in _readings(held)):
            board.empty()
    except UnavailableError:
        return


def _readings(held: bytes) -> list[bytes]:
    shorter = held.removesuffix(b"\n").removesuffix(b"\r")
    return [held, shorter]


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), sys.stdin.buffer.read()))
