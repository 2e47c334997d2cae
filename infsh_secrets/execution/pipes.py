"""A run whose standard output is no terminal: the child shares our group, we pump and wait."""

from __future__ import annotations

import errno
import os
import stat

from infsh_secrets.execution.pump import Channel, Loop, Sink
from infsh_secrets.execution.signals import ENDING, Signals, stop_like
from infsh_secrets.execution.start import close_others, exit_status, start

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from collections.abc import Mapping, Sequence

    from infsh_secrets.execution.redact import Redactor
else:
    import _signal

_OUT = 1
_ERR = 2
_PIPE_BYTES = 1024 * 1024
_AT_ONCE_SECONDS = 0.004
_READER_GONE = (errno.EPIPE, errno.ECONNRESET, errno.EIO)  # the last is said by a lost terminal
JOB_STOPS = (_signal.SIGTSTP, _signal.SIGTTIN, _signal.SIGTTOU)


def run_piped(argv: Sequence[str], environ: Mapping[str, str], redactor: Redactor | None) -> int:
    """Run a command whose output passes through pipes, or without a redactor not through us."""
    signals = Signals()
    run = _Run(signals)
    try:
        return run.run(argv, environ, redactor)
    finally:
        for channel in run.channels:
            channel.close()
        signals.release()


class _Run:
    def __init__(self, signals: Signals) -> None:
        self.signals = signals
        self.loop = Loop()
        self.channels: list[Channel] = []
        self.child = 0
        self.status: int | None = None
        self.ending = False  # somebody wants us to end
        self.sized: list[tuple[int, int]] = []  # terminals of ours, pseudo-terminals for them

    def run(
        self, argv: Sequence[str], environ: Mapping[str, str], redactor: Redactor | None
    ) -> int:
        theirs = self._connect(redactor) if redactor is not None else []
        try:
            self.child = start(argv, environ, self.signals, theirs)
        finally:
            for descriptor in {ours for _, ours in theirs}:
                os.close(descriptor)
        if theirs:
            release_stdin()
        self.loop.watch(self.signals.descriptor, self._signalled)
        if redactor is not None:
            prepare_meanwhile(self.loop, redactor)
        while self.status is None:
            turn(self.loop, self.channels)
        self._finish()
        raise_failure(self.channels)
        return exit_status(self.status)

    def _connect(self, redactor: Redactor) -> list[tuple[int, int]]:
        """Make the channels; returns (the child's descriptor, ours that it gets)."""
        theirs = []
        out = is_writable(_OUT)
        if out:
            theirs.append((_OUT, self._add(_OUT, redactor)))
        if is_writable(_ERR):
            same = out and is_same(_OUT, _ERR)
            theirs.append((_ERR, theirs[0][1] if same else self._add(_ERR, redactor)))
        return theirs

    def _add(self, number: int, redactor: Redactor) -> int:
        channel, theirs = open_channel(self.loop, number, redactor)
        self.channels.append(channel)
        if channel.terminal:
            self.sized.append((number, channel.source))
        return theirs

    def _signalled(self) -> None:
        arrivals = self.signals.read()
        for arrival in arrivals:
            self.ending |= arrival.number in ENDING
            if self.status is not None:
                continue
            if arrival.number == _signal.SIGWINCH and self.sized:
                self._resize()
            elif self._is_ours_to_pass_on(arrival.number, arrival.group, arrival.sender):
                self._signal(arrival.number)
        if self.status is None:
            self._look_after_child(any(a.number == _signal.SIGCONT for a in arrivals))

    def _is_ours_to_pass_on(self, number: int, group: bool, sender: int) -> bool:
        """Tell whether the child has not got it anyhow: it is in the same group as we are."""
        if number == _signal.SIGCONT:
            return True  # whoever stopped us may have stopped it as well; twice does no harm
        return number != _signal.SIGCHLD and not group and sender != self.child

    def _look_after_child(self, continued: bool) -> None:
        while True:
            # As the first process of a container we get those whose parents have ended as well.
            number, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED)
            if not number:
                return
            if number != self.child:
                continue
            if not os.WIFSTOPPED(status):
                self.status = status
                return
            # The shell that waits for us sees a job stop when the command in it does.
            if not continued and os.WSTOPSIG(status) in JOB_STOPS:
                stop_like(os.WSTOPSIG(status))

    def _resize(self) -> None:
        from infsh_secrets.execution.ttys import copy_size

        for number, source in self.sized:
            copy_size(number, source)
        self._signal(_signal.SIGWINCH)  # the kernel's may have come before

    def _signal(self, number: int) -> None:
        try:
            os.kill(self.child, number)
        except PermissionError:  # it has become another user: whoever signals us may not either
            return

    def _finish(self) -> None:
        """Write all that the child has written; what others still may write is left to a copy.

        A slow reader is waited for, unless somebody wants us to end.
        """
        while not all(channel.done for channel in self.channels):
            blocked = any(channel.blocked for channel in self.channels) and not self.ending
            if not self.loop.turn(None if blocked else 0):
                leave_to_copy(self.loop, self.channels, self.signals)
                return


def open_channel(loop: Loop, number: int, redactor: Redactor) -> tuple[Channel, int]:
    """Return a channel to our descriptor `number` and the end of it that the child gets.

    It is a pseudo-terminal where ours is a terminal, so that the child may use colours.
    """
    terminal = os.isatty(number)
    if terminal:
        from infsh_secrets.execution.ttys import output_terminal

        source, theirs = output_terminal(number)
    else:
        source, theirs = os.pipe()
        enlarge(theirs)
    return Channel(loop, source, Sink(number), redactor.stream(), terminal=terminal), theirs


def turn(loop: Loop, channels: Sequence[Channel]) -> None:
    """Wait for the next event, or for the silence after which a terminal shows what is held."""
    waits = [wait for channel in channels if (wait := channel.idle_in()) is not None]
    if not loop.turn(min(waits) if waits else None) or waits:
        for channel in channels:
            channel.idle()


def prepare_meanwhile(loop: Loop, redactor: Redactor) -> None:
    """Prepare the redactor while the program starts, until the first event of any kind.

    A program that ends at once needs no redactor: before it has had that time nothing is done.
    """
    seconds = _AT_ONCE_SECONDS
    while not loop.turn(seconds) and redactor.prepare():
        seconds = 0.0


def leave_to_copy(loop: Loop, channels: Sequence[Channel], signals: Signals) -> None:
    """Let a copy of this process pump until the last process that the child left has ended.

    Whoever waits for our end goes on at once, and whoever waits for the end of the output waits for
    that, as without us. Without room for a copy this process does it.
    """
    try:
        copy = os.fork()
    except OSError:
        copy = -1
    if copy > 0:
        return
    loop.forget(signals.descriptor)
    if not copy:
        keep = sorted(
            number
            for channel in channels
            for number in (channel.source, channel.sink.descriptor)
            if not channel.done
        )
        signals.restore()
        _signal.signal(_signal.SIGPIPE, _signal.SIG_IGN)
        close_others(keep)
    try:
        while not all(channel.done for channel in channels):
            turn(loop, channels)
    finally:
        if not copy:
            os._exit(0)


def raise_failure(channels: Sequence[Channel]) -> None:
    """Raise what went wrong with our standard output, unless its reader just had enough."""
    for channel in channels:
        failure = channel.failure
        if failure is not None and failure.errno not in _READER_GONE:
            from infsh_secrets.files.streams import output_error

            raise output_error(failure)


def is_writable(number: int) -> bool:
    """Tell whether a descriptor of ours takes output; the caller may have closed it."""
    import fcntl

    try:
        return bool(fcntl.fcntl(number, fcntl.F_GETFL) & (os.O_WRONLY | os.O_RDWR))
    except OSError:
        return False


def is_same(first: int, second: int) -> bool:
    """Tell whether two descriptors write to the same place in the same order, as by `2>&1`."""
    import fcntl

    one, two = os.fstat(first), os.fstat(second)
    if (one.st_dev, one.st_ino) != (two.st_dev, two.st_ino):
        return False
    if not stat.S_ISREG(one.st_mode):
        return True
    flags = [fcntl.fcntl(number, fcntl.F_GETFL) & os.O_APPEND for number in (first, second)]
    if all(flags):
        return True
    # Only descriptors of one open file share its position.
    place = os.lseek(first, 0, os.SEEK_CUR)
    if any(flags) or os.lseek(second, 0, os.SEEK_CUR) != place:
        return False
    os.lseek(first, place + 1, os.SEEK_SET)
    moved = os.lseek(second, 0, os.SEEK_CUR)
    os.lseek(first, place, os.SEEK_SET)
    return moved == place + 1


def enlarge(descriptor: int) -> None:
    """Make a pipe hold more than its usual 64 KiB, where the system lets us."""
    import fcntl

    size = getattr(fcntl, "F_SETPIPE_SZ", None)
    if size is not None:
        try:
            fcntl.fcntl(descriptor, size, _PIPE_BYTES)
        except OSError:
            return


def release_stdin() -> None:
    """Let go of a pipe that the child reads: its writer must notice when the child has ended."""
    mode = os.fstat(0).st_mode
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0, inheritable=False)
        os.close(nothing)
