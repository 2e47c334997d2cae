from __future__ import annotations

import pytest

from infsh_secrets.crypto import kdf, keyslots
from infsh_secrets.crypto.kdf import KdfError
from infsh_secrets.crypto.keytext import key_id
from infsh_secrets.crypto.seal import SealError

VAULT_ID, EPOCH, VAULT_KEY = bytes(range(16)), 3, bytes(range(64, 96))
VAULT = (VAULT_ID, EPOCH, VAULT_KEY)
SECRET = bytes(range(32))
RANDOM = keyslots.Randomness(bytes(range(1, 17)), bytes(range(2, 34)), bytes(range(3, 27)))
CHEAP = (1, 32, 4)


@pytest.fixture
def low_floor(monkeypatch):
    monkeypatch.setattr(kdf, "ARGON2_FLOOR", (1, 8, 1))


def raw_slot():
    return keyslots.wrap_raw(SECRET, key_id(SECRET), "file", VAULT, RANDOM)


def test_a_raw_slot_opens_with_its_key_only():
    slot = raw_slot()
    assert len(slot.sealed) == keyslots.WRAPPED_BYTES == 104
    assert keyslots.unwrap_raw(slot, SECRET, VAULT_ID, EPOCH) == VAULT_KEY
    with pytest.raises(SealError):
        keyslots.unwrap_raw(slot, SECRET[::-1], VAULT_ID, EPOCH)


def test_a_passphrase_slot_opens_with_its_passphrase_only(low_floor):
    slot = keyslots.wrap_passphrase("made-up words", CHEAP, VAULT, RANDOM)
    assert (slot.kind, slot.hint, slot.parameters) == (keyslots.PASSPHRASE, "passphrase", CHEAP)
    assert slot.key_id == bytes(8)
    assert keyslots.unwrap_passphrase(slot, "made-up words", VAULT_ID, EPOCH) == VAULT_KEY
    with pytest.raises(SealError):
        keyslots.unwrap_passphrase(slot, "made-up word", VAULT_ID, EPOCH)


def test_one_secret_opens_a_slot_of_its_own_kind_only(low_floor):
    slot = raw_slot()
    slot.kind = keyslots.PASSPHRASE
    with pytest.raises(SealError):
        keyslots.unwrap_raw(slot, SECRET, VAULT_ID, EPOCH)


def test_a_recovery_slot_opens_with_its_code_only():
    code = bytes(range(20))
    slot = keyslots.wrap_recovery(code, key_id(code), VAULT, RANDOM)
    assert (slot.kind, slot.hint, slot.parameters) == (keyslots.RECOVERY, "paper", (0, 0, 0))
    assert slot.key_id == key_id(code) != bytes(8)
    assert keyslots.unwrap_recovery(slot, code, VAULT_ID, EPOCH) == VAULT_KEY
    with pytest.raises(SealError):
        keyslots.unwrap_recovery(slot, code[::-1], VAULT_ID, EPOCH)
    with pytest.raises(SealError):
        keyslots.unwrap_raw(slot, code, VAULT_ID, EPOCH)
    slot.kind = keyslots.RAW
    with pytest.raises(SealError):
        keyslots.unwrap_recovery(slot, code, VAULT_ID, EPOCH)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slot_id", bytes(16)),
        ("kind", 2),
        ("salt", bytes(32)),
        ("parameters", (0, 0, 1)),
        ("parameters", (0, 1, 0)),
        ("parameters", (1, 0, 0)),
    ],
)
def test_a_changed_slot_does_not_open(field, value):
    slot = raw_slot()
    setattr(slot, field, value)
    with pytest.raises(SealError):
        keyslots.unwrap_raw(slot, SECRET, VAULT_ID, EPOCH)


def test_a_slot_opens_in_its_vault_and_epoch_only():
    for vault_id, epoch in ((bytes(16), EPOCH), (VAULT_ID, EPOCH + 1), (VAULT_ID, 0)):
        with pytest.raises(SealError):
            keyslots.unwrap_raw(raw_slot(), SECRET, vault_id, epoch)


def test_the_length_of_the_wrapped_key_is_checked_first(monkeypatch):
    monkeypatch.setattr(keyslots.seal, "open_sealed", lambda *_: pytest.fail("was opened"))
    slot = raw_slot()
    for sealed in (b"", slot.sealed[:-1], slot.sealed + b"\0"):
        slot.sealed = sealed
        with pytest.raises(SealError):
            keyslots.unwrap_raw(slot, SECRET, VAULT_ID, EPOCH)


def test_parameters_from_a_forged_file_are_refused(monkeypatch):
    slot = raw_slot()
    slot.kind, slot.parameters = keyslots.PASSPHRASE, (3, 2**32 - 1, 4)
    with pytest.raises(KdfError, match="out of bounds"):
        keyslots.unwrap_passphrase(slot, "made up", VAULT_ID, EPOCH)


def test_the_context_has_every_public_field_in_its_place():
    slot = keyslots.Slot(b"i" * 16, 2, b"k" * 8, "hint", b"s" * 32, (3, 65536, 4), b"")
    assert slot.context(b"v" * 16, 9) == (
        b"infsh-vault/1\x01"
        + b"v" * 16
        + bytes.fromhex("0000000000000009")
        + b"i" * 16
        + b"\x02"
        + bytes.fromhex("00000003 00010000 00000004")
        + b"s" * 32
    )


def test_fresh_randomness_each_time():
    drawn = [keyslots.Randomness.draw() for _ in range(20)]
    for name, size in (("slot_id", 16), ("salt", 32), ("seal_salt", 24)):
        values = {getattr(one, name) for one in drawn}
        assert len(values) == 20
        assert {len(value) for value in values} == {size}


def test_a_slot_shows_nothing_of_what_it_wraps():
    slot = raw_slot()
    assert VAULT_KEY not in slot.sealed
    assert SECRET not in slot.sealed
    assert repr(SECRET) not in repr(slot)
