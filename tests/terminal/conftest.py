"""A terminal of a given width, run by pexpect and drawn by pyte, with any program in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import warnings

import pexpect
import pyte
import pytest
from wcwidth import wcwidth

BIN = os.path.dirname(sys.executable)
PATIENCE = 60


class Terminal:
    """A program in a terminal; `text` is what a person sees, `raw` every byte that came."""

    def __init__(self, argv, columns, lines, env):
        self.screen = pyte.Screen(columns, lines)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        with warnings.catch_warnings():
            # Newer Pythons warn of a fork beside threads, and the workers of xdist have threads.
            warnings.simplefilter("ignore", DeprecationWarning)
            self.child = pexpect.spawn(
                argv[0], argv[1:], dimensions=(lines, columns), env=env, timeout=PATIENCE
            )
        self.child.delaybeforesend = None

    def read(self):
        """Take what the program writes within a tenth of a second; False at its end."""
        try:
            data = self.child.read_nonblocking(65536, timeout=0.1)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += data
        self.stream.feed(data)
        return True

    @property
    def rows(self):
        return [self._row(y) for y in range(self.screen.lines)]

    def _row(self, y):
        """Return a line as `Screen.display` has it, which looks at every cell of the screen."""
        cells = self.screen.buffer.get(y)
        shown, wide = [], False
        for x in range(max(cells, default=-1) + 1 if cells else 0):
            data = cells[x].data
            if not wide:
                shown.append(data)
            wide = not wide and not data.isascii() and wcwidth(data[0]) == 2
        return "".join(shown).rstrip()

    @property
    def text(self):
        return "\n".join(self.rows).rstrip("\n")

    def wait(self, text):
        """Read until this is on the screen."""
        self.wait_for(lambda shown: text in shown)

    def wait_for(self, condition, patience=PATIENCE):
        """Read until this is true of what is on the screen."""
        end = time.monotonic() + patience
        while not condition(self.text):
            assert self.read(), f"it ended too early:\n{self.text}"
            assert time.monotonic() < end, f"it did not come:\n{self.text}"

    def settle(self, quiet=0.3):
        """Read until nothing has come for a while."""
        last = time.monotonic()
        while time.monotonic() - last < quiet:
            before = len(self.raw)
            if not self.read():
                return
            if len(self.raw) != before:
                last = time.monotonic()

    def send(self, text):
        self.child.send(text)

    def line(self, text):
        self.child.send(text + "\r")

    def end(self):
        """Read to the end and return the exit status, negative for a signal."""
        end = time.monotonic() + PATIENCE
        while self.read():
            assert time.monotonic() < end, f"it never ended:\n{self.text}"
        self.child.close()
        if self.child.signalstatus is not None:
            return -self.child.signalstatus
        return self.child.exitstatus

    def column(self, row, text):
        """Return the column of the screen in which `text` begins, wide characters counted as 2."""
        cells = [self.screen.buffer[row][x].data for x in range(self.screen.columns)]
        for start in range(len(cells)):
            if "".join(cells[start:]).startswith(text) and cells[start]:
                return start
        raise AssertionError(f"{text!r} is not in {self.rows[row]!r}")


@pytest.fixture
def terminal(own_home):
    """Start programs in terminals; whatever still runs is ended with the test."""
    running = []

    def start(*argv, columns=80, lines=40, env=None):
        path = os.pathsep.join((BIN, os.environ["PATH"]))
        full = {**os.environ, "PATH": path, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        full |= env or {}
        program = os.path.join(BIN, argv[0])
        found = program if os.path.exists(program) else argv[0]
        made = Terminal([found, *argv[1:]], columns, lines, full)
        running.append(made)
        return made

    yield start
    for made in running:
        made.child.close(force=True)


@pytest.fixture
def seen(terminal):
    """Run `infsh` in a terminal to its end; returns the terminal with its `status`."""

    def run(*arguments, **options):
        made = terminal("infsh", *arguments, **options)
        made.status = made.end()
        return made

    return run


PASSPHRASE = "correct horse"


WITH_THE_LEAST = """
import sys
from infsh_secrets import entry
from infsh_secrets.crypto import kdf
kdf.ARGON2_DEFAULT = kdf.ARGON2_FLOOR
sys.exit(entry.run(sys.argv[1:]))
"""
"""The program with the least that a passphrase may cost."""


@pytest.fixture(scope="session")
def passphrase_home(tmp_path_factory):
    """A home whose vault opens with PASSPHRASE alone; made once, since that takes a while."""
    home = tmp_path_factory.mktemp("passphrase-home")
    file = home / "passphrase"
    file.write_text(PASSPHRASE)
    file.chmod(0o600)
    env = {"HOME": str(home), "INFSH_VAULT_PASSPHRASE_FILE": str(file), "PATH": os.environ["PATH"]}
    words = ["secrets", "set", "NEW_KEY", "a-made-up-value-of-some-length"]
    command = [sys.executable, "-c", WITH_THE_LEAST, *words]
    subprocess.run(command, env=env, check=True, capture_output=True)
    file.unlink()
    return home


@pytest.fixture
def passphrase_vault(passphrase_home, own_home):
    """That vault in the home of this test."""
    shutil.copytree(passphrase_home, own_home, dirs_exist_ok=True)
