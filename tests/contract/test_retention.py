"""What is kept for how long, by clocks that go wrong, in the stores that go by a clock."""

from __future__ import annotations

import pytest

from infsh_secrets.domain.errors import ConflictError, NotFoundError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import CREATED, DESCRIBED, Write
from infsh_secrets.stores.changes import KEPT_DELETED_MS
from infsh_secrets.stores.memory import MemoryStore
from infsh_secrets.stores.vault.layout import name_index
from infsh_secrets.stores.vault.verify import verify

NOW = 1_750_000_000_000


@pytest.fixture(params=["memory", "vault"])
def store(request, tmp_path, new_vault, unlocked):
    if request.param == "memory":
        store = MemoryStore()
    else:
        data, key = new_vault
        path = tmp_path / "personal.vault"
        path.touch(mode=0o600)
        path.write_bytes(data)
        store = unlocked(str(path), key)
    with store:
        store.clock = lambda: NOW
        yield store
        if request.param == "vault":
            verify(store)


def put(store, key, value=b"1", **facts):
    return store.write("default", [Write(key, SecretValue(value), **facts)])[0]


def at(store, moment):
    store.clock = lambda: moment


@pytest.fixture
def deleted(store):
    """A store in which A, with two versions and a description, was deleted at NOW."""
    put(store, "A", b"1", description="old")
    put(store, "A", b"2")
    store.delete("default", ["A"])
    return store


def test_a_deleted_secret_comes_back_for_30_days(deleted):
    at(deleted, NOW + KEPT_DELETED_MS)
    assert [info.key for info in deleted.listing(deleted=True)] == ["A"]
    assert len(deleted.history("default", "A").versions) == 2
    assert deleted.restore("default", ["A"])[0].version == 2


def test_after_30_days_it_is_as_if_it_had_never_been(deleted):
    at(deleted, NOW + KEPT_DELETED_MS + 1)
    assert deleted.listing(deleted=True) == []
    for ask in (
        lambda: deleted.restore("default", ["A"]),
        lambda: deleted.history("default", "A"),
        lambda: deleted.get("default", "A"),
        lambda: deleted.delete("default", ["A"]),
        lambda: deleted.purge("default", ["A"]),
        lambda: deleted.describe("default", "A", description="x"),
    ):
        with pytest.raises(NotFoundError, match="no secret named A") as caught:
            ask()
        assert "restore" not in caught.value.hint
    assert deleted.delete("default", ["A"], ignore_missing=True) == []


def test_after_30_days_a_write_begins_anew(deleted):
    at(deleted, NOW + KEPT_DELETED_MS + 1)
    outcome = put(deleted, "A", b"3", create=True)
    assert (outcome.action, outcome.info.version, outcome.info.description) == (CREATED, 1, "")
    assert outcome.info.created == NOW + KEPT_DELETED_MS + 1
    assert [version.number for version in deleted.history("default", "A").versions] == [1]
    with pytest.raises(ConflictError):
        deleted.restore("default", ["A"])


@pytest.mark.parametrize("change", ["rename", "copy"])
def test_after_30_days_the_name_is_free(deleted, change):
    put(deleted, "B", b"3")
    at(deleted, NOW + KEPT_DELETED_MS + 1)
    if change == "rename":
        deleted.rename("default", "B", "A")
    else:
        deleted.copy("default", "B", "default", "A")
    assert deleted.get("default", "A").value.reveal() == "3"
    assert len(deleted.history("default", "A").versions) == 1


@pytest.mark.parametrize("store", ["vault"], indirect=True)
def test_nothing_expires_while_the_clock_is_behind_the_last_write(deleted):
    def bucket(key):
        return name_index(deleted.keys.index, "default", key)[0]

    late = NOW + KEPT_DELETED_MS + 1000
    other = next(f"B{n}" for n in range(10) if bucket(f"B{n}") != bucket("A"))
    at(deleted, late)
    put(deleted, other)
    assert deleted.listing(deleted=True) == []
    at(deleted, late - 1)
    assert [info.key for info in deleted.listing(deleted=True)] == ["A"]
    assert deleted.restore("default", ["A"])[0].version == 2


def test_what_does_not_touch_the_value_leaves_the_times_of_its_versions(store):
    put(store, "A")
    for moment, change in enumerate(
        (
            lambda: put(store, "A", description="d").action == DESCRIBED,
            lambda: store.describe("default", "A", metadata={"a": "b"}),
            lambda: store.delete("default", ["A"]) and store.restore("default", ["A"]),
            lambda: store.rename("default", "A", "B") and store.rename("default", "B", "A"),
        ),
        NOW + 1,
    ):
        at(store, moment)
        assert change()
        history = store.history("default", "A")
        assert (history.info.created, history.info.updated) == (NOW, moment)
        assert [version.created for version in history.versions] == [NOW]


def test_a_rollback_and_a_copy_are_written_now(store):
    put(store, "A")
    at(store, NOW + 1000)
    put(store, "A", b"2")
    at(store, NOW + 2000)
    assert store.rollback("default", "A").info.updated == NOW + 2000
    assert [version.created for version in store.history("default", "A").versions] == [
        NOW + 2000,
        NOW + 1000,
        NOW,
    ]
    info = store.copy("default", "A", "staging")
    assert (info.created, info.updated) == (NOW + 2000, NOW + 2000)
