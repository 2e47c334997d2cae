from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infsh_secrets.crypto.keytext import (
    KeyTextError,
    decode_raw_key,
    decode_recovery_code,
    encode_recovery_code,
)

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
CODE = bytes(range(60, 80))
TEXT = encode_recovery_code(CODE)
GROUPS = TEXT.split("-")[1:]


def refusal(text):
    with pytest.raises(KeyTextError) as caught:
        decode_recovery_code(text)
    return caught.value.reason


@given(st.binary(min_size=20, max_size=20))
def test_a_code_comes_back_however_it_is_typed(code):
    text = encode_recovery_code(code)
    assert len(text) == 57
    bare = text.removeprefix("INFSHREC1-")
    for typed in (
        text,
        text.lower(),
        bare,
        bare.replace("-", ""),
        f" {bare.replace('-', ' ').lower()} \n",
        f"{bare[:23]}\t{bare[23:]}",
    ):
        assert decode_recovery_code(typed) == code


@given(st.binary(min_size=20, max_size=20))
def test_the_text_is_plain_base32_of_the_code_and_its_checksum(code):
    checksum = hashlib.sha256(b"infsh-vault/1 recovery text" + code).digest()[:5]
    letters = base64.b32encode(code + checksum).decode()
    groups = [letters[at : at + 5] for at in range(0, 40, 5)]
    assert encode_recovery_code(code) == "INFSHREC1-" + "-".join(groups)


@given(st.text())
def test_any_text_is_a_code_or_a_typed_error(text):
    for candidate in (text, "INFSHREC1-" + text):
        assert refusal(candidate)


def test_each_wrong_character_is_found():
    for position in range(10, len(TEXT)):
        if TEXT[position] == "-":
            continue
        for letter in ALPHABET + "0189=":
            if letter != TEXT[position]:
                assert refusal(TEXT[:position] + letter + TEXT[position + 1 :])


def test_each_exchange_of_two_groups_or_neighbours_is_found():
    assert len(set(GROUPS)) == 8
    for first in range(8):
        for second in range(first):
            groups = list(GROUPS)
            groups[first], groups[second] = groups[second], groups[first]
            assert "groups exchanged" in refusal("-".join(groups))
    letters = "".join(GROUPS)
    for at in range(39):
        if letters[at] != letters[at + 1]:
            refusal(letters[:at] + letters[at + 1] + letters[at] + letters[at + 2 :])


def test_missing_and_doubled_groups_are_told_by_their_number():
    assert refusal("-".join(GROUPS[:-1])) == "it has 35 letters and digits, not 40"
    assert refusal("-".join([*GROUPS, GROUPS[0]])) == "it has 45 letters and digits, not 40"
    assert refusal("") == "it has 0 letters and digits, not 40"


def test_neither_text_is_taken_for_the_other():
    with pytest.raises(KeyTextError):
        decode_raw_key(TEXT)
    assert refusal("INFSHKEY1-" + "A" * 58)


def test_no_reason_shows_a_part_of_the_code():
    for text in ("-".join(GROUPS[::-1]), TEXT + "A", TEXT[:-1] + "1"):
        reason = refusal(text)
        assert not any(group in reason for group in GROUPS)
