from __future__ import annotations

import os

import pytest

from infsh_secrets.crypto import keyslots, keytext
from infsh_secrets.domain.errors import NotFoundError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import Write
from infsh_secrets.stores.vault import audit
from infsh_secrets.stores.vault.create import create_vault, draw_vault
from infsh_secrets.stores.vault.store import LockedVault, VaultStore


@pytest.fixture
def store(tmp_path):
    path, key, new = str(tmp_path / "v" / "p.vault"), os.urandom(32), draw_vault()
    draw = keyslots.Randomness.draw()
    create_vault(path, new, [keyslots.wrap_raw(key, keytext.key_id(key), "file", new, draw)])
    locked = LockedVault(path)
    with VaultStore(locked, locked.unlock(new[2]), team="personal") as store:
        store.write("default", [Write(name, SecretValue(name.encode())) for name in ("A", "B")])
        yield store


def entries(store):
    store.file.begin_read()
    try:
        root = store.ledger().root
        last = (root.audit_seq, root.audit_head)
        return [entry for _, entry in audit.newest_first(store.file, store.keys, store.vault, last)]
    finally:
        store.file.rollback()


def test_several_callers_share_a_commit_and_each_is_on_record(store):
    with store.begin() as transaction:
        one = transaction.give_out("default", "A", ("ann", "server"))
        transaction.give_out("default", "A", ("bob", "server"))
        transaction.give_out("default", "B", ("bob", "server"))
        transaction.give_out("default", "B", ("bob", "server"))
    assert one.value.reveal() == "A"
    seen = {
        (entry.user, key, entry.count)
        for entry in entries(store)
        for action, _, key, _ in entry.subjects
        if action == "used"
    }
    assert seen == {("ann", "A", 1), ("bob", "A", 1), ("bob", "B", 2)}
    assert store.get("default", "A").info.last_used is not None


def test_nothing_is_written_when_nothing_was_given(store):
    before = len(entries(store))
    with store.begin() as transaction, pytest.raises(NotFoundError):
        transaction.give_out("default", "C", ("ann", "server"))
    assert len(entries(store)) == before


def test_the_item_of_a_secret_is_that_of_the_transaction(store):
    with store.begin() as transaction:
        item = transaction.item("default", "A")
        with pytest.raises(NotFoundError):
            transaction.item("default", "C")
    assert len(item.item_id) == 16
