"""A run whose standard output is a terminal: the command has a pseudo-terminal of its own.

Ours is in raw mode while the command has the keys, so that keys mean what the command's terminal
makes of them. A command that reads a pipe begins without the keys, since another one in the
pipeline may use them; it gets them when it asks for them.
"""

from __future__ import annotations

import os
import stat
import termios

from infsh_secrets.execution import monitor as monitors
from infsh_secrets.execution.pipes import (
    JOB_STOPS,
    is_writable,
    leave_to_copy,
    open_channel,
    prepare_meanwhile,
    raise_failure,
    release_stdin,
    turn,
)
from infsh_secrets.execution.pump import Channel, Loop, Sink
from infsh_secrets.execution.signals import ENDING, Signals, stop_like
from infsh_secrets.execution.start import exit_status
from infsh_secrets.execution.ttys import Keys, OurTerminal, copy_size, set_modes

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from collections.abc import Mapping, Sequence
    from typing import Any

    from infsh_secrets.execution.redact import Redactor
    from infsh_secrets.execution.signals import Arrival
else:
    import _signal

_IN = 0
_OUT = 1
_ERR = 2
_REST_SECONDS = 0.05  # the kernel hands output of a pseudo-terminal on a moment later
_LEFT_SECONDS = 0.1


def run_in_terminal(argv: Sequence[str], environ: Mapping[str, str], redactor: Redactor) -> int:
    """Run a command on a pseudo-terminal; the contract is that of `child.run_child`."""
    signals = Signals()
    session = _Session(signals)
    try:
        return session.run(argv, environ, redactor)
    finally:
        for channel in session.channels:
            channel.close()
        signals.release()


class _Session:
    def __init__(self, signals: Signals) -> None:
        self.signals = signals
        self.loop = Loop()
        self.ours = OurTerminal()
        # Another command of the pipeline may be reading keys.
        mode = os.fstat(_IN).st_mode
        self.wants_keys = not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode))
        self.front = self.wants_keys and self.ours.in_foreground()
        self.status: int | None = None
        self.ending = False
        self.stopped = False  # the command, as far as we were told
        self.channels: list[Channel] = []
        self.master = -1
        self.modes: list[Any] = []

    def run(self, argv: Sequence[str], environ: Mapping[str, str], redactor: Redactor) -> int:
        self.master, slave = os.openpty()
        os.set_blocking(self.master, False)
        self.modes = set_modes(slave, self.ours.usual, line_ends=not self.front)
        copy_size(_OUT, slave)
        theirs = [(_OUT, slave)]
        if os.isatty(_IN):
            theirs.append((_IN, slave))
        if is_writable(_ERR):
            theirs.append((_ERR, self._standard_error(slave, redactor)))
        self.monitor = monitors.start_monitor(
            argv, environ, self.signals, theirs, slave, front=self.front
        )
        for descriptor in {ours for _, ours in theirs}:
            os.close(descriptor)
        release_stdin()
        out = Channel(self.loop, self.master, Sink(_OUT), redactor.stream(), terminal=True)
        out.translate = self._translate
        self.channels.insert(0, out)
        self.keys = Keys(self.loop, self.ours.keys, self.master, out.expect_echo)
        self.loop.watch(self.signals.descriptor, self._signalled)
        self.loop.watch(self.monitor.reports, self._reported)
        try:
            self._pump(out, redactor)
        finally:
            self._give_keys_back()
        if not all(channel.done for channel in self.channels):
            leave_to_copy(self.loop, self.channels, self.signals)
        raise_failure(self.channels)
        return exit_status(self.status or 0)

    def _standard_error(self, slave: int, redactor: Redactor) -> int:
        """Return what the command gets: the same terminal, or a channel of its own."""
        out, err = os.fstat(_OUT), os.fstat(_ERR)
        if os.isatty(_ERR) and out.st_rdev == err.st_rdev:
            return slave
        channel, theirs = open_channel(self.loop, _ERR, redactor)
        self.channels.append(channel)
        return theirs

    def _pump(self, out: Channel, redactor: Redactor) -> None:
        if self.front:
            self.ours.enter_raw()
            self.keys.go_on()
        prepare_meanwhile(self.loop, redactor)
        while self.status is None:
            turn(self.loop, self.channels)
            if out.failure is not None:
                self.keys.close()  # now the command's terminal is gone as ours is
        self.keys.pause()
        while not all(channel.done for channel in self.channels):
            blocked = any(channel.blocked for channel in self.channels) and not self.ending
            if not self.loop.turn(None if blocked else _LEFT_SECONDS):
                return

    def _translate(self, data: bytes) -> bytes:
        """Undo the line ends of the command's terminal where ours makes its own."""
        if self.ours.passes_line_ends(self.channels[0].sink.descriptor):
            return data
        return data.replace(b"\r\n", b"\n")

    def _signalled(self) -> None:
        for arrival in self.signals.read():
            number = arrival.number
            self.ending |= number in ENDING
            if number == _signal.SIGCHLD:
                self._wait_for_others()
            if self.status is not None or number == _signal.SIGCHLD:
                continue
            if number == _signal.SIGCONT:
                self._go_on()
            elif number == _signal.SIGWINCH:
                self._resize(arrival)
            else:
                lost = number == _signal.SIGHUP and not arrival.sender
                whole = arrival.group or lost
                self.monitor.tell(monitors.TO_GROUP if whole else monitors.TO_COMMAND, number)

    def _wait_for_others(self) -> None:
        """As the first process of a container we get those whose parents have ended."""
        how = os.WEXITED | os.WNOHANG | os.WNOWAIT
        while self.status is None:
            ended = os.waitid(os.P_ALL, 0, how)
            if ended is None or ended.si_pid == self.monitor.number:
                return
            os.waitpid(ended.si_pid, 0)

    def _resize(self, arrival: Arrival) -> None:
        for channel, number in zip(self.channels, (_OUT, _ERR), strict=False):
            if channel.terminal and channel.open:
                copy_size(number, channel.source)
        if not (arrival.group and self.front):  # else the kernel has told it
            self.monitor.tell(monitors.TO_COMMAND, _signal.SIGWINCH)

    def _reported(self) -> None:
        reports = self.monitor.read()
        if not reports:
            self.loop.forget(self.monitor.reports)
            self.status = self.monitor.wait()  # it was killed, and the command with it
        for what, value in reports:
            if what == monitors.ENDED:
                self.loop.forget(self.monitor.reports)
                self.status = value
                self.monitor.wait()
            elif what == monitors.STOPPED:
                self._stopped(value)

    def _stopped(self, number: int) -> None:
        """Give a stopped command the keys if it asks for them, else let our shell see us stop."""
        self.stopped = True
        asks = number in (_signal.SIGTTIN, _signal.SIGTTOU) and not self.front
        if asks and self.ours.keys >= 0 and self.ours.in_foreground():
            self.wants_keys = True
            self._take_keys()
            return
        self.channels[0].drain(_REST_SECONDS)
        self._give_keys_back()
        # The terminal would have stopped every process of the job.
        stop_like(number if number in JOB_STOPS else _signal.SIGSTOP, group=True)
        self._go_on()

    def _go_on(self) -> None:
        if self.wants_keys and self.ours.in_foreground():
            self._take_keys()
        else:
            had_keys = self.front
            self._give_keys_back()
            self._continue(monitors.BACKGROUND, changed=had_keys)

    def _continue(self, how: bytes, *, changed: bool) -> None:
        """Have the command continued; one that runs as it should is left alone."""
        if self.stopped or changed:
            self.stopped = False
            self.monitor.tell(how)

    def _take_keys(self) -> None:
        had_keys, self.front = self.front, True
        self.ours.enter_raw()
        # What we saw at the start in the background may have been the modes of a shell at its
        # prompt. What the command has set itself stays.
        if termios.tcgetattr(self.master) == self.modes:
            self.modes = set_modes(self.master, self.ours.usual)
        copy_size(_OUT, self.master)
        self.keys.go_on()
        self._continue(monitors.FOREGROUND, changed=not had_keys)

    def _give_keys_back(self) -> None:
        self.keys.pause()
        self.ours.leave_raw()
        self.front = False
