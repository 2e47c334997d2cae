"""Terminals: the one that we were started on, its keys on their way, and sizes."""

from __future__ import annotations

import fcntl
import os
import termios

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from infsh_secrets.execution.pump import Loop

_IN = 0
_OUT = 1
_SIZE_BYTES = 8  # struct winsize
_KEY_BYTES = 4096
_INPUT, _OUTPUT, _CONTROL, _LOCAL = range(4)  # places in what tcgetattr returns
_ENDS = termios.OPOST | termios.ONLCR


class OurTerminal:
    """The terminal that we were started on.

    `keys` is where its keys are read, -1 if nowhere; `usual` what tcgetattr says of it while no
    command has the keys.
    """

    __slots__ = ("_number", "_raw", "keys", "usual")

    def __init__(self) -> None:
        self.keys = _open_keys()
        self._number = _OUT if self.keys < 0 else self.keys
        self._raw = False
        self.usual = termios.tcgetattr(self._number)

    def passes_line_ends(self, descriptor: int) -> bool:
        """Tell whether it shows line ends as they come; it is asked by this descriptor."""
        try:
            return self._raw or termios.tcgetattr(descriptor)[_OUTPUT] & _ENDS != _ENDS
        except termios.error:  # it is gone
            return True

    def in_foreground(self) -> bool:
        """Tell whether keys are for our group; so it is where nobody controls that."""
        try:
            return os.tcgetpgrp(self._number) == os.getpgrp()
        except OSError:
            return True

    def enter_raw(self) -> None:
        """Pass keys on as they are; what is set now is what `leave_raw` sets again."""
        if self.keys < 0:
            return
        try:
            now = termios.tcgetattr(self._number)
            raw = _raw(now)
            if now != raw:
                self.usual = now
                termios.tcsetattr(self._number, termios.TCSANOW, raw)
            self._raw = True
        except termios.error:  # it is gone
            return

    def leave_raw(self) -> None:
        """Set what was set before, unless somebody else uses the terminal now."""
        if not self._raw:
            return
        self._raw = False
        if self.in_foreground():
            try:
                termios.tcsetattr(self._number, termios.TCSANOW, self.usual)
            except termios.error:  # it is gone
                return


class Keys:
    """Keys of our terminal on their way to the command's; `pressed` is called for each."""

    def __init__(self, loop: Loop, source: int, master: int, pressed: Callable[[], None]) -> None:
        self._pressed = pressed
        self._loop = loop
        self._source = source
        self._sink = os.dup(master)
        self._pending = b""
        self._paused = True

    def go_on(self) -> None:
        """Pass on what is typed from now on."""
        self._paused = False
        if self._source >= 0 and self._sink >= 0 and not self._pending:
            self._loop.watch(self._source, self._readable)

    def pause(self) -> None:
        """Leave alone what is typed from now on."""
        self._paused = True
        self._loop.forget(self._source)

    def close(self) -> None:
        """Let go of the command's terminal."""
        self.pause()
        if self._sink >= 0:
            self._loop.forget(self._sink)
            os.close(self._sink)
            self._sink = -1

    def _readable(self) -> None:
        try:
            data = os.read(self._source, _KEY_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        self._pending = data
        self._pressed()
        self._write()

    def _write(self) -> None:
        try:
            self._pending = self._pending[os.write(self._sink, self._pending) :]
        except BlockingIOError:
            pass
        except OSError:  # nobody has the command's terminal open any more
            self._pending = b""
        if self._pending:
            self._loop.forget(self._source)
            self._loop.watch(self._sink, self._write, write=True)
        else:
            self._loop.forget(self._sink)
            if not self._paused:
                self.go_on()


def copy_size(source: int, target: int) -> None:
    """Give one terminal the window size of another, as far as that has one."""
    try:
        size = fcntl.ioctl(source, termios.TIOCGWINSZ, bytes(_SIZE_BYTES))
        fcntl.ioctl(target, termios.TIOCSWINSZ, size)
    except OSError:
        return


def set_modes(terminal: int, modes: list[Any], *, line_ends: bool = False) -> list[Any]:
    """Set the modes of a terminal, with CR LF at line ends if wanted, and return what it has."""
    wanted = list(modes)
    if line_ends:
        wanted[_OUTPUT] |= _ENDS
    termios.tcsetattr(terminal, termios.TCSANOW, wanted)
    return termios.tcgetattr(terminal)


def output_terminal(number: int) -> tuple[int, int]:
    """Return a pseudo-terminal's two ends for output alone, of the size of terminal `number`.

    It leaves line ends as they are: the terminal that gets them treats them.
    """
    ours, theirs = os.openpty()
    attributes = termios.tcgetattr(theirs)
    attributes[_OUTPUT] &= ~termios.OPOST
    termios.tcsetattr(theirs, termios.TCSANOW, attributes)
    copy_size(number, ours)
    return ours, theirs


def _open_keys() -> int:
    """Return a descriptor of our terminal to read keys from, of our own where that can be had."""
    way = os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY
    if not os.isatty(_IN):
        try:
            return os.open("/dev/tty", way)
        except OSError:
            return -1
    try:
        return os.open(f"/proc/self/fd/{_IN}", way)
    except OSError:
        return _IN


def _raw(attributes: list[Any]) -> list[Any]:
    """Return attributes with which a terminal passes on every byte as it is, both ways."""
    t = termios
    raw = list(attributes)
    clear = {
        _INPUT: t.IGNBRK
        | t.BRKINT
        | t.PARMRK
        | t.ISTRIP
        | t.INPCK
        | t.INLCR
        | t.IGNCR
        | t.ICRNL
        | t.IXON,
        _OUTPUT: t.OPOST,
        _CONTROL: t.CSIZE | t.PARENB,
        _LOCAL: t.ECHO | t.ECHONL | t.ICANON | t.ISIG | t.IEXTEN,
    }
    for place, bits in clear.items():
        raw[place] = raw[place] & ~bits
    raw[_CONTROL] |= t.CS8
    raw[-1] = list(raw[-1])
    raw[-1][t.VMIN], raw[-1][t.VTIME] = 1, 0
    return raw
