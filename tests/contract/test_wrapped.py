"""Stores around the reference store keep the same contract."""

from __future__ import annotations

import os

import pytest

from infsh_secrets.stores.memory import MemoryStore
from infsh_secrets.stores.wrappers.cache import CachedStore
from infsh_secrets.stores.wrappers.shelf import Shelf
from infsh_secrets.stores.wrappers.wrapper import Wrapper
from infsh_secrets.testing.store_contract import StoreContract


class TestWrapper(StoreContract):
    @pytest.fixture
    def store(self):
        with Wrapper(MemoryStore()) as store:
            yield store


class TestCachedStore(StoreContract):
    @pytest.fixture
    def store(self, tmp_path):
        inner = MemoryStore()
        shelf = Shelf(
            str(tmp_path / "cache"), os.urandom(32), ["url"], limit=3_600_000, clock=inner.clock
        )
        with CachedStore(inner, shelf) as store:
            yield store
            assert store.notices == []
