"""The interpreter's own hashes against those of the standard library."""

from __future__ import annotations

import hashlib
import hmac
import subprocess
import sys

import pytest

from infsh_secrets.crypto import hashes

LENGTHS = (0, 1, 31, 32, 63, 64, 65, 111, 112, 127, 128, 129, 200, 1000)
WITHOUT = """
import sys
for name in ("_sha2", "_sha256", "_sha512"):
    sys.modules[name] = None
import hmac
from infsh_secrets.crypto import hashes
assert hashes.sha256(b"abc").digest().hex().startswith("ba7816bf")
assert hashes.hmac_digest(b"k", b"m", "sha512") == hmac.digest(b"k", b"m", "sha512")
"""


@pytest.mark.parametrize("name", ["sha256", "sha512"])
def test_codes_are_those_of_hmac(name):
    for size in LENGTHS:
        key, message = bytes(range(256))[:size] or b"", b"m" * size
        assert hashes.hmac_digest(key, message, name) == hmac.digest(key, message, name)


@pytest.mark.parametrize("name", ["sha256", "sha512"])
def test_a_copy_goes_on_by_itself(name):
    state = hashes.Hmac(b"key", name)
    state.update(b"one")
    other = state.copy()
    state.update(b"two")
    other.update(b"three")
    assert state.digest() == hmac.digest(b"key", b"onetwo", name)
    assert state.digest() == hmac.digest(b"key", b"onetwo", name)
    assert other.digest() == hmac.digest(b"key", b"onethree", name)


def test_published_codes():
    # RFC 4231, test case 2.
    message = b"what do ya want for nothing?"
    for name, expected in (("sha256", "5bdcc146bf60754e"), ("sha512", "164b7a7bfcf819e2")):
        assert hashes.hmac_digest(b"Jefe", message, name).hex().startswith(expected)


def test_hashes_are_the_same_before_and_after_much_was_hashed(monkeypatch):
    monkeypatch.setattr(hashes, "_hashed", 0)
    monkeypatch.setattr(hashes, "_fastest", hashes._sha256)
    block = b"x" * (hashes.MUCH // 2 + 1)
    for _ in range(3):
        state = hashes.sha256(block)
        state.update(b"more")
        assert state.digest() == hashlib.sha256(block + b"more").digest()
    assert hashes._fastest is hashlib.sha256


def test_an_interpreter_without_hashes_of_its_own():
    subprocess.run([sys.executable, "-c", WITHOUT], check=True, timeout=60)


@pytest.mark.parametrize("name", ["sha256", "sha512"])
@pytest.mark.parametrize("much", [False, True])
def test_states_are_those_of_what_was_taken_so_far(name, much):
    state = hashes.Hmac(b"key", name, much=much)
    state.update(b"begun ")
    for message in (b"one", b"", b"one"):
        inner, outer = (one.copy() for one in state.states())
        inner.update(message)
        outer.update(inner.digest())
        assert outer.digest() == hmac.digest(b"key", b"begun " + message, name)
    assert state.digest() == hmac.digest(b"key", b"begun ", name)
