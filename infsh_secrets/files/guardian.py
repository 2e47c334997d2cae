"""Cleaning up after this process, however it ends."""

from __future__ import annotations

import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self


class Guardian:
    """Makes a call in a process of its own as soon as this process has ended, by SIGKILL as well.

    A context manager: on leaving it the call is made too, and has been made when it is left. So the
    call must be one that may be made in vain. Nothing is done where processes cannot be forked.
    """

    def __init__(self, call: Callable[[], None]) -> None:
        self._call = call
        self._process = 0
        self._line = -1

    def __enter__(self) -> Self:
        if not hasattr(os, "fork"):
            return self
        # Both ends are closed in whatever is executed, so that only this process holds the line.
        reader, self._line = os.pipe()
        waiting, ready = os.pipe()
        # What ends this process must not end the guardian: it is born with every signal blocked.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        try:
            self._process = os.fork()
            if self._process == 0:
                _watch(reader, ready, self._call)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os.close(reader)
        os.close(ready)
        os.read(waiting, 1)  # until then a SIGKILL of the whole group would find both
        os.close(waiting)
        return self

    def __exit__(self, *exception: object) -> None:
        if self._process:
            os.close(self._line)
            try:
                os.waitpid(self._process, 0)
            except ChildProcessError:
                return  # somebody has waited for every child


def _watch(reader: int, ready: int, call: Callable[[], None]) -> None:
    """Wait until nobody holds the line, make the call, and end this process."""
    try:
        os.setsid()  # no terminal is held, and no group of processes
        os.write(ready, b".")
        os.chdir("/")
        most = os.sysconf("SC_OPEN_MAX")
        os.closerange(0, reader)
        os.closerange(reader + 1, most)
        os.read(reader, 1)
        call()
    finally:
        os._exit(0)
