"""kill -9 at any moment: what was acknowledged is there, and at most one write more."""

import contextlib
import glob
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
import support

from infsh_secrets.domain.errors import ConflictError, DeniedError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import Write
from infsh_secrets.stores.vault.create import create_vault
from infsh_secrets.stores.vault.verify import verify

WRITER = os.path.join(os.path.dirname(__file__), "child_writer.py")


def kill_after(arguments, delay, first_line):
    """Start a writer, kill it `delay` seconds after its first line; return its other lines."""
    process = subprocess.Popen(
        [sys.executable, WRITER, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == first_line
    process.stdin.write("\n")
    process.stdin.flush()
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    out, _ = process.communicate()
    # A line that the kill cut was not read by anybody.
    return out.splitlines(keepends=True)


def check_after_kill(path, acknowledged, total):
    """Return how many writes were there that nobody heard of: none or one."""
    with support.open_store(path) as store:
        counts = verify(store)
        unheard = counts.audit_entries - total - len(acknowledged)
        assert unheard in (0, 1), "a write is lost, or was never made"
        newest = dict(line.split() for line in acknowledged if line.endswith("\n"))
        # The one in flight may be a newer version of an acknowledged one.
        newer = 0
        for key, number in newest.items():
            value = store.get("default", key).value.reveal()
            newer += not value.startswith(f"{number}-")
        assert newer <= unheard, "an acknowledged write is lost"
        store.write("default", [Write("AFTER_THE_KILL", SecretValue(b"%d" % total))])
        total = verify(store).audit_entries
    assert os.listdir(os.path.dirname(path)) == [os.path.basename(path)]
    return unheard, total


def run_kills(path, seed, kills):
    draw = random.Random(seed)
    support.new_vault(path)
    total = acknowledged = unheard = journals = 0
    for _ in range(kills):
        lines = kill_after([path, "forever", "K"], draw.uniform(0, 0.12), "ready\n")
        journals += os.path.exists(path + "-journal")
        more, total = check_after_kill(path, lines, total)
        unheard += more
        acknowledged += len(lines)
    return (
        f"{kills} kills, {acknowledged} acknowledged writes, 0 lost, {unheard} present that were "
        f"in flight, {journals} journals rolled back"
    )


def test_kill(tmp_path, report):
    report("kill -9 of a writer: " + run_kills(os.path.join(tmp_path, "v", "k.vault"), 1, 15))


@pytest.mark.slow
def test_kill_long(tmp_path, report):
    said = run_kills(os.path.join(tmp_path, "v", "k.vault"), 2, 150)
    report("kill -9 of a writer, long: " + said)


@pytest.mark.full
def test_kill_full(tmp_path, report):
    said = run_kills(os.path.join(tmp_path, "v", "k.vault"), 3, 1000)
    report("kill -9 of a writer, full: " + said)


def test_an_interrupted_write_on_a_read_only_medium_is_told(tmp_path, monkeypatch):
    path, killed = (os.path.join(tmp_path, name, "k.vault") for name in ("v", "killed"))
    support.new_vault(path)
    os.mkdir(os.path.dirname(killed), 0o700)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as base:
        base.execute("PRAGMA cache_size=1")  # so that pages are written before the commit
        base.execute("BEGIN")
        base.execute("UPDATE buckets SET hash = zeroblob(2000)")
        for ending in ("", "-journal"):
            shutil.copyfile(path + ending, killed + ending)
            os.chmod(killed + ending, 0o600)
        base.execute("ROLLBACK")
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda *_: False)
        with pytest.raises(DeniedError, match="was interrupted") as caught:
            support.open_store(killed)
        assert "-journal" in caught.value.hint
    with support.open_store(killed) as store:
        assert verify(store).secrets == 0


def run_create_kills(folder, seed, kills):
    draw = random.Random(seed)
    path = os.path.join(folder, "v", "c.vault")
    complete = none = stale = before = 0
    for number in range(kills):
        kill_after([path, "create", str(number)], draw.uniform(0, 0.03), "begins\n")
        left = glob.glob(os.path.join(folder, "v", ".new-*"))
        stale += len(left) > before
        before = len(left)
        assert all(os.stat(name).st_mode & 0o77 == 0 for name in left)
        if os.path.lexists(path):
            complete += 1
            with support.open_store(path) as store:
                assert verify(store).secrets == 0
                store.write("default", [Write("FIRST_KEY", SecretValue(b"made up"))])
        else:
            # Whatever was left is in nobody's way.
            none += 1
            support.new_vault(path)
            with support.open_store(path) as store:
                assert verify(store).secrets == 0
        os.unlink(path)
        assert not os.path.exists(path + "-journal")
    assert none
    return f"{kills} kills, {complete} complete vaults, {none} none, {stale} left a temporary file"


def test_kill_while_a_vault_is_made(tmp_path, report):
    report("kill -9 of create: " + run_create_kills(tmp_path, 3, 12))


@pytest.mark.slow
def test_kill_while_a_vault_is_made_long(tmp_path, report):
    report("kill -9 of create, long: " + run_create_kills(tmp_path, 4, 100))


def test_create_sweeps_what_killed_ones_left(tmp_path):
    folder = os.path.join(tmp_path, "v")
    os.mkdir(folder, 0o700)
    names = ["old.vault", "old.vault-journal", "new.vault"]
    stale, journal, fresh = (os.path.join(folder, f".new-{name}") for name in names)
    for name in (stale, journal, fresh):
        support.put_file(name, b"")
    for name in (stale, journal):
        os.utime(name, (1, 1))
    support.new_vault(os.path.join(folder, "c.vault"))
    # One that is new may belong to somebody who is at it now.
    assert sorted(os.listdir(folder)) == [os.path.basename(fresh), "c.vault"]


def test_create_replaces_nothing(tmp_path):
    path = os.path.join(tmp_path, "v", "c.vault")
    support.new_vault(path)
    with open(path, "rb") as file:
        before = file.read()
    with pytest.raises(ConflictError):
        support.new_vault(path)
    with open(path, "rb") as file:
        assert file.read() == before
    assert os.listdir(os.path.dirname(path)) == ["c.vault"]


@pytest.mark.parametrize("number", [0, 17])
def test_create_takes_1_to_16_slots(tmp_path, number):
    path = os.path.join(tmp_path, "v", "c.vault")
    with pytest.raises(ValueError, match="1 to 16"):
        create_vault(path, (bytes(16), 1, bytes(32)), [None] * number)
    assert not os.path.exists(os.path.dirname(path))
