from __future__ import annotations

import os
import sqlite3

import pytest

from infsh_secrets.crypto import keyslots, keytext
from infsh_secrets.domain.errors import IntegrityError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import Write
from infsh_secrets.stores.vault.create import create_vault, draw_vault
from infsh_secrets.stores.vault.preview import preview
from infsh_secrets.stores.vault.store import LockedVault, VaultStore
from infsh_secrets.stores.vault.verify import verify


@pytest.fixture
def store(tmp_path):
    """An empty vault."""
    path, key, new = str(tmp_path / "v" / "p.vault"), os.urandom(32), draw_vault()
    draw = keyslots.Randomness.draw()
    create_vault(path, new, [keyslots.wrap_raw(key, keytext.key_id(key), "file", new, draw)])
    locked = LockedVault(path)
    with VaultStore(locked, locked.unlock(new[2]), team="personal") as store:
        yield store


def writes(count, value=b"made up"):
    return [Write(f"K{i}", SecretValue(value)) for i in range(count)]


def test_a_long_write_tells_how_far_it_is(store):
    told = []
    store.progress = lambda done, total: told.append((done, total))
    count = 2500
    outcomes = store.write("default", writes(count))
    assert [outcome.info.key for outcome in outcomes] == [f"K{i}" for i in range(count)]
    assert told == sorted(told)
    assert {total for _, total in told} == {2 * count}
    assert told[0][0] == 0
    assert told[-1][0] > 1.5 * count
    assert verify(store).secrets == count
    store.file.begin_read()
    items = store.ledger().all_items()
    store.file.rollback()
    assert len({item.overview[:24] for item in items}) == count  # each has a salt of its own


@pytest.mark.parametrize("count", [3, 300])
def test_a_preview_is_what_the_write_then_does(store, count):
    store.write("default", writes(count))
    store.write("staging", writes(count, b"another"))
    store.delete("default", ["K0"])
    store.write("default", [Write("K1", SecretValue(b"other"))])
    planned = [*writes(count), Write("NEW", SecretValue(b"new"))]
    planned[2] = Write("K2", SecretValue(b"made up"), metadata={"a": "b"})
    expected = [(one.action, one.info.version) for one in preview(store, "default", planned)]
    assert expected[:3] == [("created", 2), ("updated", 3), ("described", 1)]
    assert expected[-1] == ("created", 1)
    before = os.stat(store.file.path).st_mtime_ns
    preview(store, "default", planned)
    assert os.stat(store.file.path).st_mtime_ns == before
    done = [(one.action, one.info.version) for one in store.write("default", planned)]
    assert done == expected


def test_secrets_of_a_large_write_are_found_and_changed_one_by_one(store):
    store.write("default", writes(2500))
    assert store.get("default", "K1234").value.reveal() == "made up"
    assert [one.action for one in store.write("default", writes(2))] == ["unchanged"] * 2
    assert store.write("default", writes(1, b"other"))[0].action == "updated"
    assert store.get("default", "K0").value.reveal() == "other"


def test_many_at_once_are_updated_revived_left_and_made(store):
    store.write("default", writes(250))
    store.delete("default", ["K120"])
    mixed = [*writes(200, b"other"), *writes(250)[200:], Write("NEW", SecretValue(b"new"))]
    done = [(one.action, one.info.version) for one in store.write("default", mixed)]
    expected = [("updated", 2)] * 200 + [("unchanged", 1)] * 50 + [("created", 1)]
    expected[120] = ("created", 2)
    assert done == expected
    counts = verify(store)
    assert (counts.secrets, counts.versions) == (251, 451)


def test_what_was_read_ahead_is_not_taken_for_what_came_after(store):
    store.write("default", writes(3))
    with store.begin() as transaction:
        transaction.read_ahead([("default", f"K{number}") for number in range(4)])
        transaction.purge("default", "K0")
        transaction.rename("default", "K1", "K3")
        assert transaction.put("default", writes(1)[0]).action == "created"
        assert transaction.put("default", Write("K1", SecretValue(b"anew"))).action == "created"
        transaction.read_ahead([("default", f"K{number}") for number in range(4)])
        assert (
            transaction.put("default", Write("K3", SecretValue(b"made up"))).action == "unchanged"
        )
    values = {f"K{n}": store.get("default", f"K{n}").value.reveal() for n in range(4)}
    assert values == {"K0": "made up", "K1": "anew", "K2": "made up", "K3": "made up"}
    assert verify(store).secrets == 4


@pytest.mark.parametrize(
    "change",
    ["overview = randomblob(264)", "digest = randomblob(32)", "nidx = randomblob(16)", "rev = 7"],
)
def test_what_was_tampered_with_is_not_written_over_when_it_is_read_ahead(store, change):
    store.write("default", writes(250))
    path = store.file.path
    with sqlite3.connect(path) as base:
        where = "idx = (SELECT idx FROM items ORDER BY idx LIMIT 1 OFFSET 100)"
        base.execute(f"UPDATE items SET {change} WHERE {where}")
    base.close()
    with open(path, "rb") as file:
        before = file.read()
    with pytest.raises(IntegrityError):
        store.write("default", writes(250, b"other"))
    with open(path, "rb") as file:
        same = file.read() == before
    assert same
