"""The store contract over real HTTP, as far as a Julep 3 control plane can do what it asks."""

from __future__ import annotations

import pytest
from fake_server import Julep3, Server, send

from infsh_secrets.domain.addresses import parse_address
from infsh_secrets.domain.errors import (
    DeniedError,
    LockedError,
    NotFoundError,
    UnavailableError,
    UsageError,
)
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.stores.base import CREATED, UPDATED, Write
from infsh_secrets.stores.remote.julep3 import Julep3Store
from infsh_secrets.stores.remote.store import RemoteStore
from infsh_secrets.testing.store_contract import StoreContract

BOTH, ADMIN, WORKER = "made_up_for_both", "made_up_admin", "made_up_worker"
VALUE = "made-up-value-for-julep-3"


class AnyName(Julep3Store):
    """Without Julep's own rules for names and values, which the contract knows nothing of."""

    _check = RemoteStore._check


def opened(url, token, kind=Julep3Store):
    return kind.at(parse_address(url), name="plane", team="", token=token)


@pytest.fixture
def server():
    roles = {BOTH: ("admin", "worker"), ADMIN: ("admin",), WORKER: ("worker",)}
    with Server(Julep3(roles)).running() as server:
        yield server


@pytest.fixture
def admin(server):
    with opened(server.url, ADMIN) as store:
        yield store


@pytest.fixture
def worker(server):
    with opened(server.url, WORKER) as store:
        yield store


class TestJulep3Store(StoreContract):
    @pytest.fixture
    def store(self, server):
        self.server = server
        with opened(server.url, BOTH, AnyName) as store:
            yield store

    def reopen(self, store):
        store.close()
        return opened(self.server.url, BOTH, AnyName)


def put(store, key="a", value=VALUE, **facts):
    return store.write("default", [Write(key, SecretValue(value.encode()), **facts)])[0].action


@pytest.mark.parametrize("key", ["A", "a-b", "_a", "1a", "a" * 65])
def test_a_name_that_julep_or_a_program_does_not_take(server, admin, key):
    with pytest.raises(UsageError, match="small letters, digits and _"):
        put(admin, key)
    assert server.seen == []


def test_an_empty_value(server, admin):
    with pytest.raises(UsageError, match="takes no empty value, and a has one"):
        put(admin, value="")
    assert server.seen == []


def test_who_writes_is_given_no_value_and_who_is_given_values_writes_nothing(admin, worker):
    assert put(admin) == CREATED
    assert put(admin) == UPDATED
    with pytest.raises(DeniedError, match="worker API key required") as caught:
        admin.get("default", "a")
    assert caught.value.hint == "Values are for the token of a worker, of the names it may have."
    assert worker.get("default", "a").value.reveal() == VALUE
    for denied in (worker.listing, worker.check_writable, lambda: put(worker)):
        with pytest.raises(DeniedError, match="admin API key required"):
            denied()


def test_a_worker_is_given_what_it_names_and_no_list(admin, worker):
    put(admin)
    found = worker.select(["default"], ["a", "b"], ["other"])
    assert (list(found.secrets), found.known, found.names_denied) == (["a"], set(), True)
    with pytest.raises(DeniedError):
        worker.select(["default"], None)


def test_deleted_is_archived_and_purged_is_gone(server, admin, worker):
    put(admin, "a")
    put(admin, "b")
    admin.delete("default", ["a"])
    admin.purge("default", ["b"])
    assert [(name, bool(row["archived_at"])) for name, row in server.answer.secrets.items()] == [
        ("a", True)
    ]
    assert admin.listing() == []
    with pytest.raises(NotFoundError):
        worker.get("default", "a")
    assert put(admin, "a", create=True) == CREATED
    assert server.answer.secrets["a"]["generation"] == 2


def test_every_token_of_the_server_may_log_in(admin, worker, server):
    admin.identity()
    worker.identity()
    with opened(server.url, "another") as store, pytest.raises(LockedError):
        store.identity()


@pytest.mark.parametrize(
    "data", [[], {}, {"items": {}}, {"items": [{}]}, {"items": [None]}, {"items": [{"name": 1}]}]
)
def test_a_list_that_is_none(server, admin, data):
    server.faults = [lambda handler, _: send(handler, 200, data)]
    with pytest.raises(UnavailableError, match="cannot be understood"):
        admin.listing()


@pytest.mark.parametrize("data", [[], {}, {"value": 7}, {"value": "a\x00b"}])
def test_a_value_that_is_none(server, worker, data):
    server.faults = [lambda handler, _: send(handler, 200, data)]
    with pytest.raises(UnavailableError, match="no secret can have"):
        worker.get("default", "a")


def test_an_answer_about_another_secret(server, admin):
    put(admin, "b")
    row = server.answer.secrets["b"]
    server.faults = [lambda *_: True, lambda handler, _: send(handler, 200, row)]
    with pytest.raises(UnavailableError):
        put(admin, "a")
