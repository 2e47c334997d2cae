"""What is refused or undone: making a vault, changing its keys, reading a damaged record."""

from __future__ import annotations

import os
import time

import pytest

from infsh_secrets.crypto import keyslots, keytext
from infsh_secrets.domain.errors import ConflictError, IntegrityError, UnavailableError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import Write
from infsh_secrets.stores.vault import audit, backup, create
from infsh_secrets.stores.vault.create import create_vault, draw_vault
from infsh_secrets.stores.vault.keychange import KeyChange
from infsh_secrets.stores.vault.store import LockedVault, VaultStore


def slot(new):
    key = os.urandom(32)
    draw = keyslots.Randomness.draw()
    return keyslots.wrap_raw(key, keytext.key_id(key), "file", new, draw)


@pytest.fixture
def new():
    return draw_vault()


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "v" / "p.vault")


@pytest.fixture
def store(path, new):
    """A vault with three entries in its audit chain."""
    create_vault(path, new, [slot(new)])
    locked = LockedVault(path)
    with VaultStore(locked, locked.unlock(new[2]), team="personal") as store:
        for key in ("A", "B", "C"):
            store.write("default", [Write(key, SecretValue(b"made up"))])
        yield store


def test_a_key_that_is_there_is_not_added_and_one_that_is_gone_not_removed(store, new):
    more = slot(new)
    with KeyChange(store) as change:
        change.add(more)
    with pytest.raises(ConflictError, match="of that id"), KeyChange(store) as change:
        change.add(more)
    with KeyChange(store) as change:
        change.remove(more.slot_id)
    with pytest.raises(ConflictError, match="meanwhile"), KeyChange(store) as change:
        change.remove(more.slot_id)


def test_a_vault_has_at_most_16_keys_and_at_least_one(store, new):
    for _ in range(15):
        with KeyChange(store) as change:
            change.add(slot(new))
    with pytest.raises(ConflictError, match="at most 16"), KeyChange(store) as change:
        change.add(slot(new))
    assert len(store.locked.file.slots()) == 16
    slots = [one.slot_id for one in store.locked.file.slots()]
    with pytest.raises(ConflictError, match="last key"), KeyChange(store) as change:
        list(map(change.remove, slots))


@pytest.mark.parametrize("count", [0, 17])
def test_a_vault_is_not_made_with_no_key_or_too_many(path, new, count):
    with pytest.raises(ValueError, match="1 to 16"):
        create_vault(path, new, [slot(new) for _ in range(count)])
    assert not os.path.exists(path)


def test_a_vault_does_not_replace_a_file(path, new):
    os.mkdir(os.path.dirname(path), 0o700)
    with open(path, "w", encoding="ascii") as file:
        file.write("something else")
    with pytest.raises(ConflictError, match="already"):
        create_vault(path, new, [slot(new)])
    assert os.listdir(os.path.dirname(path)) == ["p.vault"]
    with open(path, encoding="ascii") as file:
        assert file.read() == "something else"


@pytest.mark.parametrize("step", ["sync_folder", "_verify", "_fill"])
def test_of_a_vault_that_cannot_be_finished_nothing_is_left(path, new, monkeypatch, step):
    def fail(*_):
        raise UnavailableError("The disk is full.")

    monkeypatch.setattr(create, step, fail)
    with pytest.raises(UnavailableError):
        create_vault(path, new, [slot(new)])
    assert os.listdir(os.path.dirname(path)) == []


def test_what_killed_processes_left_is_removed_after_an_hour(path, new):
    folder = os.path.dirname(path)
    os.mkdir(folder, 0o700)
    for name, hours in (("old", 2), ("new", 0)):
        left = os.path.join(folder, f"{create.TEMPORARY}{name}.vault")
        with open(left, "w", encoding="ascii"):
            os.utime(left, (time.time() - hours * 3600,) * 2)
    create_vault(path, new, [slot(new)])
    assert sorted(os.listdir(folder)) == sorted([f"{create.TEMPORARY}new.vault", "p.vault"])


DAMAGES = (
    ("DELETE FROM audit WHERE seq = 2", "entry 2 is missing|an audit entry is missing"),
    ("UPDATE audit SET mac = zeroblob(32) WHERE seq = 2", "does not verify"),
    ("UPDATE audit SET mac = zeroblob(32) WHERE seq = 3", "does not verify|does not end"),
    ("UPDATE audit SET entry = zeroblob(200) WHERE seq = 1", "does not verify"),
)


@pytest.mark.parametrize(("damage", "told"), DAMAGES)
def test_a_damaged_record_is_told_in_whatever_way_it_is_read(store, damage, told):
    file = store.file
    file.begin_write()
    root = store.ledger().root
    last = (root.audit_seq, root.audit_head)
    keys = store.keys, store.vault
    file.run(damage)
    ways = (
        lambda: list(audit.newest_first(file, *keys, last)),
        lambda: audit.verify_chain(file, *keys, last),
        lambda: audit.reseal(file, last, keys, keys),
    )
    for way in ways:
        with pytest.raises(IntegrityError, match=told):
            way()
    file.rollback()
    file.begin_write()
    assert audit.reseal(file, last, keys, keys)[0] == last[0]
    file.rollback()


def test_a_chain_that_goes_on_behind_its_end_is_told(store):
    store.file.begin_write()
    root = store.ledger().root
    for last in ((root.audit_seq - 1, root.audit_head), (root.audit_seq, bytes(32))):
        with pytest.raises(IntegrityError):
            audit.verify_chain(store.file, store.keys, store.vault, last)
        with pytest.raises(IntegrityError):
            audit.reseal(store.file, last, (store.keys, store.vault), (store.keys, store.vault))
    store.file.rollback()


def test_a_copy_that_does_not_verify_is_removed(store, tmp_path, monkeypatch):
    copy = str(tmp_path / "v" / "copy.vault")

    def fail(*_):
        raise IntegrityError("It does not verify.")

    monkeypatch.setattr(backup, "verified", fail)
    with pytest.raises(IntegrityError):
        backup.copy_vault(store, copy)
    assert os.listdir(tmp_path / "v") == ["p.vault"]


def test_a_vault_of_another_key_is_not_opened_like_this_one(store, tmp_path):
    other = draw_vault()
    path = str(tmp_path / "v" / "other.vault")
    create_vault(path, other, [slot(other)])
    with pytest.raises(IntegrityError, match="does not belong to this key"):
        backup.open_like(path, store)
