"""The fakes for tests of stores and of programs that use one."""

from __future__ import annotations

import pytest

from infsh_secrets import Client
from infsh_secrets.domain.errors import DeniedError, UnavailableError
from infsh_secrets.stores import changes
from infsh_secrets.stores.memory import MemoryStore
from infsh_secrets.testing.fakes import NEW_YEAR_2030, Clock, FailingStore
from infsh_secrets.testing.state import put
from infsh_secrets.testing.store_contract import StoreContract


class TestFailingStoreThatDoesNotFail(StoreContract):
    @pytest.fixture
    def store(self):
        with FailingStore(MemoryStore()) as store:
            yield store


def test_it_fails_as_often_as_it_is_told_to():
    store = FailingStore(MemoryStore())
    store.fail("write", "listing", times=2)
    with pytest.raises(UnavailableError, match="does not answer"):
        put(store, "A")
    assert store.inner.listing() == []
    with pytest.raises(UnavailableError):
        store.listing()
    put(store, "A")
    assert store.calls == ["write", "listing", "write"]
    assert [info.key for info in store.listing()] == ["A"]


def test_it_fails_in_any_call_with_the_error_given():
    store = FailingStore(MemoryStore())
    put(store, "A")
    store.fail(error=DeniedError("Not today."))
    store.close()
    with pytest.raises(DeniedError, match="Not today"):
        store.history("default", "A")
    assert store.history("default", "A").info.key == "A"


def test_what_is_no_call_of_a_store():
    with pytest.raises(ValueError, match="no calls of a store: close, wirte"):
        FailingStore(MemoryStore()).fail("wirte", "write", "close")


def test_a_program_meets_the_error(secrets_store):
    store = FailingStore(secrets_store)
    with Client(store=store, environment="default") as client:
        client.secrets.set("API_KEY", "made-up-value")
        store.fail("get", "info", "select", "listing")
        with pytest.raises(UnavailableError):
            client.secrets.get("API_KEY").reveal()
        assert client.secrets.get("API_KEY").reveal() == "made-up-value"


def test_a_clock_that_is_moved():
    clock = Clock()
    store = MemoryStore(clock=clock)
    put(store, "A")
    assert store.listing()[0].created == NEW_YEAR_2030
    clock.advance(days=1, seconds=0.5)
    put(store, "A", b"another")
    assert store.listing()[0].updated == NEW_YEAR_2030 + 86_400_500
    store.delete("default", ["A"])
    clock.advance(seconds=changes.KEPT_DELETED_MS / 1000 + 1)
    assert store.listing(deleted=True) == []
