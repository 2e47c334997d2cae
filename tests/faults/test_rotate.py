"""A rotation that is killed, starved or fails: the vault opens as before, with all it had."""

import os
import random
import signal
import subprocess
import sys
import threading
import time

import pytest
import support
from test_disk_full import Limited

from infsh_secrets.crypto import keyslots, keytext
from infsh_secrets.domain.errors import InfshError, KeyChangedError, UnavailableError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import Write
from infsh_secrets.stores.vault import rotation
from infsh_secrets.stores.vault.keychange import KeyChange
from infsh_secrets.stores.vault.store import LockedVault
from infsh_secrets.stores.vault.tables import VaultFile
from infsh_secrets.stores.vault.verify import verify

COUNT = 60
CHILD = """
import sys
import test_rotate
print("begins", flush=True)
while True:
    test_rotate.rotate(sys.argv[1])
    print("done", flush=True)
"""


def rotate(path, progress=lambda *_: None):
    """Give the vault a new key; the raw key goes on to open it."""
    with support.open_store(path) as store:
        locked = LockedVault(path)
        locked.file.close()
        new = (locked.head.vault_id, locked.head.epoch + 1, os.urandom(32))
        random_ = keyslots.Randomness.draw()
        key = support.RAW_KEY
        slot = keyslots.wrap_raw(key, keytext.key_id(key), "file", new, random_)
        rotation.rotate(store, rotation.NewKeys(new[2], [slot], locked.slots), progress)


def check(path, *, killed=False):
    """The vault opens with its key and has all that it had; return its epoch."""
    with support.open_store(path) as store:
        counts = verify(store)
        assert (counts.secrets, counts.versions) == (COUNT, COUNT)
        right = all(
            store.get("default", f"KEY_{n}").value.reveal() == f"value {n}" for n in range(COUNT)
        )
        assert right, "a value is another one"
    locked = LockedVault(path)
    locked.file.close()
    # A journal that was cut before it meant anything stays until the next write.
    assert killed or os.listdir(os.path.dirname(path)) == [os.path.basename(path)]
    return locked.head.epoch


@pytest.fixture
def path(tmp_path):
    path = os.path.join(tmp_path, "vault", "r.vault")
    support.new_vault(path)
    with support.open_store(path) as store:
        values = [Write(f"KEY_{n}", SecretValue(f"value {n}".encode())) for n in range(COUNT)]
        store.write("default", values)
    return path


def test_kill_at_any_moment(path, report):
    draw = random.Random(7)
    kills, done = 12, 0
    for _ in range(kills):
        before = check(path, killed=True)
        process = subprocess.Popen(
            [sys.executable, "-c", CHILD, path],
            cwd=os.path.dirname(__file__),
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout.readline() == "begins\n"
        time.sleep(draw.uniform(0.0, 0.15))
        process.send_signal(signal.SIGKILL)
        acknowledged = process.communicate()[0].count("done\n")
        assert check(path, killed=True) - before - acknowledged in (0, 1)
        done += acknowledged
    report(f"rotate, kill -9: {kills} kills, {done} rotations acknowledged, nothing lost")


def test_no_room(path, report):
    size = os.path.getsize(path)
    limits = [0, 4096, 20_000, size - 4096, size, size + 4096, size + 20_000]
    met = 0
    for limit in limits:
        before = check(path)
        error = None
        with Limited(limit):
            try:
                rotate(path)
            except InfshError as caught:
                error = caught
        met += error is not None
        assert error is None or type(error) is UnavailableError
        assert check(path) == before + (error is None)
    assert met
    report(f"rotate without room: {len(limits)} limits, {met} met, nothing lost")


@pytest.mark.parametrize("happened", [False, True])
def test_a_commit_that_fails(path, monkeypatch, happened):
    real = VaultFile.commit

    def fails(file):
        if happened:
            real(file)
        raise UnavailableError("The disk reports an error.")

    monkeypatch.setattr(VaultFile, "commit", fails)
    with pytest.raises(UnavailableError) as caught:
        rotate(path)
    monkeypatch.undo()
    told = "The change itself was written." if happened else "Nothing was written."
    assert caught.value.message.endswith(told)
    assert check(path) == 1 + happened


def test_a_commit_of_which_nothing_is_known(path, monkeypatch):
    def fails(_):
        raise UnavailableError("The disk reports an error.")

    monkeypatch.setattr(VaultFile, "commit", fails)
    monkeypatch.setattr(VaultFile, "reopen", fails)
    with pytest.raises(UnavailableError, match="not known whether the vault has its new key"):
        rotate(path)
    monkeypatch.undo()
    assert check(path) == 1


@pytest.mark.parametrize(
    "step", ["clear_items", "put_items", "put_head", "replace_audit", "put_root", "replace_values"]
)
def test_an_error_at_any_step(path, monkeypatch, step):
    def fails(*_):
        raise UnavailableError("The disk is full.")

    monkeypatch.setattr(VaultFile, step, fails)
    with pytest.raises(UnavailableError, match="Nothing was written"):
        rotate(path)
    monkeypatch.undo()
    assert check(path) == 1


def test_an_interrupt_changes_nothing(path):
    def interrupts(done, _):
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate(path, interrupts)
    assert check(path) == 1


def test_two_at_once(path):
    """One wins; the other is told that the key has changed, and nothing is lost."""
    started = threading.Barrier(2)
    outcomes = []

    def run():
        try:
            with support.open_store(path) as store:
                locked = LockedVault(path)
                locked.file.close()
                new = (locked.head.vault_id, locked.head.epoch + 1, os.urandom(32))
                key = support.RAW_KEY
                slot = keyslots.wrap_raw(
                    key, keytext.key_id(key), "file", new, keyslots.Randomness.draw()
                )
                started.wait()
                keys = rotation.NewKeys(new[2], [slot], locked.slots)
                rotation.rotate(store, keys, lambda *_: None)
            outcomes.append("rotated")
        except KeyChangedError:
            outcomes.append("told")

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["rotated", "told"]
    assert check(path) == 2


@pytest.mark.parametrize("happened", [False, True])
def test_a_key_change_whose_commit_fails(path, monkeypatch, happened):
    real = VaultFile.commit
    added = os.urandom(32)

    def fails(file):
        if happened:
            real(file)
        raise UnavailableError("The disk reports an error.")

    with support.open_store(path) as store:
        locked = LockedVault(path)
        locked.file.close()
        vault_key = keyslots.unwrap_raw(
            locked.slots[0], support.RAW_KEY, locked.head.vault_id, locked.head.epoch
        )
        vault = (locked.head.vault_id, locked.head.epoch, vault_key)
        slot = keyslots.wrap_raw(
            added, keytext.key_id(added), "file", vault, keyslots.Randomness.draw()
        )
        monkeypatch.setattr(VaultFile, "commit", fails)
        with pytest.raises(UnavailableError), KeyChange(store) as change:
            change.add(slot)
        monkeypatch.undo()
    assert check(path) == 1
    locked = LockedVault(path)
    locked.file.close()
    assert len(locked.slots) == 1 + happened
