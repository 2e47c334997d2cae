from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infsh_secrets.crypto.keytext import KeyTextError, decode_raw_key, encode_raw_key, key_id

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
KEY = bytes(range(200, 232))
TEXT = encode_raw_key(KEY)


def refusal(text):
    with pytest.raises(KeyTextError) as caught:
        decode_raw_key(text)
    return caught.value


@given(st.binary(min_size=32, max_size=32))
def test_a_key_comes_back(key):
    text = encode_raw_key(key)
    assert len(text) == 68
    assert decode_raw_key(text) == key
    assert decode_raw_key(f" \n{text}\r\n") == key


@given(st.binary(min_size=32, max_size=32))
def test_the_text_is_plain_base32_of_the_key_and_its_checksum(key):
    checksum = hashlib.sha256(b"infsh-vault/1 key text" + key).digest()[:4]
    letters = base64.b32encode(key + checksum).decode().rstrip("=")
    assert encode_raw_key(key) == "INFSHKEY1-" + letters


@given(st.text())
def test_any_text_is_a_key_or_a_typed_error(text):
    for candidate in (text, "INFSHKEY1-" + text):
        assert refusal(candidate).reason


@given(st.text(alphabet=ALPHABET, min_size=58, max_size=58))
def test_letters_at_random_are_no_key(letters):
    assert refusal("INFSHKEY1-" + letters).reason


def test_each_wrong_character_is_found():
    for position in range(10, len(TEXT)):
        for letter in ALPHABET + "018a=- \N{LATIN CAPITAL LETTER A WITH DIAERESIS}":
            if letter != TEXT[position]:
                changed = TEXT[:position] + letter + TEXT[position + 1 :]
                assert refusal(changed).reason, f"position {position}"


def test_each_missing_doubled_or_exchanged_character_is_found():
    for position in range(len(TEXT)):
        refusal(TEXT[:position] + TEXT[position + 1 :])
        refusal(TEXT[:position] + TEXT[position] + TEXT[position:])
        exchanged = TEXT[:position] + TEXT[position + 1 : position + 2] + TEXT[position]
        exchanged += TEXT[position + 2 :]
        if exchanged != TEXT:
            refusal(exchanged)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it does not begin with INFSHKEY1-"),
        (TEXT.lower(), "it does not begin with INFSHKEY1-"),
        (TEXT.replace("INFSHKEY1-", "INFSHKEY2-"), "it does not begin with INFSHKEY1-"),
        (TEXT[:-1], "it has 57 characters after the prefix, not 58"),
        (TEXT + TEXT, "it has 126 characters after the prefix, not 58"),
        (TEXT[:20] + "0" + TEXT[21:], "it contains a character that is not of A-Z and 2-7"),
        (TEXT[:-1] + "B", "its last character is wrong"),
    ],
    ids=range(7),
)
def test_reasons(text, reason):
    assert refusal(text).reason == reason


def test_no_message_shows_a_part_of_the_key():
    broken = [TEXT[10:], TEXT[:-1], TEXT + "A", TEXT[:30] + "!" + TEXT[31:], TEXT[:-2] + "AA"]
    for text in broken:
        error = refusal(text)
        shown = str(error) + repr(error)
        letters = text.removeprefix("INFSHKEY1-")
        assert not any(letters[at : at + 4] in shown for at in range(len(letters) - 4))
        assert error.__cause__ is None


def test_a_key_id_depends_on_the_key_only():
    assert key_id(KEY) == key_id(bytes(KEY))
    assert len({key_id(bytes((n,)) * 32) for n in range(256)}) == 256
    assert len(key_id(KEY)) == 8
