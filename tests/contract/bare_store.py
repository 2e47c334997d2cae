"""A store that can do next to nothing, and its tests as its author would write them."""

from __future__ import annotations

import pytest

from infsh_secrets.domain.errors import DeniedError
from infsh_secrets.stores.base import Capabilities
from infsh_secrets.stores.memory import MemoryStore
from infsh_secrets.testing.store_contract import StoreContract


class BareStore(MemoryStore):
    name = "bare"
    capabilities = Capabilities(reveal=False, versions=False, restore=False, environments=False)

    def get(self, *_):
        raise DeniedError("This store gives no values back.")

    def listing(self, environment=None, *, deleted=False):
        if deleted:
            raise DeniedError("This store keeps no deleted secrets.")
        return super().listing(environment)

    def write(self, environment, writes):
        if environment != "default":
            raise DeniedError("This store has no environments.")
        return super().write(environment, writes)

    def restore(self, *_):
        raise DeniedError("This store keeps no deleted secrets.")


class TestBareStore(StoreContract):
    @pytest.fixture
    def store(self):
        with BareStore() as store:
            yield store
