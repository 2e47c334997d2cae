from __future__ import annotations

import os
import shutil
import stat
import threading
from types import SimpleNamespace

import pytest

from infsh_secrets.crypto.kdf import VaultKeys
from infsh_secrets.domain.errors import DeniedError, InfshError, IntegrityError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import Write
from infsh_secrets.stores.vault.anchor import Anchor, State
from infsh_secrets.stores.vault.create import create_vault, draw_vault
from infsh_secrets.stores.vault.store import LockedVault, VaultStore

KEY = bytes(range(32))
IN_PLACE = SimpleNamespace(replaced=lambda: False)


class Machine:
    """One state folder and a vault; `open` gives the vault with the anchor of this machine."""

    def __init__(self, folder, path, new):
        self.folder = os.path.join(folder, "anchors")
        self.path = path
        self.new = new
        self.notices = []

    def anchor(self, *, accept=False):
        return Anchor(self.folder, self.new[0], self.notices, accept=accept)

    def open(self, *, accept=False):
        locked = LockedVault(self.path)
        keys = VaultKeys(self.new[2], self.new[0], self.new[1])
        return VaultStore(locked, keys, team="personal", anchor=self.anchor(accept=accept))

    def write(self, value):
        with self.open() as store:
            store.write("default", [Write("K", SecretValue(value.encode()))])

    def read(self, *, accept=False):
        with self.open(accept=accept) as store:
            return store.get("default", "K").value.reveal()


@pytest.fixture
def new():
    return draw_vault()


@pytest.fixture
def machine(tmp_path, new):
    from infsh_secrets.crypto import keyslots, keytext

    path = str(tmp_path / "v" / "a.vault")
    slot = keyslots.wrap_raw(KEY, keytext.key_id(KEY), "file", new, keyslots.Randomness.draw())
    create_vault(path, new, [slot])
    return Machine(str(tmp_path / "state"), path, new)


@pytest.fixture
def older(machine):
    """Put back the file as it was after the first of two writes."""
    machine.write("one")
    shutil.copy(machine.path, machine.path + ".kept")
    machine.write("two")
    shutil.copy(machine.path + ".kept", machine.path)
    return machine


def test_a_write_leaves_a_private_anchor_of_its_state(machine):
    machine.write("one")
    anchor = machine.anchor()
    assert stat.S_IMODE(os.stat(anchor.path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(machine.folder).st_mode) == 0o700
    assert os.path.basename(anchor.path) == f"{machine.new[0].hex()}.anchor"
    with machine.open() as store:
        store.file.begin_read()
        root = store.file.root()
    state = anchor.read()
    assert (state.epoch, state.seq, state.mac) == (1, root.seq, root.mac)
    assert (state.audit_seq, state.audit_head) == (1, root.audit_head)
    assert machine.notices == []
    assert sorted(os.listdir(machine.folder)) == [".lock", os.path.basename(anchor.path)]


def test_an_older_copy_is_refused_and_both_ways_out_are_named(older):
    with pytest.raises(IntegrityError, match="rolled back: it is older") as caught:
        older.read()
    assert "--accept-rollback" in caught.value.hint
    assert "infsh secrets vault trust" in caught.value.hint
    with pytest.raises(IntegrityError):
        older.write("three")
    with pytest.raises(IntegrityError), older.open() as store:
        store.listing()


def test_an_accepted_older_copy_is_read_and_not_written(older):
    before = older.anchor().read()
    assert older.read(accept=True) == "one"
    assert "as it is: it is older" in older.notices[0]
    with older.open(accept=True) as store:
        with pytest.raises(IntegrityError, match="cannot be written") as caught:
            store.delete("default", ["K"])
        assert "vault trust" in caught.value.hint
        assert store.get("default", "K").value.reveal() == "one"
    assert older.anchor().read().seq == before.seq


def test_a_fork_of_the_same_length_is_refused(older):
    elsewhere = Machine(os.path.dirname(older.folder) + "2", older.path, older.new)
    elsewhere.write("another two")
    with pytest.raises(IntegrityError, match="not what became of"):
        older.read()


def test_a_longer_fork_is_refused(older):
    elsewhere = Machine(os.path.dirname(older.folder) + "2", older.path, older.new)
    elsewhere.write("another two")
    elsewhere.write("three")
    elsewhere.write("four")
    with pytest.raises(IntegrityError, match="not what became of"):
        older.read()


def test_two_machines_that_share_one_file_raise_no_alarm(machine):
    other = Machine(os.path.dirname(machine.folder) + "2", machine.path, machine.new)
    for number in range(4):
        machine.write(f"{number} of one")
        other.write(f"{number} of two")
        assert machine.read() == f"{number} of two"
    assert machine.anchor().read().age == other.anchor().read().age
    assert machine.notices == other.notices == []


def test_a_read_that_sees_a_newer_state_notes_it(machine):
    machine.write("one")
    other = Machine(os.path.dirname(machine.folder) + "2", machine.path, machine.new)
    other.write("two")
    before = machine.anchor().read().seq
    machine.read()
    assert machine.anchor().read().seq == before + 1


def test_a_read_of_the_same_state_writes_nothing(machine):
    machine.write("one")
    os.chmod(machine.folder, 0o500)
    before = os.stat(machine.anchor().path)
    machine.read()
    after = os.stat(machine.anchor().path)
    os.chmod(machine.folder, 0o700)
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_missing_anchor_is_made_by_a_read(machine):
    machine.write("one")
    shutil.rmtree(machine.folder)
    machine.read()
    assert machine.anchor().read().audit_seq == 1
    assert machine.notices == []


def test_a_higher_epoch_is_accepted_and_a_lower_one_not(machine):
    machine.write("one")
    state = machine.anchor().read()
    machine.anchor().replace(State(0, 99, bytes(32), 99, bytes(32)))
    assert machine.read() == "one"
    assert machine.anchor().read().age == state.age
    machine.anchor().replace(State(2, 1, bytes(32), 0, bytes(32)))
    with pytest.raises(IntegrityError, match="it is older"):
        machine.read()


@pytest.mark.parametrize("place", [0, 20, 40, 60, 100, 140])
def test_a_flipped_bit_in_the_anchor_warns_and_is_no_alarm(machine, place):
    machine.write("one")
    path = machine.anchor().path
    with open(path, "r+b") as file:
        data = bytearray(file.read())
        data[place] ^= 1
        file.seek(0)
        file.write(data)
    assert machine.read() == "one"
    assert "is written anew" in machine.notices[0]
    machine.notices.clear()
    assert machine.read() == "one"
    assert machine.notices == []


@pytest.mark.parametrize("data", [b"", b"x", b"x" * 10_000])
def test_an_anchor_of_another_size_warns_and_is_written_anew(machine, data):
    machine.write("one")
    with open(machine.anchor().path, "wb") as file:
        file.write(data)
    machine.write("two")
    assert len(machine.notices) == 1
    assert machine.anchor().read().audit_seq == 2


def test_the_anchor_of_another_vault_is_malformed(machine):
    machine.write("one")
    with open(machine.anchor().path, "rb") as file:
        data = file.read()
    stranger = Anchor(machine.folder, bytes(16), machine.notices)
    with open(stranger.path, "wb") as file:
        file.write(data)
    assert stranger.read() is None
    assert machine.notices


def test_an_anchor_that_others_may_write_is_not_believed(machine):
    machine.write("one")
    os.chmod(machine.anchor().path, 0o666)
    assert machine.read() == "one"
    assert machine.notices
    assert stat.S_IMODE(os.stat(machine.anchor().path).st_mode) == 0o600


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_an_anchor_that_is_no_file_does_not_stop_a_read(machine, kind):
    machine.write("one")
    path = machine.anchor().path
    os.unlink(path)
    if kind == "link":
        os.symlink(machine.path, path)
    elif kind == "pipe":
        os.mkfifo(path, 0o600)
    else:
        os.mkdir(path)
    assert machine.read() == "one"
    assert machine.notices


def test_a_state_folder_that_cannot_be_made_is_told_by_writes_only(machine, tmp_path):
    (tmp_path / "file").touch()
    machine.folder = str(tmp_path / "file" / "anchors")
    with pytest.raises(DeniedError):
        machine.anchor().replace(State(1, 1, bytes(32), 0, bytes(32)))
    machine.write("one")
    assert any("cannot be written" in notice for notice in machine.notices)
    assert machine.read() == "one"


def test_a_failed_rename_leaves_the_older_anchor_and_no_other_file(machine, monkeypatch):
    machine.write("one")
    before = machine.anchor().read().age

    def fail(*_paths):
        raise OSError(28, "made up")

    monkeypatch.setattr(os, "replace", fail)
    machine.write("two")
    assert any("cannot be written" in notice for notice in machine.notices)
    assert machine.anchor().read().age == before
    assert len(os.listdir(machine.folder)) == 2
    with pytest.raises(InfshError):
        machine.anchor().replace(State(1, 1, bytes(32), 0, bytes(32)))


def test_what_a_killed_writer_left_is_in_nobodys_way(machine):
    machine.write("one")
    with open(machine.anchor().path + ".new", "wb") as file:
        file.write(b"cut")
    machine.write("two")
    assert machine.anchor().read().audit_seq == 2
    assert machine.notices == []


def test_many_at_once_only_move_it_upwards(machine):
    states = [State(1, seq, bytes(32), seq, bytes(32)) for seq in range(1, 41)]
    gate = threading.Barrier(4)

    def advance(mine):
        gate.wait()
        for state in mine:
            assert machine.anchor()._put(state, IN_PLACE)

    threads = [threading.Thread(target=advance, args=(states[n::4],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert machine.anchor().read().seq == 40


@pytest.mark.parametrize("what", ["read", "write"])
def test_who_still_has_the_replaced_file_open_does_not_note_its_state(machine, monkeypatch, what):
    """A backup from before a rotation has the lower epoch, and would count as rolled back."""
    machine.write("one")
    backed_up = machine.anchor().read()
    copy = machine.path + ".copy"
    shutil.copyfile(machine.path, copy)
    os.chmod(copy, 0o600)
    machine.write("two")

    def restore():
        os.rename(copy, machine.path)
        machine.anchor().replace(backed_up)

    with machine.open() as store:
        if what == "read":
            ledger = store.ledger
            monkeypatch.setattr(store, "ledger", lambda: (restore(), ledger())[1])
            assert store.get("default", "K").value.reveal() == "two"
        else:
            commit = store.file.commit
            monkeypatch.setattr(store.file, "commit", lambda: (commit(), restore()))
            store.write("default", [Write("K", SecretValue(b"three"))])
    assert machine.anchor().read().age == backed_up.age
    assert machine.read() == "one"


def test_a_rolled_back_commit_moves_nothing(machine, monkeypatch):
    machine.write("one")
    before = machine.anchor().read().age
    with machine.open() as store, pytest.raises(RuntimeError):  # noqa: PT012
        from infsh_secrets.stores.vault.transaction import Transaction

        with Transaction(store) as transaction:
            transaction.put("default", Write("K", SecretValue(b"two")))
            raise RuntimeError
    assert machine.anchor().read().age == before
