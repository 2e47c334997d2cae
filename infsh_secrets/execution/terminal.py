"""A run whose output goes to a terminal: the child has a pseudo-terminal of its own."""

from __future__ import annotations

import fcntl
import os
import termios

_SIZE_BYTES = 8  # struct winsize
_OFLAG = 1


def copy_size(source: int, target: int) -> None:
    """Give one terminal the window size of another, as far as that has one."""
    try:
        size = fcntl.ioctl(source, termios.TIOCGWINSZ, bytes(_SIZE_BYTES))
        fcntl.ioctl(target, termios.TIOCSWINSZ, size)
    except OSError:
        return


def output_terminal(number: int) -> tuple[int, int]:
    """Return a pseudo-terminal's two ends for output alone, of the size of terminal `number`.

    It leaves line ends as they are: the terminal that gets them treats them.
    """
    ours, theirs = os.openpty()
    attributes = termios.tcgetattr(theirs)
    attributes[_OFLAG] &= ~termios.OPOST
    termios.tcsetattr(theirs, termios.TCSANOW, attributes)
    copy_size(number, ours)
    return ours, theirs
