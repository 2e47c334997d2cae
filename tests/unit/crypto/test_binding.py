from __future__ import annotations

import hashlib
import hmac
import subprocess
import sys
import types

import pytest
from cryptography.exceptions import InvalidTag

from infsh_secrets.crypto import binding

SCRIPT = """
import builtins, sys
real = builtins.__import__
blocked = sys.argv[1:]
OURS = ("infsh_secrets.crypto.binding", "infsh_secrets.crypto.hashes")
def guarded(name, globals=None, *rest):
    if globals and globals.get("__name__") in OURS and name in blocked:
        raise ImportError(name)
    return real(name, globals, *rest)
builtins.__import__ = guarded
from infsh_secrets.crypto import binding, seal
builtins.__import__ = real
key, salt = bytes(range(32)), bytes(range(24))
for size in (0, 5, 16384, 40000):
    sealed = seal.seal_with_salt(key, b"context", bytes(size), salt)
    assert seal.open_sealed(key, b"context", sealed) == bytes(size)
    print(binding.sha256(sealed).hexdigest())
for digest in ("sha256", "sha512"):
    print(binding.hmac_digest(key, salt, digest).hex())
print(binding.compare_digest(key, bytes(range(32))), binding.compare_digest(key, salt))
try:
    seal.open_sealed(key, b"other", sealed)
except seal.SealError:
    print("SealError")
print(type(binding.sha256()).__module__, binding.compare_digest.__module__, file=sys.stderr)
"""
COMPILED = "cryptography.hazmat.bindings._rust"


def run(*blocked):
    command = [sys.executable, "-c", SCRIPT, *blocked]
    return subprocess.run(command, capture_output=True, text=True, check=True)


def test_the_compiled_parts_and_the_public_modules_give_the_same():
    compiled = run()
    public = run(COMPILED, "_sha2", "_sha256", "_operator")
    assert compiled.stdout == public.stdout
    assert len(compiled.stdout.splitlines()) == 8
    assert compiled.stderr.split() in (["_sha2", "_operator"], ["_sha256", "_operator"])
    assert public.stderr.split() == ["_hashlib", "_hashlib"]


def test_what_stands_for_types_becomes_it(monkeypatch):
    stand_in = binding._Types("types")
    monkeypatch.setitem(sys.modules, "types", stand_in)
    assert stand_in.SimpleNamespace is types.SimpleNamespace
    assert sys.modules["types"] is stand_in
    assert stand_in.MappingProxyType is types.MappingProxyType
    assert sys.modules["types"] is not stand_in


def gcm_cases(blocks):
    for section, fields in blocks:
        if section["IVlen"] == "96" and section["Taglen"] == "128":
            names = [name for name in fields if name not in ("Count", "FAIL")]
            data = {name: bytes.fromhex(fields[name]) for name in names}
            yield data, "FAIL" not in fields


def test_published_aes_gcm_vectors_open_or_fail(published_blocks):
    opened = refused = 0
    for data, good in gcm_cases(published_blocks("ciphers/AES/GCM/gcmDecrypt256.rsp")):
        aead = binding.AESGCM(data["Key"])
        sealed = data["CT"] + data["Tag"]
        if good:
            assert aead.decrypt(data["IV"], sealed, data["AAD"]) == data["PT"]
            opened += 1
        else:
            with pytest.raises(InvalidTag):
                aead.decrypt(data["IV"], sealed, data["AAD"])
            refused += 1
    assert opened > 150
    assert refused > 150


def test_published_aes_gcm_vectors_seal(published_blocks):
    cases = list(gcm_cases(published_blocks("ciphers/AES/GCM/gcmEncryptExtIV256.rsp")))
    assert len(cases) > 300
    for data, _ in cases:
        sealed = binding.AESGCM(data["Key"]).encrypt(data["IV"], data["PT"], data["AAD"])
        assert sealed == data["CT"] + data["Tag"]


@pytest.mark.parametrize("digest", ["sha256", "sha512"])
def test_published_hmac_vectors(published_blocks, digest):
    cases = [f for _, f in published_blocks(f"HMAC/rfc-4231-{digest}.txt") if "MD" in f]
    assert len(cases) > 4
    for fields in cases:
        key, message, expected = (bytes.fromhex(fields[name]) for name in ("Key", "Msg", "MD"))
        assert binding.hmac_digest(key, message, digest)[: len(expected)] == expected


def test_the_primitives_are_those_of_the_standard_library():
    for size in (0, 1, 63, 64, 65, 127, 128, 129, 5000):
        data = bytes(i & 255 for i in range(size))
        assert binding.sha256(data).digest() == hashlib.sha256(data).digest()
        for digest in ("sha256", "sha512"):
            for key in (b"", b"k", data):
                assert binding.hmac_digest(key, b"m", digest) == hmac.digest(key, b"m", digest)
