"""What the tests of this folder know about processes."""

from __future__ import annotations

import time

PATIENCE = 30


def until(condition):
    """Wait until this is true and return what it was."""
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.01)
    return found


def state(number):
    """Return the letter of what a process does, or "gone"."""
    try:
        with open(f"/proc/{number}/stat") as file:
            return file.read().rpartition(")")[2].split()[0]
    except OSError:
        return "gone"


def is_alive(number):
    return state(number) not in ("Z", "X", "gone")
