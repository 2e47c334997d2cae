from __future__ import annotations

import pytest

from infsh_secrets.crypto import keyslots
from infsh_secrets.domain.errors import IntegrityError, NotFoundError, UnavailableError
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.server.served_store import ServedStore
from infsh_secrets.stores.base import Write
from infsh_secrets.stores.vault.store import LockedVault
from infsh_secrets.stores.vault.verify import verify
from infsh_secrets.testing.store_contract import StoreContract


class TestServedStore(StoreContract):
    @pytest.fixture
    def store(self, tmp_path, new_vault):
        data, self.key = new_vault
        path = tmp_path / "acme.vault"
        path.touch(mode=0o600)
        path.write_bytes(data)
        with self.opened(str(path)) as store:
            yield store

    def opened(self, path):
        locked = LockedVault(path)
        head = locked.head
        vault_key = keyslots.unwrap_raw(locked.slots[0], self.key, head.vault_id, head.epoch)
        return ServedStore(locked, locked.unlock(vault_key), team="personal")

    def reopen(self, store):
        store.close()
        return self.opened(store.file.path)

    def test_what_others_write_is_seen(self, store):
        with self.opened(store.file.path) as other:
            for number, writer in enumerate((store, other) * 10):
                writer.write("default", [Write(f"K{number % 3}", SecretValue(b"%d" % number))])
                for reader in (store, other):
                    assert reader.get("default", f"K{number % 3}").value.reveal() == str(number)
                    assert len(reader.listing("default")) == min(number + 1, 3)
            other.delete("default", ["K0"])
            assert [info.key for info in store.listing("default")] == ["K1", "K2"]
            verify(store)

    def test_a_failed_write_leaves_nothing_in_memory(self, store, monkeypatch):
        store.write("default", [Write("K", SecretValue(b"1"))])
        store.get("default", "K")

        def full():
            raise UnavailableError("The disk is full.")

        with monkeypatch.context() as patch:
            patch.setattr(store.file, "commit", full)
            with pytest.raises(UnavailableError):
                store.write("default", [Write("K", SecretValue(b"2"))])
        assert store.get("default", "K").value.reveal() == "1"
        with pytest.raises(NotFoundError):
            store.delete("default", ["K", "ABSENT"])
        assert [info.key for info in store.listing("default")] == ["K"]
        store.write("default", [Write("M", SecretValue(b"1"))])
        verify(store)

    def test_a_row_that_was_changed_is_found_though_the_root_was_verified_before(self, store):
        for key in "AB":
            store.write("default", [Write(key, SecretValue(key.encode()))])
            store.get("default", key)
        store.file.begin_write()
        store.file.run("UPDATE versions SET value=zeroblob(length(value))")
        store.file.run("UPDATE items SET overview=zeroblob(length(overview))")
        store.file.commit()
        for key in "AB":
            with pytest.raises(IntegrityError):
                store.get("default", key)
