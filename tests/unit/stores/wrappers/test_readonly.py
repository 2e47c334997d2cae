from __future__ import annotations

import pytest

from infsh_secrets.domain.errors import DeniedError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import SecretStore, Write
from infsh_secrets.stores.memory import MemoryStore
from infsh_secrets.stores.wrappers.readonly import ReadOnlyStore

READING = {
    "get",
    "info",
    "select",
    "select_matching",
    "select_addressed",
    "preview",
    "listing",
    "history",
    "require",
    "check_write",
    "close",
}


@pytest.fixture
def inner():
    store = MemoryStore()
    store.write("default", [Write("A", SecretValue(b"1"))])
    return store


def test_what_is_there_is_read(inner):
    store = ReadOnlyStore(inner)
    assert store.get("default", "A").value.reveal() == "1"
    assert [info.key for info in store.listing()] == ["A"]
    assert store.info("default", "A").key == "A"
    assert store.select(("default",), ["A"]).secrets.keys() == {"A"}
    assert store.select_matching(("default",), None).keys() == {"A"}
    assert len(store.history("default", "A").versions) == 1
    assert store.preview("default", [Write("B", SecretValue(b"2"))])[0].action == "created"


def test_every_method_that_writes_is_refused(inner):
    store = ReadOnlyStore(inner, "It is a test.")
    methods = {name for name in vars(SecretStore) if not name.startswith("_")} - READING
    methods -= set(SecretStore.__annotations__)
    assert {"write", "delete", "purge", "check_writable"} < methods
    for name in methods:
        with pytest.raises(DeniedError) as caught:
            getattr(store, name)(*(() if name == "check_writable" else ("default", ["A"])))
        assert caught.value.message == "It is a test."
    assert [info.version for info in inner.listing()] == [1]
