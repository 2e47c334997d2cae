"""The monitor of a command on a pseudo-terminal: leader of the session, parent of the command.

A command that led the session itself would be in an orphaned process group, which cannot be stopped
by Ctrl-Z. The monitor does what a shell does for its one job, and tells us what became of it.
"""

from __future__ import annotations

import fcntl
import os
import termios

from infsh_secrets.domain import exit_codes
from infsh_secrets.execution.pump import Loop
from infsh_secrets.execution.start import (
    become,
    close_others,
    die_with,
    fork,
    raise_reported,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from collections.abc import Mapping, Sequence
    from typing import NoReturn

    from infsh_secrets.execution.signals import Signals
else:
    import _signal

TO_COMMAND = b"K"
TO_GROUP = b"G"
FOREGROUND = b"F"
BACKGROUND = b"B"
"""What a monitor is told: to pass a signal on, or to continue the command with or without keys."""

STOPPED = b"S"
ENDED = b"X"
"""What it tells: the signal that stopped the command, or what waitpid has said of its end."""

_TOLD_BYTES = 2
_REPORT_BYTES = 3
_MANY = 64


class Monitor:
    """A monitor as the process that started it sees it."""

    __slots__ = ("_control", "number", "reports")

    def __init__(self, number: int, control: int, reports: int) -> None:
        self.number = number
        self.reports = reports
        self._control = control

    def tell(self, what: bytes, signal: int = 0) -> None:
        """Ask for something; one that has ended is past asking."""
        try:
            os.write(self._control, what + bytes([signal]))
        except BrokenPipeError:
            return

    def read(self) -> list[tuple[bytes, int]]:
        """Return what it has told; nothing when it has ended."""
        data = os.read(self.reports, _MANY * _REPORT_BYTES)
        return [
            (data[at : at + 1], int.from_bytes(data[at + 1 : at + _REPORT_BYTES], "big"))
            for at in range(0, len(data), _REPORT_BYTES)
        ]

    def wait(self) -> int:
        """Wait for its end, and return what waitpid says of that."""
        _, status = os.waitpid(self.number, 0)
        return status


def start_monitor(
    argv: Sequence[str],
    environ: Mapping[str, str],
    signals: Signals,
    descriptors: Sequence[tuple[int, int]],
    terminal: int,
    *,
    front: bool,
) -> Monitor:
    """Start a command in a session of its own, whose terminal this is.

    `front` says whether it begins in the foreground. Raises what `start.start` raises.
    """
    errors, report = os.pipe()
    told, control = os.pipe()
    reports, telling = os.pipe()
    parent = os.getpid()
    number = fork()
    if not number:
        try:
            die_with(parent)
            child = _start_command(argv, environ, signals, descriptors, terminal, report, front)
            signals.renew()
            close_others([terminal, told, telling, signals.descriptor])
            _Watch(child, terminal, told, telling, signals, front=front).run()
        finally:
            os._exit(exit_codes.RUN_FAILED)
    for descriptor in (report, told, telling):
        os.close(descriptor)
    try:
        raise_reported(errors)
    except BaseException:
        os.waitpid(number, 0)
        raise
    return Monitor(number, control, reports)


def _start_command(
    argv: Sequence[str],
    environ: Mapping[str, str],
    signals: Signals,
    descriptors: Sequence[tuple[int, int]],
    terminal: int,
    report: int,
    front: bool,
) -> int:
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    # Whoever is not in the foreground may only then say who is.
    _signal.pthread_sigmask(_signal.SIG_BLOCK, (_signal.SIGTTOU,))
    monitor = os.getpid()
    child = os.fork()
    if not child:
        os.setpgid(0, 0)
        if front:
            os.tcsetpgrp(terminal, os.getpid())
        become(argv, environ, signals, descriptors, report=report, parent=monitor)
    return child


class _Watch:
    def __init__(
        self, child: int, terminal: int, told: int, telling: int, signals: Signals, *, front: bool
    ) -> None:
        self.child = child
        self.terminal = terminal
        self.told = told
        self.telling = telling
        self.signals = signals
        self.front = front
        self.stopped = False

    def run(self) -> NoReturn:
        loop = Loop()
        loop.watch(self.signals.descriptor, self._signalled)
        loop.watch(self.told, self._listen)
        self._look()
        while True:
            loop.turn()

    def _signalled(self) -> None:
        for arrival in self.signals.read():
            # The kernel tells the leader of the session alone that its terminal is gone.
            if arrival.number == _signal.SIGHUP and not arrival.sender:
                self._signal(_signal.SIGHUP, group=True)
                self._signal(_signal.SIGCONT, group=True)
        self._look()

    def _look(self) -> None:
        while True:
            number, status = os.waitpid(self.child, os.WNOHANG | os.WUNTRACED)
            if not number:
                return
            if os.WIFSTOPPED(status):
                self.stopped = True
                self._tell(STOPPED, os.WSTOPSIG(status))
                continue
            # The end of a leader hangs up on the foreground: what the command left is to go on.
            self._set_foreground(os.getpid())
            self._tell(ENDED, status)
            os._exit(exit_codes.OK)

    def _tell(self, what: bytes, value: int) -> None:
        try:
            os.write(self.telling, what + value.to_bytes(_REPORT_BYTES - 1, "big"))
        except BrokenPipeError:
            self._signal(_signal.SIGHUP, group=True)

    def _listen(self) -> None:
        data = os.read(self.told, _MANY * _TOLD_BYTES)
        if not data:  # they are gone without a word
            self._signal(_signal.SIGHUP, group=True)
            self._signal(_signal.SIGCONT, group=True)
            os._exit(exit_codes.RUN_FAILED)
        for at in range(0, len(data), _TOLD_BYTES):
            what = data[at : at + 1]
            if what in (TO_COMMAND, TO_GROUP):
                self._signal(data[at + 1], group=what == TO_GROUP)
            else:
                self._continue(front=what == FOREGROUND)

    def _continue(self, *, front: bool) -> None:
        if not self.stopped and front == self.front:
            return
        self.front = front
        self.stopped = False
        self._set_foreground(self.child if front else os.getpid())
        self._signal(_signal.SIGCONT, group=True)

    def _set_foreground(self, group: int) -> None:
        try:
            os.tcsetpgrp(self.terminal, group)
        except OSError:  # it is gone
            return

    def _signal(self, number: int, *, group: bool) -> None:
        """Signal the command, which cannot be another yet: it was not waited for."""
        try:
            os.kill(-self.child if group else self.child, number)
        except OSError:  # it has not become a group yet, or may not be signalled
            return
