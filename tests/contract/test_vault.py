from __future__ import annotations

import os

import pytest

from infsh_secrets.crypto import keyslots, keytext
from infsh_secrets.stores.vault.create import create_vault, draw_vault
from infsh_secrets.stores.vault.store import LockedVault, VaultStore
from infsh_secrets.testing.store_contract import StoreContract


def unlocked(path, key):
    locked = LockedVault(path)
    vault_key = keyslots.unwrap_raw(locked.slots[0], key, locked.head.vault_id, locked.head.epoch)
    return VaultStore(locked, locked.unlock(vault_key), team="personal")


@pytest.fixture(scope="session")
def new_vault(tmp_path_factory):
    """The bytes of one empty vault and its key: making a vault costs more than all of a test."""
    path = str(tmp_path_factory.mktemp("vault") / "empty.vault")
    key, new = os.urandom(32), draw_vault()
    draw = keyslots.Randomness.draw()
    create_vault(path, new, [keyslots.wrap_raw(key, keytext.key_id(key), "file", new, draw)])
    with open(path, "rb") as file:
        return file.read(), key


class TestVaultStore(StoreContract):
    @pytest.fixture
    def store(self, tmp_path, new_vault):
        data, self.key = new_vault
        path = tmp_path / "personal.vault"
        path.touch(mode=0o600)
        path.write_bytes(data)
        with unlocked(str(path), self.key) as store:
            yield store

    def reopen(self, store):
        store.close()
        return unlocked(store.file.path, self.key)
