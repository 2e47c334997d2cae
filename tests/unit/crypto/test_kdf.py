from __future__ import annotations

import unicodedata

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf import argon2
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from infsh_secrets.crypto import kdf
from infsh_secrets.crypto.kdf import ARGON2_CEILING, ARGON2_DEFAULT, ARGON2_FLOOR, KdfError

SALT = bytes(range(32))
CHEAP = (1, 32, 4)


@pytest.fixture
def low_floor(monkeypatch):
    """Let tests use Argon2id with little memory."""
    monkeypatch.setattr(kdf, "ARGON2_FLOOR", (1, 8, 1))


def test_published_argon2id_vectors(published_blocks, low_floor):
    used = 0
    for _, fields in published_blocks("KDF/argon2id.txt"):
        if "secret" in fields or "ad" in fields or fields["length"] != "32":
            continue  # the format uses neither a pepper nor associated data nor other lengths
        salt = bytes.fromhex(fields["salt"])
        passphrase = bytes.fromhex(fields["pass"]).decode()
        parameters = tuple(int(fields[name]) for name in ("iter", "memcost", "lanes"))
        stretched = bytes.fromhex(fields["output"])
        expected = HKDF(hashes.SHA512(), 32, salt, b"infsh-vault/1 kek pass").derive(stretched)
        assert kdf.passphrase_kek(passphrase, salt, parameters) == expected
        used += 1
    assert used == 2


def test_the_floor_works_as_the_referee_does():
    passes, memory, lanes = ARGON2_FLOOR
    stretched = argon2.Argon2id(
        salt=SALT, length=32, iterations=passes, lanes=lanes, memory_cost=memory
    ).derive(b"made-up passphrase")
    expected = HKDF(hashes.SHA512(), 32, SALT, b"infsh-vault/1 kek pass").derive(stretched)
    assert kdf.passphrase_kek("made-up passphrase", SALT, ARGON2_FLOOR) == expected


def test_the_same_characters_in_another_normal_form_give_the_same_key(low_floor):
    composed, decomposed = (
        unicodedata.normalize(form, "cr\u00e8me br\u00fbl\u00e9e") for form in ("NFC", "NFD")
    )
    assert composed != decomposed
    key = kdf.passphrase_kek(composed, SALT, CHEAP)
    assert kdf.passphrase_kek(decomposed, SALT, CHEAP) == key
    assert kdf.passphrase_kek(composed + " ", SALT, CHEAP) != key
    assert kdf.passphrase_kek(composed.upper(), SALT, CHEAP) != key


OUT_OF_BOUNDS = (
    (0, 65536, 4),
    (2, 65536, 4),
    (3, 65535, 4),
    (3, 0, 4),
    (3, 65536, 3),
    (3, 65536, 0),
    (17, 65536, 4),
    (3, 2 * 1024 * 1024 + 1, 4),
    (3, 65536, 17),
    (2**32 - 1, 2**32 - 1, 2**32 - 1),
)


@pytest.mark.parametrize("parameters", OUT_OF_BOUNDS)
def test_parameters_out_of_bounds_are_refused_before_anything_is_allocated(monkeypatch, parameters):
    def forbidden(**_):
        pytest.fail("Argon2id was set up")

    monkeypatch.setattr(argon2, "Argon2id", forbidden)
    assert not kdf.argon2_allowed(parameters)
    with pytest.raises(KdfError, match="out of bounds"):
        kdf.passphrase_kek("made up", SALT, parameters)


@pytest.mark.parametrize("parameters", [ARGON2_DEFAULT, ARGON2_FLOOR, ARGON2_CEILING])
def test_the_bounds_themselves_are_allowed(parameters):
    assert kdf.argon2_allowed(parameters)


def test_short_memory_is_said_without_the_passphrase(monkeypatch):
    class NoMemory:
        def __init__(self, **_):
            pass

        def derive(self, _):
            raise MemoryError

    monkeypatch.setattr(argon2, "Argon2id", NoMemory)
    with pytest.raises(KdfError) as caught:
        kdf.passphrase_kek("made up", SALT, ARGON2_DEFAULT)
    assert str(caught.value) == "Argon2id needs 256 MiB of memory"
    assert caught.value.__suppress_context__


def test_a_raw_key_is_wrapped_under_hkdf_of_the_referee():
    secret = bytes(range(100, 132))
    expected = HKDF(hashes.SHA512(), 32, SALT, b"infsh-vault/1 kek raw").derive(secret)
    assert kdf.raw_kek(secret, SALT) == expected


def test_a_recovery_code_is_wrapped_under_hkdf_of_the_referee():
    code = bytes(range(100, 120))
    expected = HKDF(hashes.SHA512(), 32, SALT, b"infsh-vault/1 kek recovery").derive(code)
    assert kdf.recovery_kek(code, SALT) == expected


def test_subkeys_are_those_of_the_referee_and_all_differ():
    vault_key, vault_id = bytes(range(32)), bytes(range(16))
    keys = kdf.VaultKeys(vault_key, vault_id, 7)
    for label in ("record", "index", "root", "audit", "commit"):
        info = b"infsh-vault/1 key " + label.encode() + b"\0" + vault_id + bytes(7) + b"\7"
        expected = HKDFExpand(hashes.SHA512(), 32, info).derive(vault_key)
        assert getattr(keys, label) == expected
    others = (
        kdf.VaultKeys(vault_key, vault_id, 8),
        kdf.VaultKeys(vault_key, bytes(16), 7),
        kdf.VaultKeys(SALT[::-1], vault_id, 7),
    )
    everything = {getattr(k, label) for k in (keys, *others) for label in kdf.VaultKeys.__slots__}
    assert len(everything) == 20


def test_subkeys_do_not_show_themselves():
    keys = kdf.VaultKeys(bytes(range(32)), bytes(16), 1)
    assert keys.record.hex() not in repr(keys)
    assert repr(keys.record) not in repr(keys)
