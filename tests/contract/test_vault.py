from __future__ import annotations

import pytest

from infsh_secrets.testing.store_contract import StoreContract


class TestVaultStore(StoreContract):
    @pytest.fixture
    def store(self, tmp_path, new_vault, unlocked):
        self.unlocked = unlocked
        data, self.key = new_vault
        path = tmp_path / "personal.vault"
        path.touch(mode=0o600)
        path.write_bytes(data)
        with unlocked(str(path), self.key) as store:
            yield store

    def reopen(self, store):
        store.close()
        return self.unlocked(store.file.path, self.key)
