"""The signals that a run passes on, read from a descriptor together with where they come from.

On Linux that is a signalfd, which tells a signal of the kernel, such as the terminal's for Ctrl-C,
from one that a process has sent. Elsewhere handlers write numbers into a pipe, and what the
terminal can have sent is taken for its own while this process is in the terminal's foreground.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal as _signal
    from collections.abc import Callable
else:
    import _signal


class Arrival:
    """A signal that came from the process `sender`.

    `group` says that the terminal has sent it to every process of our group.
    """

    __slots__ = ("group", "number", "sender")

    def __init__(self, number: int, group: bool, sender: int) -> None:
        self.number = number
        self.group = group
        self.sender = sender


ENDING = (_signal.SIGHUP, _signal.SIGINT, _signal.SIGQUIT, _signal.SIGTERM)
"""The signals that are meant to end a program."""

_TAKEN = (
    *ENDING,
    _signal.SIGUSR1,
    _signal.SIGUSR2,
    _signal.SIGWINCH,
    _signal.SIGTSTP,
    _signal.SIGCONT,
    _signal.SIGCHLD,
)
_OF_TERMINALS = (
    _signal.SIGHUP,
    _signal.SIGINT,
    _signal.SIGQUIT,
    _signal.SIGWINCH,
    _signal.SIGTSTP,
    _signal.SIGCONT,
)
_IGNORED_BY_PYTHON = (_signal.SIGPIPE, _signal.SIGXFSZ)

_SFD_CLOEXEC_NONBLOCK = os.O_CLOEXEC | os.O_NONBLOCK
_SET_BYTES = 128  # a sigset_t of glibc and musl
_INFO_BYTES = 128  # struct signalfd_siginfo: number, errno, code and sender come first
_SI_KERNEL = 0x80
_ROOM = 64


class Signals:
    """The signals of this process from now on; they reach nobody else until `release`.

    `descriptor` can be polled. Made before a fork, none is lost and `restore` gives a new program
    what our caller had.
    """

    __slots__ = ("_before", "_mask", "_wakeup", "descriptor")

    def __init__(self) -> None:
        self._before = {
            number: _signal.getsignal(number) for number in (*_TAKEN, *_IGNORED_BY_PYTHON)
        }
        self._mask = _signal.pthread_sigmask(_signal.SIG_BLOCK, _TAKEN)
        self._wakeup = -1
        if self._before[_signal.SIGCHLD] == _signal.SIG_IGN:  # then nobody would be waited for
            _signal.signal(_signal.SIGCHLD, _signal.SIG_DFL)
        self.descriptor = _signalfd()
        if self.descriptor < 0:
            self._use_handlers()
            _signal.pthread_sigmask(_signal.SIG_SETMASK, self._mask)

    def _use_handlers(self) -> None:
        self.descriptor, self._wakeup = os.pipe()
        os.set_blocking(self.descriptor, False)
        os.set_blocking(self._wakeup, False)
        _signal.set_wakeup_fd(self._wakeup)
        for number in _TAKEN:
            _signal.signal(number, _leave_it)

    def renew(self) -> None:
        """After a fork: read the signals of this process and not those of the other."""
        if self._wakeup >= 0:
            os.close(self.descriptor)
            os.close(self._wakeup)
            self._use_handlers()

    def read(self) -> list[Arrival]:
        """Return what has come since the last time."""
        try:
            data = os.read(self.descriptor, _ROOM * _INFO_BYTES)
        except BlockingIOError:
            return []
        if self._wakeup >= 0:
            front = _in_foreground()
            return [Arrival(number, front and number in _OF_TERMINALS, 0) for number in data]
        return [_decode(data[at : at + _INFO_BYTES]) for at in range(0, len(data), _INFO_BYTES)]

    def restore(self) -> None:
        """Between fork and exec: give the new program the dispositions and mask of our caller."""
        for number, before in self._before.items():
            kept = before == _signal.SIG_IGN and number not in _IGNORED_BY_PYTHON
            _signal.signal(number, _signal.SIG_IGN if kept else _signal.SIG_DFL)
        _signal.pthread_sigmask(_signal.SIG_SETMASK, self._mask)

    def release(self) -> None:
        """Give this process back what it had; what came and was not read is dropped."""
        if self._wakeup >= 0:
            _signal.set_wakeup_fd(-1)
            os.close(self._wakeup)
        else:
            while self.read():
                pass
        for number, before in self._before.items():
            _signal.signal(number, before if before is not None else _signal.SIG_DFL)
        _signal.pthread_sigmask(_signal.SIG_SETMASK, self._mask)
        os.close(self.descriptor)


def stop_like(number: int, *, group: bool = False) -> None:
    """Stop this process, or its group, by a signal; returns when it was continued.

    Does nothing where the system does not stop a process that no shell could continue.
    """
    if number == _signal.SIGSTOP:
        os.kill(os.getpid(), number)
        return
    handler = _signal.signal(number, _signal.SIG_DFL)
    os.kill(0 if group else os.getpid(), number)
    mask = _signal.pthread_sigmask(_signal.SIG_UNBLOCK, (number,))
    _signal.pthread_sigmask(_signal.SIG_SETMASK, mask)
    _signal.signal(number, handler)


def _leave_it(_number: int, _frame: object) -> None:
    """Do nothing: the number is in the pipe."""


def _signalfd() -> int:
    """Return a descriptor of the signals that are blocked, -1 where the system has none.

    Also where there are other threads, in which they are not blocked: one of those would take the
    signal, and nobody would hear of it.
    """
    if sys.platform != "linux" or not _alone():
        return -1
    try:
        import _ctypes

        wanted = bytearray(_SET_BYTES)
        for number in _TAKEN:
            wanted[(number - 1) // 8] |= 1 << (number - 1) % 8
        if sys.byteorder != "little":
            wanted[:8] = wanted[7::-1]
        call: Callable[[int, tuple[object, ...]], int] = _ctypes.call_function
        library = _ctypes.dlopen(None, 0)  # type: ignore[arg-type,unused-ignore]
        made = call(_ctypes.dlsym(library, "signalfd"), (-1, bytes(wanted), _SFD_CLOEXEC_NONBLOCK))
    except (ImportError, AttributeError, OSError):
        return -1
    return made


def _alone() -> bool:
    """Tell whether the kernel knows no other thread of this process.

    A thread that Python has ended, and joined, may still be on its way out there.
    """
    try:
        return len(os.listdir("/proc/self/task")) == 1
    except OSError:
        return False


def _decode(info: bytes) -> Arrival:
    number = int.from_bytes(info[:4], sys.byteorder)
    code = int.from_bytes(info[8:12], sys.byteorder, signed=True)
    group = code == _SI_KERNEL
    if group and number == _signal.SIGHUP and os.getsid(0) == os.getpid():
        group = False  # a terminal that is closed tells the leader of its session alone
    return Arrival(number, group, int.from_bytes(info[12:16], sys.byteorder))


def _in_foreground() -> bool:
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
