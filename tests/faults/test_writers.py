"""Many processes write to one vault: nothing is lost, and nobody waits for long."""

import os
import subprocess
import sys

import pytest
import support

from infsh_secrets.domain.errors import UnavailableError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import Write
from infsh_secrets.stores.vault import sqlite
from infsh_secrets.stores.vault.verify import verify

WRITER = os.path.join(os.path.dirname(__file__), "child_writer.py")


@pytest.fixture
def vault(tmp_path):
    path = os.path.join(tmp_path, "vault", "w.vault")
    support.new_vault(path)
    return path


def run_writers(path, mode, processes, writes):
    """Start all writers at once and return the longest time that one write took."""
    started = [
        subprocess.Popen(
            [sys.executable, WRITER, path, mode, f"W{number}", str(writes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(processes)
    ]
    for process in started:
        assert process.stdout.readline() == "ready\n"
    for process in started:
        process.stdin.write("\n")
        process.stdin.flush()
    longest = []
    for process in started:
        out, _ = process.communicate()
        assert process.returncode == 0, "a writer failed"
        longest.append(float(out.split()[1]))
    return max(longest)


def check_own(path, processes, writes, mode="own"):
    longest = run_writers(path, mode, processes, writes)
    with support.open_store(path) as store:
        for writer in range(processes):
            for number in range(writes):
                secret = store.get("default", f"W{writer}_{number}")
                assert secret.value.reveal() == f"W{writer}-{number}"
        counts = verify(store)
    assert counts.secrets == counts.versions == counts.audit_entries == processes * writes
    assert longest < 10
    return f"writers: {processes} x {writes} sets, all there, longest wait {longest:.2f} s"


def check_same(path, processes, writes):
    longest = run_writers(path, "same", processes, writes)
    total = processes * writes
    with support.open_store(path) as store:
        secret = store.get("default", "SHARED_KEY")
        assert secret.version == total
        kept = range(total - 19, total + 1)
        seen = {store.get("default", "SHARED_KEY", n).value.reveal() for n in kept}
        assert len(seen) == len(kept)
        with pytest.raises(support.NotFoundError):
            store.get("default", "SHARED_KEY", total - 20)
        counts = verify(store)
    assert (counts.versions, counts.audit_entries) == (20, total)
    assert longest < 10
    return (
        f"writers of one key: {processes} x {writes} sets, versions 1..{total}, "
        f"longest wait {longest:.2f} s"
    )


def test_writers(vault, report):
    report(check_own(vault, 8, 10))


def test_writers_of_one_key(vault, report):
    report(check_same(vault, 4, 10))


@pytest.mark.slow
def test_writers_long(vault, report):
    report(check_own(vault, 32, 20))


@pytest.mark.slow
def test_writers_on_a_slow_disk(vault, report):
    # With SQLite's own waiting five of these 640 gave up after 10 s.
    report(check_own(vault, 32, 20, "slowly") + " on a disk that takes 20 ms more")


@pytest.mark.slow
def test_writers_of_one_key_long(vault, report):
    report(check_same(vault, 16, 25))


def test_a_writer_that_waits_in_vain_says_so(vault, monkeypatch):
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.2)
    with support.open_store(vault) as store, support.open_store(vault) as other:
        other.file.begin_write()
        with pytest.raises(UnavailableError, match="is busy"):
            store.write("default", [Write("A_KEY", SecretValue(b"made up"))])
        other.file.rollback()
        store.write("default", [Write("A_KEY", SecretValue(b"made up"))])
        assert verify(store).secrets == 1


def test_a_commit_that_readers_hold_up_says_so(vault, monkeypatch):
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.2)
    with support.open_store(vault) as store, support.open_store(vault) as other:
        other.file.begin_read()
        other.ledger()
        with pytest.raises(UnavailableError, match=r"is busy.*Nothing was written\.$"):
            store.write("default", [Write("A_KEY", SecretValue(b"made up"))])
        assert store.listing() == []
        other.file.rollback()
        store.write("default", [Write("A_KEY", SecretValue(b"made up"))])
        assert verify(store).secrets == 1
