"""Measuring whole processes in turn."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import pty
import random
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time

RUNS = 21
LONG = 0.4
"""Seconds; a command that takes longer is run less often, but `FEWEST` times at least."""
FEWEST = 3

_numbers = itertools.count(1)


class Command:
    """A command line and what is around it.

    `{turn}` in an argument or in `given`, its standard input, becomes a number that never comes
    twice. With `terminal`, it has one of 100 columns as its input and output.
    """

    def __init__(self, argv, environment=None, *, folder=None, given=None, terminal=False):
        self.argv = argv
        self.environment = environment
        self.folder = folder
        self.given = given
        self.terminal = terminal


class Times:
    """What several runs of one command took, in seconds."""

    def __init__(self, pairs):
        self.walls = sorted(wall for wall, _ in pairs)
        self.median = statistics.median(self.walls)
        self.low = self.walls[0]
        self.cpu = statistics.median(cpu for _, cpu in pairs)

    def beside(self, other):
        """Return the ratios to another: of the medians, the least times, the processor times."""
        return tuple(
            mine / its if its else 0.0
            for mine, its in (
                (self.median, other.median),
                (self.low, other.low),
                (self.cpu, other.cpu),
            )
        )

    @property
    def spread(self):
        """The seconds in which the middle half of the runs lies."""
        if len(self.walls) < FEWEST:
            return self.walls[-1] - self.walls[0]
        quarters = statistics.quantiles(self.walls, n=4, method="inclusive")
        return quarters[2] - quarters[0]


class CommandFailedError(Exception):
    """A measured command ended with another status than 0."""


def measure(commands, runs=RUNS, failed=None):
    """Return {name: Times} of {name: Command}, run in turns, shuffled anew in each.

    A first turn warms the caches and shows which commands take long. A command that fails ends the
    suite, unless there is a dictionary `failed`, which then gets its name and what it said.
    """
    wanted, taken = {}, {}
    for name, command in commands.items():
        try:
            wall, _ = once(command)
        except CommandFailedError as error:
            if failed is None:
                sys.exit(f"{name} failed: {error}")
            failed[name] = str(error)
        else:
            wanted[name] = runs if wall < LONG else max(FEWEST, round(runs * LONG / wall))
            wanted[name] = min(runs, wanted[name])
            taken[name] = []
    rng = random.Random(runs)
    for turn in range(runs):
        due = [name for name, count in wanted.items() if _is_due(turn, count, runs)]
        rng.shuffle(due)
        for name in due:
            taken[name].append(once(commands[name]))
    return {name: Times(pairs) for name, pairs in taken.items()}


def _is_due(turn, count, runs):
    """Return whether one of `count` even parts of all turns ends with this turn."""
    return turn * count // runs != (turn + 1) * count // runs


def once(command):
    """Run a command; returns the seconds it took, and those of processors."""
    number = next(_numbers)
    argv = [argument.replace("{turn}", str(number)) for argument in command.argv]
    with tempfile.TemporaryFile() as said, contextlib.ExitStack() as stack:
        options = {"env": command.environment, "cwd": command.folder, "stderr": said}
        if command.terminal:
            inner, outer = _terminal(stack)
            options |= {"stdin": inner, "stdout": inner, "start_new_session": True}
        else:
            given = subprocess.DEVNULL if command.given is None else subprocess.PIPE
            options |= {"stdin": given, "stdout": subprocess.DEVNULL}
        begun = time.perf_counter()
        process = subprocess.Popen(argv, **options)
        if command.terminal:
            os.close(inner)
            _drain(outer)
        elif command.given is not None:
            with contextlib.suppress(BrokenPipeError), process.stdin as pipe:
                pipe.write(command.given.replace("{turn}", str(number)).encode())
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            text = said.read().decode(errors="replace").strip()
            last = text.rpartition("\n")[2][-200:]
            raise CommandFailedError(f"status {process.returncode}: {last}")
    return wall, usage.ru_utime + usage.ru_stime


def _terminal(stack):
    """Return (its inner end, its outer end, which the stack closes)."""
    outer, inner = pty.openpty()
    stack.callback(os.close, outer)
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
    return inner, outer


def _drain(outer):
    with contextlib.suppress(OSError):  # EIO: nobody holds the inner end any more
        while os.read(outer, 65536):
            pass


BUSY = 1.0


def load():
    """Return how many processes have wanted a processor in the last minute."""
    return os.getloadavg()[0]


def load_warning(most):
    """Return a sentence on how busy the machine was, "" if it was not."""
    if most < BUSY:
        return ""
    return (
        f"The machine is busy with other things (load {most:.1f} on {os.cpu_count()} cores): "
        "verdicts are by processor times, and medians are not to be trusted."
    )
