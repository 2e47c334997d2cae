"""The store contract over real HTTP, as far as Julep can do what it asks."""

from __future__ import annotations

import pytest
from fake_server import Julep, Server, send

from infsh_secrets.domain.addresses import parse_address
from infsh_secrets.domain.errors import LockedError, UnavailableError, UsageError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import CREATED, UPDATED, Write
from infsh_secrets.stores.remote.julep import JulepStore
from infsh_secrets.testing.store_contract import StoreContract

TOKEN = "made_up_julep_key"
VALUE = "made-up-value-for-julep"


def opened(url, token=TOKEN):
    return JulepStore.at(parse_address(url), name="agents", team="", token=token)


@pytest.fixture
def server():
    with Server(Julep(TOKEN)).running() as server:
        yield server


@pytest.fixture
def store(server):
    with opened(server.url) as store:
        yield store


class TestJulepStore(StoreContract):
    @pytest.fixture
    def store(self, server):
        self.server = server
        with opened(server.url) as store:
            yield store

    def reopen(self, store):
        store.close()
        return opened(self.server.url)

    def test_listing_is_sorted_by_key(self, store):
        for key in ("b", "C", "A", "x", "B2", "B10"):
            put(store, key)
        assert [info.key for info in store.listing()] == ["A", "B10", "B2", "C", "b", "x"]


def put(store, key, **facts):
    return store.write("default", [Write(key, SecretValue(VALUE.encode()), **facts)])[0].action


def test_a_name_must_begin_with_a_letter(server, store):
    with pytest.raises(UsageError, match="does not begin with a letter: _X"):
        store.write("default", [Write(key, SecretValue(b"v")) for key in ("A", "_X")])
    assert server.seen == []


def test_more_than_a_page(server, store):
    for number in range(230):
        server.answer._create({"name": f"K{number:03}", "value": "made up"})
    assert len(store.listing()) == 230
    assert put(store, "K000") == UPDATED
    assert put(store, "NEW") == CREATED


def test_pages_that_repeat_themselves(server, store):
    for number in range(100):
        server.answer._create({"name": f"K{number:03}", "value": "made up"})
    page = server.answer._list({})[1]

    def same(handler, _):
        send(handler, 200, page)

    same.stays = True
    server.faults = [same]
    with pytest.raises(UnavailableError, match="does not end"):
        store.listing()


def test_a_value_in_an_answer_is_not_looked_at(server, store):
    server.answer._create({"name": "A", "value": "x"})
    row = {**next(iter(server.answer.secrets.values())), "value": VALUE}
    server.faults = [lambda handler, _: send(handler, 200, [row])]
    (info,) = store.listing()
    facts = [getattr(info, name) for name in type(info).__slots__]
    assert VALUE not in str(facts)


@pytest.mark.parametrize("identity", ["../me", "a/b", "", None, "a?b", "\u00e9"])
def test_an_id_is_no_path(server, store, identity):
    row = {"id": identity, "name": "A"}
    server.faults = [lambda handler, _: send(handler, 200, [row])]
    with pytest.raises(UnavailableError):
        store.delete("default", ["A"])
    assert len(server.seen) == 1


def test_a_key_that_is_refused_with_403_means_that_nobody_is_logged_in(server):
    with opened(server.url, "another") as store, pytest.raises(LockedError) as caught:
        store.listing()
    assert caught.value.hint == "Log in with: infsh login agents"


def test_what_is_not_given_stays(store):
    put(store, "A", description="d", metadata={"a": "1"})
    put(store, "A")
    (info,) = store.listing()
    assert (info.description, info.metadata) == ("d", {"a": "1"})
    put(store, "A", description="")
    assert store.listing()[0].description == ""
