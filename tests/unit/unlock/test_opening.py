"""What opens a lock, in which order, and what a damaged slot or key does to the others."""

from __future__ import annotations

import os

import pytest

from infsh_secrets.crypto import kdf, keyslots
from infsh_secrets.crypto.keytext import encode_raw_key, encode_recovery_code, key_id
from infsh_secrets.domain.errors import DeniedError, LockedError, UnavailableError
from infsh_secrets.unlock import os_keyring, passphrases, sources
from infsh_secrets.unlock.keyfile import parse_key, read_key_file, read_secret_file
from infsh_secrets.unlock.sources import Lock, Sources, open_lock

VAULT = (bytes(range(16)), 1, bytes(range(64, 96)))
RAW, OTHER, CODE = bytes(range(32)), bytes(range(1, 33)), bytes(range(20))
WORDS = "made-up words"
CHEAP = (1, 8, 1)
draw = keyslots.Randomness.draw


@pytest.fixture(autouse=True)
def low_floor(monkeypatch):
    monkeypatch.setattr(kdf, "ARGON2_FLOOR", CHEAP)


def raw(key=RAW, hint="file"):
    return keyslots.wrap_raw(key, key_id(key), hint, VAULT, draw())


def words(text=WORDS):
    return keyslots.wrap_passphrase(text, CHEAP, VAULT, draw())


def code():
    return keyslots.wrap_recovery(CODE, key_id(CODE), VAULT, draw())


def broken(slot):
    slot.sealed = slot.sealed[:-1] + bytes((slot.sealed[-1] ^ 1,))
    return slot


def lock(*slots):
    return Lock("/x/the.vault", VAULT[0], VAULT[1], list(slots))


@pytest.fixture
def look(tmp_path):
    """Return a function that makes Sources with everything absent but what is named."""
    tmp_path.chmod(0o700)

    def make(**named):
        empty = {"key_fd": None, "key_file": None, "key_file_named": False, "key_text": None}
        empty |= {"own": str(tmp_path), "passphrase": None, "ask": None}
        return Sources(**(empty | named))

    return make


def put(path, text, mode=0o600):
    path.write_text(text)
    path.chmod(mode)
    return str(path)


def test_each_kind_opens(look, tmp_path):
    text = encode_raw_key(RAW)
    path = put(tmp_path / "k", text + "\n")
    both = lock(code(), words(), raw())
    assert open_lock(both, look(key_text=text)).vault_key == VAULT[2]
    assert open_lock(both, look(key_file=path)).vault_key == VAULT[2]
    assert open_lock(both, look(key_text=encode_recovery_code(CODE))).vault_key == VAULT[2]
    assert open_lock(both, look(ask=lambda _: WORDS)).by == "the passphrase"
    assert open_lock(both, look(ask=lambda _: encode_recovery_code(CODE))).by == "the recovery code"
    assert open_lock(both, look(passphrase=put(tmp_path / "p", WORDS))).vault_key == VAULT[2]
    with open(path) as file:
        given = look(key_fd=file.fileno())
        assert open_lock(both, given).by == "the key from --key-fd"
        assert open_lock(both, given).vault_key == VAULT[2], "it is read only once"


def test_a_key_named_on_the_command_line_must_fit(look, tmp_path):
    path = put(tmp_path / "k", encode_raw_key(OTHER))
    put(tmp_path / f"{key_id(RAW).hex()}.key", encode_raw_key(RAW))
    with pytest.raises(LockedError, match="does not open with the key file"):
        open_lock(lock(raw()), look(key_file=path, key_file_named=True))
    assert open_lock(lock(raw()), look(key_file=path)).by.startswith("the key file ")
    assert open_lock(lock(raw()), look(key_text=encode_raw_key(OTHER))).vault_key == VAULT[2]


def test_a_damaged_slot_does_not_stop_another(look, tmp_path):
    put(tmp_path / f"{key_id(RAW).hex()}.key", encode_raw_key(RAW))
    put(tmp_path / f"{key_id(OTHER).hex()}.key", encode_raw_key(OTHER))
    assert open_lock(lock(broken(raw()), raw(OTHER)), look()).vault_key == VAULT[2]
    assert open_lock(lock(broken(raw()), words()), look(ask=lambda _: WORDS)).vault_key
    twice = lock(broken(words()), words())
    assert open_lock(twice, look(ask=lambda _: WORDS)).vault_key == VAULT[2]
    with pytest.raises(LockedError, match="its slot is damaged"):
        open_lock(lock(broken(raw())), look())


def test_a_key_file_that_cannot_be_used_does_not_stop_another(look, tmp_path):
    path = tmp_path / f"{key_id(RAW).hex()}.key"
    put(path, encode_raw_key(RAW), 0o644)
    assert open_lock(lock(raw(), words()), look(ask=lambda _: WORDS)).vault_key == VAULT[2]
    with pytest.raises(DeniedError, match="open to other users"):
        open_lock(lock(raw()), look())


def test_a_keyring_that_cannot_be_used_does_not_stop_another(look, monkeypatch):
    def fails(*_):
        raise UnavailableError("It does not answer.")

    monkeypatch.setattr(os_keyring, "load", fails)
    kept = raw(hint=sources.KEYRING)
    assert open_lock(lock(kept, words()), look(ask=lambda _: WORDS)).vault_key == VAULT[2]
    with pytest.raises(UnavailableError):
        open_lock(lock(kept), look())
    monkeypatch.setattr(os_keyring, "load", lambda *_: None)
    foreign = raw(OTHER, hint=sources.KEYRING)
    with pytest.raises(LockedError):
        open_lock(lock(kept, foreign), look())
    with pytest.raises(LockedError, match="an OS keyring that is not at hand"):
        open_lock(lock(kept), look())
    monkeypatch.setattr(os_keyring, "load", lambda *_: "no key")
    with pytest.raises(LockedError, match="holds no vault key"):
        open_lock(lock(kept), look())
    monkeypatch.setattr(os_keyring, "load", lambda *_: encode_raw_key(RAW))
    assert open_lock(lock(kept), look()).by == "the key in the OS keyring"


def test_nothing_is_asked_where_no_answer_could_help(look):
    def ask(_):
        pytest.fail("was asked")

    with pytest.raises(LockedError, match="No key at hand"):
        open_lock(lock(raw()), look(ask=ask))
    with pytest.raises(LockedError, match="No key at hand"):
        open_lock(lock(words(), code()), look())


def test_wrong_words(look, tmp_path):
    for slots, typed in (
        ((words(),), "wrong"),
        ((words(), code()), "wrong"),
        ((words(),), ""),
        ((words(),), "\udcff"),
        ((code(),), "not a code"),
        ((code(),), encode_recovery_code(bytes(20))),
        ((broken(code()),), encode_recovery_code(CODE)),
        ((broken(words()),), WORDS),
    ):
        with pytest.raises(LockedError):
            open_lock(lock(*slots), look(ask=lambda _, typed=typed: typed))
    wrong = put(tmp_path / "p", "wrong\n")
    with pytest.raises(LockedError, match="does not open with the passphrase in"):
        open_lock(lock(words()), look(passphrase=wrong, ask=lambda _: WORDS))


def test_every_passphrase_slot_is_tried_whatever_is_wrong(monkeypatch):
    tried = []
    real = kdf.passphrase_kek

    def counted(*arguments):
        tried.append(arguments[0])
        return real(*arguments)

    monkeypatch.setattr(kdf, "passphrase_kek", counted)
    for slots in ((words("a"), words("b")), (broken(words()), broken(words("b")))):
        tried.clear()
        assert passphrases.try_passphrase(lock(*slots), list(slots), WORDS) is None
        assert tried == [WORDS, WORDS]


def test_a_slot_that_asks_for_too_much_is_not_tried_and_does_not_stop_another():
    forged = words()
    forged.parameters = (3, 2**32 - 1, 4)
    assert passphrases.try_passphrase(lock(), [forged, words()], WORDS) == VAULT[2]
    with pytest.raises(LockedError, match="out of bounds"):
        passphrases.try_passphrase(lock(), [forged], WORDS)


@pytest.mark.parametrize("data", [b"", b"\n", b"\r\n", b"\xff\xfe"])
def test_a_passphrase_file_without_a_passphrase(tmp_path, data):
    tmp_path.chmod(0o700)
    (tmp_path / "p").write_bytes(data)
    (tmp_path / "p").chmod(0o600)
    with pytest.raises(LockedError, match="empty or not UTF-8"):
        passphrases.read_passphrase_file(str(tmp_path / "p"))


def test_texts_that_are_no_keys(tmp_path):
    for data in (b"", b"\xff", b"INFSHREC1-AAAAA", encode_raw_key(RAW)[:-1].encode()):
        with pytest.raises(LockedError, match="holds no vault key"):
            parse_key(data, "It")
    assert parse_key(encode_recovery_code(CODE).lower().encode() + b"\n", "It") == CODE
    for path in ("absent", "INFSHKEY1-AAAA", encode_recovery_code(CODE)):
        with pytest.raises(LockedError) as caught:
            read_key_file(path)
        assert ("AAAQE" in caught.value.message) is False
    with pytest.raises(LockedError, match="at the path that is given"):
        read_secret_file("absent", "passphrase file", 10)


def test_a_descriptor_that_gives_nothing(look):
    reader, writer = os.pipe()
    os.close(writer)
    with pytest.raises(LockedError, match="holds no vault key"):
        open_lock(lock(raw()), look(key_fd=reader))
    os.close(reader)
    with pytest.raises(LockedError, match="cannot be read"):
        open_lock(lock(raw()), look(key_fd=reader))
    reader, writer = os.pipe()
    os.write(writer, b"A" * 4096)
    os.close(writer)
    with pytest.raises(LockedError, match="holds no vault key"):
        open_lock(lock(raw()), look(key_fd=reader))
    os.close(reader)
