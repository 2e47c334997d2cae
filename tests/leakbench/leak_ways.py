"""The ways from a row's program to the reader: `infsh secrets run`, in a pipe and in a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from typing import TYPE_CHECKING

import leak_rows
import pexpect
from leak_judge import verdict

if TYPE_CHECKING:
    from leak_rows import Row

PATIENCE = 60
PROGRAM = os.path.join(os.path.dirname(sys.executable), "infsh")


def environment(home: str) -> dict[str, str]:
    """Return the caller's environment with this home and without settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("INFSH_", "XDG_", "DBUS_", "CI", "GITHUB_", "PYTHON"))
    }
    return {**kept, "HOME": home, "TERM": "xterm", "LC_ALL": "C.UTF-8"}


def make_vault(home: str) -> None:
    """Make a vault in this home that has the secrets of all rows."""
    for name, value in leak_rows.SECRETS.items():
        subprocess.run(
            [PROGRAM, "secrets", "set", name],
            input=value.encode(),
            env=environment(home),
            capture_output=True,
            check=True,
            timeout=PATIENCE,
        )


def command(row: Row, *, split: bool) -> list[str]:
    """Return the command that runs a row's program with all secrets."""
    program = [sys.executable, "-E", os.path.abspath(leak_rows.__file__)]
    manner = "split" if split else "whole"
    only = ",".join(leak_rows.SECRETS)
    number = str(leak_rows.ROWS.index(row))
    return [PROGRAM, "secrets", "run", "--only", only, "--", *program, number, manner]


def by_pipe(home: str, row: Row, *, split: bool) -> str:
    """Return the verdict on a row whose output goes through pipes."""
    done = subprocess.run(
        command(row, split=split),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environment(home),
        timeout=PATIENCE,
        check=False,
    )
    return verdict(row, done.stdout, done.stderr)


def by_terminal(home: str, row: Row, *, split: bool) -> str:
    """Return the verdict on a row whose output goes to a terminal."""
    words = command(row, split=split)
    with warnings.catch_warnings():
        # Newer Pythons warn of a fork beside threads, and the workers of xdist have threads.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = pexpect.spawn(words[0], words[1:], env=environment(home), timeout=PATIENCE)
    try:
        output = child.read()
    finally:
        child.close(force=True)
    return verdict(row, output, terminal=True)


WAYS = {"pipe": by_pipe, "terminal": by_terminal}
