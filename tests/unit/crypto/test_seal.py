from __future__ import annotations

import base64
import hashlib
import json
import os
import zlib

import cryptography_vectors
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from infsh_secrets.crypto import seal
from infsh_secrets.crypto.seal import OVERHEAD, SealError, open_sealed, seal_with_salt

KEY = bytes(range(32))
SALT = bytes(range(0x40, 0x58))
SIZES = (0, 1, 2, 16383, 16384, 16385, 32767, 32768, 32769, 49152)

CHECK_VALUES = (
    (b"", b"", "fc2d96684c04009cf3f21d49067ebe92a27de59005af3fc1d4c1834cefb048cd"),
    (
        b"infsh-vault/1 test",
        b"hello",
        "f7c4198fe968cb2a82ca39993a8feee1d0014720e67edc375038eabef05adb34",
    ),
    (b"ctx", bytes(16384), "5c9114f1ae81973f0b1d7fca998fdcefc80edc6c32e5ee3ed521915157b895de"),
    (
        b"ctx",
        bytes(i & 255 for i in range(40_000)),
        "781968d3f42df6d082ea168c29c9b24995fa0d12f1bbed008081d825667f4897",
    ),
)


def message_of(size):
    return (hashlib.sha256(b"%d" % size).digest() * (size // 32 + 1))[:size]


def chunked_vectors():
    with cryptography_vectors.open_vector_file("chunked-encryption/vectors.json", "r") as file:
        found = json.load(file)["vectors"]
    return [one for one in found if one["aead"] == "AEAD_AES_256_GCM"]


def ciphertext_of(vector):
    data = base64.b64decode(vector["ciphertext"] or "")
    return zlib.decompress(data) if vector.get("compressed") else data


@pytest.fixture
def schedule_with_sha256(monkeypatch):
    """Swap the hash of the key schedule, the only thing in which the published vectors differ.

    They are for HKDF-SHA256; the named instance Cobblestone-256 has SHA-512.
    """

    def schedule(key, context, salt):
        info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + salt + context
        out = HKDFExpand(hashes.SHA256(), 76, info).derive(key)
        return out[44:], seal.AESGCM(out[:32]), out[32:44]

    monkeypatch.setattr(seal, "_schedule", schedule)


@pytest.mark.parametrize(("context", "message", "digest"), CHECK_VALUES)
def test_the_check_values_of_the_format(context, message, digest):
    sealed = seal_with_salt(KEY, context, message, SALT)
    assert hashlib.sha256(sealed).hexdigest() == digest
    assert open_sealed(KEY, context, sealed) == message


@pytest.mark.parametrize("vector", chunked_vectors(), ids=lambda vector: vector["name"])
def test_published_chunked_encryption_vectors(vector, schedule_with_sha256):
    key, context = bytes.fromhex(vector["key"]), (vector["context"] or "").encode()
    sealed = ciphertext_of(vector)
    if vector["expect"] == "success":
        message = open_sealed(key, context, sealed)
        assert len(message) == vector["payload_length"]
        assert hashlib.sha256(message).hexdigest() == vector["payload_sha256"]
        assert seal_with_salt(key, context, message, sealed[:24]) == sealed
    else:
        with pytest.raises(SealError):
            open_sealed(key, context, sealed)


@pytest.mark.parametrize("size", SIZES)
def test_what_the_referee_seals_opens(size):
    referee = pytest.importorskip("cryptography.cobblestone")
    encryptor = referee.Cobblestone256Encryptor(KEY, b"context")
    sealed = encryptor.update(message_of(size)) + encryptor.finalize()
    assert open_sealed(KEY, b"context", sealed) == message_of(size)
    assert seal_with_salt(KEY, b"context", message_of(size), sealed[:24]) == sealed


@pytest.mark.parametrize("size", SIZES)
def test_the_referee_opens_what_is_sealed(size):
    referee = pytest.importorskip("cryptography.cobblestone")
    decryptor = referee.Cobblestone256Decryptor(KEY, b"context")
    sealed = seal.seal(KEY, b"context", message_of(size))
    assert decryptor.update(sealed) + decryptor.finalize() == message_of(size)


@pytest.mark.parametrize("size", SIZES)
def test_sizes_come_back_and_cost_what_is_said(size):
    sealed = seal.seal(KEY, b"context", message_of(size))
    assert len(sealed) == 56 + size + 16 * (size // 16384 + 1)
    if size < 16384:
        assert len(sealed) == size + OVERHEAD
    assert open_sealed(KEY, b"context", sealed) == message_of(size)


def test_each_seal_differs():
    assert len({seal.seal(KEY, b"", b"same") for _ in range(50)}) == 50


def test_salts_for_many_messages_are_drawn_from_the_system_and_come_once(monkeypatch):
    asked = []

    def urandom(size):
        asked.append(size)
        return bytes(range(len(asked), len(asked) + 8)) * (size // 8)

    monkeypatch.setattr(seal.os, "urandom", urandom)
    salts = seal.drawn_salts()
    assert next(salts) == bytes(range(1, 9)) * 3
    monkeypatch.undo()
    found = [next(salts) for _ in range(2000)]
    assert len(asked) == 1
    assert len(set(found[1000:])) == 1000
    assert {len(salt) for salt in found} == {24}


def test_the_salt_is_drawn_from_the_system(monkeypatch):
    monkeypatch.setattr(os, "urandom", lambda size: SALT[:size])
    assert seal.seal(KEY, b"c", b"m") == seal_with_salt(KEY, b"c", b"m", SALT)


@pytest.mark.parametrize("message", [b"", b"made up", bytes(100)])
def test_every_flipped_bit_is_found(message):
    sealed = seal_with_salt(KEY, b"context", message, SALT)
    for position in range(len(sealed)):
        for bit in range(8):
            changed = bytearray(sealed)
            changed[position] ^= 1 << bit
            with pytest.raises(SealError):
                open_sealed(KEY, b"context", bytes(changed))


def test_flipped_bytes_of_a_long_message_are_found():
    sealed = seal_with_salt(KEY, b"context", message_of(40_000), SALT)
    edges = {at + near for at in range(56, len(sealed), 16400) for near in range(-18, 18)}
    for position in sorted({*range(80), *edges, *range(len(sealed) - 40, len(sealed))}):
        if position < len(sealed):
            changed = bytearray(sealed)
            changed[position] ^= 0x80
            with pytest.raises(SealError):
                open_sealed(KEY, b"context", bytes(changed))


def test_every_truncation_is_found():
    sealed = seal_with_salt(KEY, b"context", bytes(200), SALT)
    for length in range(len(sealed)):
        with pytest.raises(SealError):
            open_sealed(KEY, b"context", sealed[:length])


@pytest.mark.parametrize("size", [16384, 16385, 32768, 40_000])
def test_truncation_at_and_around_the_edge_of_a_chunk_is_found(size):
    sealed = seal_with_salt(KEY, b"context", message_of(size), SALT)
    for chunks in range(size // 16384 + 1):
        for near in range(-20, 21):
            length = 56 + chunks * 16400 + near
            if 0 <= length < len(sealed):
                with pytest.raises(SealError):
                    open_sealed(KEY, b"context", sealed[:length])


@pytest.mark.parametrize("size", [0, 5, 16383, 16384, 32768])
def test_bytes_added_are_found(size):
    sealed = seal_with_salt(KEY, b"context", message_of(size), SALT)
    for tail in (b"\0", bytes(16), bytes(16400), sealed, sealed[56:]):
        with pytest.raises(SealError):
            open_sealed(KEY, b"context", sealed + tail)


def test_chunks_that_change_places_are_found():
    sealed = seal_with_salt(KEY, b"context", bytes(3 * 16384), SALT)
    head, chunks = sealed[:56], [sealed[56 + i * 16400 :][:16400] for i in range(4)]
    for order in ((1, 0, 2, 3), (0, 2, 1, 3), (0, 1, 3), (3,), (0, 0, 2, 3), (0, 1, 2)):
        with pytest.raises(SealError):
            open_sealed(KEY, b"context", head + b"".join(chunks[i] for i in order))


def test_another_key_or_context_does_not_open():
    sealed = seal_with_salt(KEY, b"context", b"made up", SALT)
    for key in (bytes(32), KEY[::-1], KEY[:31], KEY + b"\0", KEY[:-1] + b"\0", b""):
        with pytest.raises(SealError):
            open_sealed(key, b"context", sealed)
    for context in (b"", b"contex", b"context\0", b"Context", SALT + b"context"):
        with pytest.raises(SealError):
            open_sealed(KEY, context, sealed)


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_of_another_length_seals_nothing(length):
    with pytest.raises(ValueError, match="32 bytes"):
        seal.seal(bytes(length), b"context", b"made up")


def test_the_commitment_is_compared_before_anything_is_decrypted(monkeypatch):
    class Forbidden:
        def __init__(self, key):
            pass

        def decrypt(self, *_):
            pytest.fail("decrypted before the commitment was compared")

    sealed = bytearray(seal_with_salt(KEY, b"context", b"made up", SALT))
    sealed[24] ^= 1
    monkeypatch.setattr(seal, "AESGCM", Forbidden)
    with pytest.raises(SealError):
        open_sealed(KEY, b"context", bytes(sealed))


def test_an_error_says_nothing_and_has_no_cause():
    sealed = bytearray(seal_with_salt(KEY, b"context", b"made up", SALT))
    sealed[-1] ^= 1
    with pytest.raises(SealError) as caught:
        open_sealed(KEY, b"context", bytes(sealed))
    assert str(caught.value) == ""
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


# RFC 5869 publishes no vectors for SHA-512; its inputs, run through the referee.
RFC_5869_INPUTS = (
    (b"\x0b" * 22, bytes(range(13)), bytes(range(0xF0, 0xFA)), 42),
    (bytes(range(0x50)), bytes(range(0x60, 0xB0)), bytes(range(0xB0, 0x100)), 82),
    (b"\x0b" * 22, b"", b"", 42),
)


@pytest.mark.parametrize(("secret", "salt", "info", "length"), RFC_5869_INPUTS)
def test_hkdf_is_that_of_the_referee(secret, salt, info, length):
    expected = HKDF(hashes.SHA512(), length, salt, info).derive(secret)
    assert seal.hkdf(secret, salt, info, length) == expected


def test_hkdf_is_that_of_the_referee_for_random_inputs():
    for turn in range(200):
        secret, salt, info = os.urandom(1 + turn), os.urandom(turn % 150), os.urandom(turn % 70)
        length = 1 + turn * 7
        expected = HKDF(hashes.SHA512(), length, salt, info).derive(secret)
        assert seal.hkdf(secret, salt, info, length) == expected
        expected = HKDFExpand(hashes.SHA512(), length, info).derive(secret)
        assert seal.hkdf_expand(secret, info, length) == expected


def test_hkdf_expand_at_the_edges_of_its_blocks():
    for length in (0, 1, 63, 64, 65, 128, 16_320):
        out = seal.hkdf_expand(KEY, b"info", length)
        assert len(out) == length
        assert seal.hkdf_expand(KEY, b"info", 16_320).startswith(out)


def test_the_page_on_the_format_has_the_check_values():
    path = os.path.join(os.path.dirname(seal.__file__), "FORMAT.md")
    with open(path, encoding="utf-8") as file:
        page = file.read()
    for *_, digest in CHECK_VALUES:
        assert digest in page


def test_a_key_made_ready_seals_and_opens_as_the_key_itself():
    ready = seal.SealingKey(KEY)
    for message in (b"", b"made up", bytes(16384), bytes(40000)):
        sealed = seal_with_salt(KEY, b"context", message, SALT)
        assert seal_with_salt(ready, b"context", message, SALT) == sealed
        assert open_sealed(ready, b"context", sealed) == message
    with pytest.raises(SealError):
        open_sealed(ready, b"other", sealed)
    with pytest.raises(ValueError, match="32 bytes"):
        seal.SealingKey(KEY[:31])
