from __future__ import annotations

import pytest

from infsh_secrets.domain.errors import NotFoundError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import Write
from infsh_secrets.stores.memory import MemoryStore
from infsh_secrets.testing.store_contract import StoreContract


class TestMemoryStore(StoreContract):
    @pytest.fixture
    def store(self):
        with MemoryStore() as store:
            yield store


def test_times_are_those_of_the_clock():
    now = 1_000
    store = MemoryStore(clock=lambda: now)
    store.write("default", [Write("A", SecretValue(b"1"))])
    now = 2_000
    store.write("default", [Write("A", SecretValue(b"2"))])
    secret = store.get("default", "A", 1)
    assert (secret.info.created, secret.info.updated, secret.version_created) == (1000, 2000, 1000)
    assert store.get("default", "A").version_created == 2000
    now = 3_000
    assert store.delete("default", ["A"])[0].deleted == 3000
    now = 4_000
    assert store.restore("default", ["A"])[0].updated == 4000


def test_the_21st_version_drops_the_first():
    store = MemoryStore()
    for number in range(1, 22):
        store.write("default", [Write("A", SecretValue(b"%d" % number))])
    assert store.get("default", "A", 2).value.reveal() == "2"
    with pytest.raises(NotFoundError, match="no version 1"):
        store.get("default", "A", 1)
