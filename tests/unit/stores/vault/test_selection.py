from __future__ import annotations

import os
import sqlite3

import pytest

from infsh_secrets.crypto import keyslots, keytext
from infsh_secrets.domain.errors import IntegrityError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import Write
from infsh_secrets.stores.vault import tables
from infsh_secrets.stores.vault.create import create_vault, draw_vault
from infsh_secrets.stores.vault.selection import select
from infsh_secrets.stores.vault.store import LockedVault, VaultStore


@pytest.fixture
def store(tmp_path):
    """A vault with A and B in default, B and C in staging, and GONE, which is deleted."""
    path, key, new = str(tmp_path / "v" / "p.vault"), os.urandom(32), draw_vault()
    draw = keyslots.Randomness.draw()
    create_vault(path, new, [keyslots.wrap_raw(key, keytext.key_id(key), "file", new, draw)])
    locked = LockedVault(path)
    with VaultStore(locked, locked.unlock(new[2]), team="personal") as store:
        for environment, keys in (("default", ("A", "B", "GONE")), ("staging", ("B", "C"))):
            writes = [Write(key, SecretValue(f"{key} of {environment}".encode())) for key in keys]
            store.write(environment, writes)
        store.delete("default", ["GONE"])
        yield store


def values(selection):
    return {key: secret.value.reveal() for key, secret in selection.secrets.items()}


def test_each_key_comes_from_the_first_environment_that_has_it(store):
    keys = ["C", "B", "A", "GONE", "NOWHERE"]
    found = select(store, ["staging", "default"], keys)
    assert values(found) == {"C": "C of staging", "B": "B of staging", "A": "A of default"}
    assert list(found.secrets) == ["C", "B", "A"]
    assert values(select(store, ["default"], keys)) == {"B": "B of default", "A": "A of default"}
    assert select(store, ["default"], ["A"]).secrets["A"].info.environment == "default"


def test_hundreds_of_names_come_in_the_order_in_which_they_are_asked_for(store):
    keys = [f"K{number}" for number in range(250)]
    store.write("default", [Write(key, SecretValue(b"of default")) for key in keys])
    store.write("staging", [Write(key, SecretValue(b"of staging")) for key in keys[::2]])
    store.delete("staging", keys[:10:2])
    asked = [*reversed(keys), "NOWHERE", "A"]
    found = select(store, ["staging", "default"], asked)
    assert list(found.secrets) == [*reversed(keys), "A"]
    from_staging = {key for key in keys if found.secrets[key].info.environment == "staging"}
    assert from_staging == set(keys[10::2])
    assert found.secrets["K11"].value.reveal() == "of default"


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM items WHERE idx = (SELECT max(idx) FROM items)",
        "UPDATE items SET digest = randomblob(32) WHERE idx = (SELECT min(idx) FROM items)",
        "UPDATE items SET rev = 'x' WHERE idx = (SELECT min(idx) FROM items)",
        "UPDATE versions SET item = 7 WHERE item = (SELECT min(id) FROM items)",
    ],
)
def test_hundreds_of_names_are_not_returned_from_a_changed_vault(store, change):
    keys = [f"K{number}" for number in range(300)]
    store.write("default", [Write(key, SecretValue(b"made up")) for key in keys])
    assert len(select(store, ["default"], keys).secrets) == 300
    with sqlite3.connect(store.file.path) as base:
        base.execute(change)
    base.close()
    wanted = [*keys, "A", "B"]  # in which bucket the changed one lies does not matter
    with pytest.raises(IntegrityError):
        select(store, ["default", "staging"], wanted)


def test_the_lists_of_all_environments_are_in_order(store):
    listed = [(info.key, info.environment) for info in store.listing()]
    assert listed == [("A", "default"), ("B", "default"), ("B", "staging"), ("C", "staging")]


def test_all_keys_of_a_chain(store):
    assert values(select(store, ["default"], None)) == {"A": "A of default", "B": "B of default"}
    assert values(select(store, ["default", "staging", "default"], None)) == {
        "A": "A of default",
        "B": "B of default",
        "C": "C of staging",
    }
    assert values(select(store, ["nowhere"], None)) == {}


def test_names_are_known_in_whatever_environment_they_live(store, monkeypatch):
    names = ["A", "C", "GONE", "NOWHERE", "PATH"]
    assert select(store, ["default"], [], names).known == {"A", "C"}
    monkeypatch.setattr(tables, "_MOST_PARAMETERS", 2)
    assert select(store, ["default"], [], names).known == {"A", "C"}


def test_everything_is_of_one_state(store, monkeypatch):
    other = VaultStore(LockedVault(store.file.path), store.keys, team="personal")
    begun = store.ledger

    def ledger():
        found = begun()
        monkeypatch.setattr("infsh_secrets.stores.vault.sqlite.BUSY_SECONDS", 0.0)
        with pytest.raises(Exception, match="vault"):
            other.write("default", [Write("A", SecretValue(b"new"))])
        return found

    monkeypatch.setattr(store, "ledger", ledger)
    assert values(select(store, ["default"], ["A"])) == {"A": "A of default"}
    other.close()


@pytest.mark.parametrize("keys", [["A"], None])
def test_what_was_tampered_with_is_not_returned(store, keys):
    with sqlite3.connect(store.file.path) as base:
        base.execute("UPDATE versions SET value = value || x'00'")
    base.close()
    with pytest.raises(IntegrityError):
        select(store, ["default"], keys)


def test_it_shows_no_value(store):
    assert "of default" not in repr(select(store, ["default"], ["A"]))
