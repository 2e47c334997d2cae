from __future__ import annotations

import os

import pytest

from infsh_secrets.crypto import keyslots, keytext
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
