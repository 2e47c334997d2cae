"""A store that can do next to nothing, and its tests as its author would write them."""

from __future__ import annotations

import pytest

from infsh_secrets.domain.errors import DeniedError
from infsh_secrets.stores.base import Capabilities
from infsh_secrets.stores.memory import MemoryStore
from infsh_secrets.testing.store_contract import StoreContract


class BareStore(MemoryStore):
    name = "bare"
    capabilities = Capabilities(
        reveal=False,
        versions=False,
        restore=False,
        environments=False,
        metadata=False,
        expiry=False,
        describe=False,
        rename=False,
    )

    def get(self, *_):
        raise DeniedError("This store gives no values back.")

    def listing(self, environment=None, *, deleted=False):
        if deleted:
            raise DeniedError("This store keeps no deleted secrets.")
        return super().listing(environment)

    def write(self, environment, writes):
        if environment != "default":
            raise DeniedError("This store has no environments.")
        if any(write.metadata or write.expires for write in writes):
            raise DeniedError("This store keeps nothing but values and descriptions.")
        return super().write(environment, writes)

    def rename(self, *_):
        raise DeniedError("This store renames nothing.")

    def copy(self, *_):
        raise DeniedError("This store gives no values back.")

    def describe(self, *_, **__):
        raise DeniedError("This store describes a secret when it is written.")

    def restore(self, *_):
        raise DeniedError("This store keeps no deleted secrets.")


class TestBareStore(StoreContract):
    @pytest.fixture
    def store(self):
        with BareStore() as store:
            yield store
