"""The store contract from end to end: our clients against our server, and the program over both."""

from __future__ import annotations

import itertools
import json

import pytest
from serving_support import Served

from infsh_secrets.domain.addresses import parse_address
from infsh_secrets.domain.errors import DeniedError, LockedError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.server.tokens import READ, REVEAL, WRITE
from infsh_secrets.stores.base import Write
from infsh_secrets.stores.remote.inference import InferenceStore
from infsh_secrets.stores.remote.julep import JulepStore
from infsh_secrets.stores.remote.julep3 import Julep3Store
from infsh_secrets.testing.store_contract import StoreContract

VALUE = "a-made-up-value-of-it"
numbers = itertools.count()


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One server for all tests, each of which has a team of its own."""
    server = Served(tmp_path_factory.mktemp("server") / "data")
    yield server
    server.close()


class OurServer(StoreContract):
    kind: type
    path = ""

    @pytest.fixture
    def store(self, shared):
        team = f"team{next(numbers)}"
        with shared.data() as data:
            data.create_team(team)
        self.url = shared.url + self.path
        self.token = shared.token(team=team)
        with self.opened() as store:
            yield store

    def opened(self):
        return self.kind.at(parse_address(self.url), name="ours", team="", token=self.token)

    def reopen(self, store):
        store.close()
        return self.opened()


class TestJulepStore(OurServer):
    kind = JulepStore
    path = "/api"

    def test_listing_is_sorted_by_key(self, store):
        keys = ["b", "C", "A", "x", "B2", "B10"]  # names there begin with a letter
        store.write("default", [Write(key, SecretValue(b"v")) for key in keys])
        assert [info.key for info in store.listing()] == sorted(keys)


class TestInferenceStore(OurServer):
    kind = InferenceStore


def julep(shared, token):
    return JulepStore.at(parse_address(shared.url + "/api"), name="ours", team="", token=token)


def test_a_long_list_is_read_page_by_page(shared):
    names = sorted(f"N{number}" for number in range(201))
    with shared.data() as data:
        data.create_team("long")
        with data.open_team(data.tokens.team("long")) as vault:
            vault.write("default", [Write(name, SecretValue(b"v")) for name in names])
    with julep(shared, shared.token(team="long")) as store:
        assert [info.key for info in store.listing()] == names


def test_a_bad_key_is_no_lack_of_permission(shared):
    with julep(shared, "made_up") as store, pytest.raises(LockedError) as raised:
        store.listing()
    assert "Could not validate API KEY" in raised.value.message
    assert "infsh login ours" in raised.value.hint


def test_a_token_that_only_reads(shared):
    with shared.data() as data:
        data.create_team("read")
    reader = shared.token(team="read", role="member", scopes=(READ,))
    with julep(shared, reader) as store:
        assert store.listing() == []
        with pytest.raises(DeniedError, match="secrets:write"):
            store.write("default", [Write("A", SecretValue(b"v"))])


def test_julep_3_has_an_administrator_and_a_worker(shared):
    with shared.data() as data:
        data.create_team("plane")

    def opened(*scopes):
        token = shared.token(team="plane", scopes=scopes)
        return Julep3Store.at(parse_address(shared.url), name="ours", team="", token=token)

    with opened(READ, WRITE) as admin, opened(REVEAL) as worker:
        for key in ("openai_key", "archived", "purged"):
            admin.write("default", [Write(key, SecretValue(VALUE.encode()))])
        admin.delete("default", ["archived"])
        admin.purge("default", ["purged"])
        assert [info.key for info in admin.listing()] == ["openai_key"]
        with pytest.raises(DeniedError):
            admin.get("default", "openai_key")
        found = worker.select(["default"], ["openai_key", "archived", "purged"], ["other"])
        assert [(key, one.value.reveal()) for key, one in found.secrets.items()] == [
            ("openai_key", VALUE)
        ]
        assert found.names_denied
        worker.identity()
        with pytest.raises(DeniedError):
            worker.listing()


def test_the_program_writes_lists_and_cannot_read_at_julep(shared, infsh):
    with shared.data() as data:
        data.create_team("program")
    token = shared.token(team="program").encode()
    added = infsh("secrets", "store", "add", "agents", f"{shared.url}/api", "--kind", "julep")
    assert added.returncode == 0, added.stderr
    assert infsh("login", "agents", "--with-token", stdin=token).returncode == 0
    done = infsh("secrets", "set", "STRIPE_KEY", "-s", "agents", "-d", "pay", stdin=VALUE.encode())
    assert done.returncode == 0, done.stderr

    listed = infsh("secrets", "list", "-s", "agents", "-o", "json")
    (one,) = json.loads(listed.stdout)
    assert (one["key"], one["description"]) == ("STRIPE_KEY", "pay")
    assert VALUE.encode() not in listed.stdout

    refused = infsh("secrets", "get", "STRIPE_KEY", "--plain", "-s", "agents")
    assert refused.returncode == 10
    assert b"gives no values back" in refused.stderr
    assert refused.stdout == b""

    assert infsh("secrets", "delete", "STRIPE_KEY", "-s", "agents", "--yes").returncode == 0
    gone = infsh("secrets", "list", "-s", "agents", "-o", "json")
    assert json.loads(gone.stdout) == []
