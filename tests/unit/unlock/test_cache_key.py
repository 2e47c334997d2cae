from __future__ import annotations

import os

import pytest

from infsh_secrets.domain.errors import DeniedError, UnavailableError
from infsh_secrets.unlock import os_keyring
from infsh_secrets.unlock.cache_key import cache_key


def test_a_private_file_without_a_keyring(tmp_path):
    folder = tmp_path / "keys"
    key = cache_key(str(folder))
    assert len(key) == 32
    assert cache_key(str(folder)) == key
    assert (folder / "cache.key").stat().st_mode & 0o777 == 0o600
    (folder / "cache.key").write_text("no key")
    assert cache_key(str(folder)) not in (key, b"")
    (folder / "cache.key").chmod(0o644)
    with pytest.raises(DeniedError):
        cache_key(str(folder))


def test_the_keyring_where_there_is_one(tmp_path, monkeypatch):
    kept = {}
    monkeypatch.setattr(os_keyring, "find", lambda: "a backend")
    monkeypatch.setattr(os_keyring, "load", lambda *entry: kept.get(entry))
    monkeypatch.setattr(
        os_keyring, "store", lambda _backend, *entry: kept.update({entry[:2]: entry[2]})
    )
    key = cache_key(str(tmp_path))
    assert cache_key(str(tmp_path)) == key
    assert os.listdir(tmp_path) == []
    assert list(kept.values()) == [key.hex()]


def test_a_keyring_that_does_not_answer(tmp_path, monkeypatch):
    def silent():
        raise UnavailableError("The OS keyring did not answer.")

    monkeypatch.setattr(os_keyring, "find", silent)
    key = cache_key(str(tmp_path))
    assert cache_key(str(tmp_path)) == key
    assert os.listdir(tmp_path) == ["cache.key"]
