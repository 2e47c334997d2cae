"""Commands under strace, each on a home of its own, and what a home holds afterwards."""

from __future__ import annotations

import compileall
import contextlib
import functools
import glob
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from typing import NamedTuple

import old_format
import pytest

import infsh_secrets
from infsh_secrets.config.settings import Options, Settings
from infsh_secrets.crypto import keyslots, keytext
from infsh_secrets.domain.errors import InfshError
from infsh_secrets.services.workspace import Workspace
from infsh_secrets.stores.vault.verify import verify
from infsh_secrets.unlock.keyfile import read_key_file

COMMAND = os.path.join(os.path.dirname(__file__), "traced_command.py")
STRACE = shutil.which("strace")
KEPT = "SOME_KEY"
FIRST = "first"


@functools.cache
def why_not() -> str:
    """Return why nothing can be traced here, "" when it can."""
    if STRACE is None:
        return "strace is not installed"
    done = subprocess.run([STRACE, "-f", "-qq", "true"], capture_output=True, check=False)
    return "" if done.returncode == 0 else "strace may not trace here"


needs_strace = pytest.mark.skipif(bool(why_not()), reason=why_not() or "it is there")


class Operation(NamedTuple):
    """One command: its name, arguments and standard input."""

    name: str
    argv: tuple[str, ...]
    stdin: bytes = b""
    first: bool = False
    """whether it begins without a vault"""
    older: bool = False
    """whether it begins with a vault of format 0"""


_TOML = b'SOME_KEY = "imported"\nOTHER_KEY = "imported, too"\n'
OPERATIONS = (
    Operation("first set", ("set", KEPT), b"new value", first=True),
    Operation("set", ("set", KEPT), b"new value"),
    Operation("set of a new one", ("set", "OTHER_KEY"), b"another value"),
    Operation("delete", ("delete", KEPT)),
    Operation("purge", ("delete", "LARGE_KEY", "--purge", "--yes")),
    Operation("rename", ("rename", KEPT, "OTHER_KEY")),
    Operation("key add", ("vault", "key", "add", "--key-file-out", "{home}/out/added.key")),
    Operation("key remove", ("vault", "key", "remove", "{spare}")),
    Operation("backup", ("vault", "backup", "{home}/out/copy.vault")),
    Operation("restore", ("vault", "restore", "{home}/out/older.vault")),
    Operation("rotate", ("vault", "rotate", "--key-file", "{home}/out/spare.key")),
    Operation("salvage", ("vault", "salvage", "{home}/out/copy.vault")),
    Operation("migration", ("list",), older=True),
    Operation("import", ("import", "--format", "toml", "-"), _TOML),
    Operation("team create", ("team", "create", "acme")),
)
NAMES = [operation.name for operation in OPERATIONS]
SHORT = {
    *("first set", "set", "delete", "purge", "key add", "backup", "restore", "rotate"),
    *("salvage", "migration"),
}
"""Those that every run has; the others do the same to the disk, more or less."""


class State(NamedTuple):
    """What a vault holds; it contains made-up values only."""

    epoch: int
    kinds: tuple[int, ...]
    openable: int
    """how many of the slots open with a key file that is there"""
    live: tuple[tuple[str, int, bytes], ...]
    deleted: tuple[str, ...]
    entries: int
    copy: tuple[int, ...]
    """what verifying the backup, or what was salvaged, has counted; nothing without one"""
    team: tuple[int, ...] = ()
    """the same of the vault of the other team, and how many keys open it"""
    format: int = 1


def environment(home: str) -> dict[str, str]:
    return {
        "HOME": home,
        "INFSH_DATA_DIR": os.path.join(home, "data"),
        "INFSH_STATE_DIR": os.path.join(home, "state"),
        "PATH": os.environ["PATH"],
        "PYTHONHASHSEED": "0",
        "LANG": "C.UTF-8",
    }


def workspace(home: str, *, anchor: bool = True, team: str | None = None) -> Workspace:
    settings = Settings(Options(team=team), environment(home))
    if not anchor:
        settings.state = ""
    return Workspace(settings)


def observe(home: str, *, anchor: bool = True) -> State | None:
    """Verify the whole vault of a home and return what is in it; None when there is no vault."""
    with workspace(home, anchor=anchor) as opened:
        if not os.path.lexists(opened.settings.vault):
            return None
        if _format(opened.settings.vault) == 0:
            return _older(home, anchor=anchor)
        store = opened.vault_store()
        counts = verify(store)
        live = [
            (info.environment, info.key, n, store.get(info.environment, info.key, n).value)
            for info in store.listing()
            for n in range(1, info.version + 1)
        ]
        deleted = tuple(info.key for info in store.listing(deleted=True))
        lock = opened.lock()
        kinds = tuple(sorted(slot.kind for slot in lock.slots))
        return State(
            lock.epoch,
            kinds,
            _openable(home, opened),
            tuple((*names, value.reveal_bytes()) for *names, value in live),
            deleted,
            counts.audit_entries,
            _copy(home),
            _team(home),
        )


def _openable(home: str, opened: Workspace) -> int:
    keys, lock = _keys(home), opened.lock()
    return sum(
        slot.key_id in keys
        and keyslots.unwrap_raw(slot, keys[slot.key_id], lock.vault_id, lock.epoch) != b""
        for slot in lock.slots
    )


def _format(path: str) -> int:
    """Return the format of a vault, after SQLite has undone what was not committed."""
    with contextlib.closing(sqlite3.connect(path)) as base:
        (number,) = base.execute("PRAGMA user_version").fetchone()
    return number


def _older(home: str, *, anchor: bool) -> State:
    """Migrate a copy: what is in it was in the vault, but for the entry of the migration."""
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(home, os.path.join(folder, "copy"))
        with workspace(copy, anchor=anchor) as opened:
            opened.vault_store()
        state = observe(copy, anchor=anchor)
    return state._replace(format=0, entries=state.entries - 1)


def _copy(home: str) -> tuple[int, ...]:
    path = os.path.join(home, "out", "copy.vault")
    if not os.path.lexists(path):
        return ()
    with workspace(home, anchor=False) as opened:
        opened.settings.vault = path
        return _counted(opened)


def _team(home: str) -> tuple[int, ...]:
    with workspace(home, team="acme") as opened:
        if not os.path.lexists(opened.settings.vault):
            return ()
        return (*_counted(opened), _openable(home, opened))


def _counted(opened: Workspace) -> tuple[int, ...]:
    counts = verify(opened.vault_store())
    return tuple(getattr(counts, field) for field in type(counts).__slots__)


def _keys(home: str) -> dict[bytes, bytes]:
    """Return the keys that lie in files below a home, by their ids; a torn one is none."""
    found = {}
    for path in glob.glob(os.path.join(home, "data", "keys", "*.key")) + glob.glob(
        os.path.join(home, "out", "*.key")
    ):
        try:
            key = read_key_file(path)
        except InfshError:
            continue
        found[keytext.key_id(key)] = key
    return found


class Base:
    """A home with a vault that has a bit of everything, and the id of a slot to remove."""

    def __init__(self, folder: str) -> None:
        # A module that is compiled makes other system calls than one that was.
        compileall.compile_dir(os.path.dirname(infsh_secrets.__file__), quiet=2)
        self.home = os.path.join(folder, "base")
        os.makedirs(os.path.join(self.home, "out"), mode=0o700)
        steps = [
            (("set", KEPT), b"one"),
            (("set", KEPT), b"two"),
            (("vault", "backup", f"{self.home}/out/older.vault"), b""),
            (("set", "LARGE_KEY"), b"0123456789" * 1500),
            (("set", "GONE_KEY"), b"gone"),
            (("delete", "GONE_KEY"), b""),
            (("vault", "key", "add", "--key-file-out", f"{self.home}/out/spare.key"), b""),
        ]
        for argv, stdin in steps:
            run(self.home, argv, stdin).check_returncode()
        spare = keytext.key_id(read_key_file(f"{self.home}/out/spare.key"))
        with workspace(self.home) as opened:
            slots = opened.lock().slots
        self.spare = next(slot.slot_id.hex() for slot in slots if slot.key_id == spare)


def run(home, argv, stdin, *, strace=(), driver=()):
    """Run a command and return the finished process."""
    traced = [STRACE, "-f", "-qq", *strace] if strace else []
    return subprocess.run(
        [*traced, sys.executable, COMMAND, *driver, "secrets", *argv],
        input=stdin,
        capture_output=True,
        # A fault may not get into what Python compiles, which all others import.
        env={**environment(home), "PYTHONDONTWRITEBYTECODE": "1" if strace else ""},
        cwd=home,
        timeout=60,
        check=False,
    )


class Case:
    """An operation made ready: a home to copy, its arguments, and the state before it."""

    def __init__(self, operation: Operation, folder: str, base: Base) -> None:
        self.operation = operation
        self.folder = folder
        self.home = os.path.join(folder, "home")
        self.spare = base.spare
        if operation.first:
            os.makedirs(os.path.join(self.home, "out"), mode=0o700)
        else:
            shutil.copytree(base.home, self.home)
        if operation.older:
            with workspace(self.home) as opened:
                old_format.to_format_0(opened.vault_store())
            shutil.rmtree(os.path.join(self.home, "state", "anchors"))
        self.before = observe(self.home)

    def run(self, home, *, strace=(), driver=()):
        """Run the operation in a copy of the home."""
        argv = self.argv(home)
        return run(home, argv, self.operation.stdin, strace=strace, driver=driver)

    def argv(self, home: str) -> list[str]:
        return [word.format(home=home, spare=self.spare) for word in self.operation.argv]

    def copy(self, name: str) -> str:
        """Return a new copy of the home as it is before the operation."""
        home = os.path.join(self.folder, name)
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self.home, home)
        return home


LINE = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\) += (-?\d+|\?)(.*)$")


def calls(log: str):
    """Yield (name, arguments as text, result, rest) for each finished call in a log of strace."""
    with open(log, encoding="utf-8", errors="surrogateescape") as file:
        for line in file:
            found = LINE.match(line.rstrip("\n"))
            if found:
                yield found.groups()


@pytest.fixture(scope="session", name="traced_base")
def base_fixture(tmp_path_factory):
    """A filled home, made once."""
    return Base(str(tmp_path_factory.mktemp("traced")))
