from __future__ import annotations

import os

import pytest

pytest.register_assert_rewrite("infsh_secrets.testing")


@pytest.fixture(scope="session")
def unlocked():
    """A function that opens the vault at a path with a raw key."""
    from infsh_secrets.crypto import keyslots
    from infsh_secrets.stores.vault.store import LockedVault, VaultStore

    def opened(path, key):
        locked = LockedVault(path)
        head = locked.head
        vault_key = keyslots.unwrap_raw(locked.slots[0], key, head.vault_id, head.epoch)
        return VaultStore(locked, locked.unlock(vault_key), team="personal")

    return opened


@pytest.fixture(scope="session")
def new_vault(tmp_path_factory):
    """The bytes of one empty vault and its key: making a vault costs more than all of a test."""
    from infsh_secrets.crypto import keyslots, keytext
    from infsh_secrets.stores.vault.create import create_vault, draw_vault

    path = str(tmp_path_factory.mktemp("vault") / "empty.vault")
    key, new = os.urandom(32), draw_vault()
    draw = keyslots.Randomness.draw()
    create_vault(path, new, [keyslots.wrap_raw(key, keytext.key_id(key), "file", new, draw)])
    with open(path, "rb") as file:
        return file.read(), key
