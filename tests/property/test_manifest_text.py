"""Whatever bytes a manifest has, it is read or refused; and a cached one is the parsed one."""

from __future__ import annotations

import os
import tempfile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from infsh_secrets.domain.errors import InfshError
from infsh_secrets.domain.names import is_key
from infsh_secrets.manifest.cache import decode, encode, load
from infsh_secrets.manifest.model import Connection, Declaration, Manifest
from infsh_secrets.manifest.parse import parse

KEY = b"k" * 32
PASTED = "zq7-made-up"
PIECES = (
    *("secrets:", "requirements:", "credentials:", "integrations:", "env:", "key:", "name:"),
    *("description:", "optional:", "slug:", "A_KEY", "B_KEY", "hub", "yes", "no", "true", "null"),
    *("- ", "-", ": ", ":", "\n", "\n", "\n  ", "\n    ", "\n      ", " ", "\t", "\r\n", "\r"),
    *("[", "]", "{", "}", ", ", '"', "'", "|", ">", "&a ", "*a", "<<: *a", "!!str ", "!x ", "#"),
    *("---", "...", "%YAML 1.1", "? ", "~", "1.10", "0x10", "\\", "\\ud800", "@", "`", "\0", "é"),
    *(PASTED, PASTED, PASTED, "\ufeff", "\u2028", "\x85", "\U0001f511"),
)
yaml_like = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
keys = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True)
lines = st.integers(1, 2**31 - 1)
declarations = st.builds(
    Declaration, keys, line=lines, description=text, optional=st.booleans(), owner=text
)
connections = st.builds(Connection, text, line=lines, description=text, optional=st.booleans())
manifests = st.builds(
    Manifest,
    st.just("/inf.yml"),
    st.lists(declarations, max_size=8),
    st.lists(connections, max_size=4),
    st.dictionaries(keys, text, max_size=8),
)


def facts(manifest):
    return (
        manifest.path,
        [(d.key, d.line, d.description, d.optional, d.owner) for d in manifest.declarations],
        [(c.slug, c.line, c.description, c.optional) for c in manifest.connections],
        manifest.variables,
    )


def parse_or_error(data):
    try:
        return parse(data, "/inf.yml")
    except InfshError as error:
        return error


def read_or_refused(data):
    manifest = parse_or_error(data)
    if isinstance(manifest, InfshError):
        assert manifest.message.startswith("/inf.yml, line ")
        assert manifest.message.isascii()
        assert PASTED not in manifest.message + manifest.hint
        return
    assert all(is_key(one.key) for one in manifest.declarations)
    assert all(is_key(name) for name in manifest.variables)
    last = data.count(b"\n") + data.count(b"\r") + data.count(b"\xe2\x80") + data.count(b"\x85")
    assert all(1 <= one.line <= last + 1 for one in manifest.declarations)
    assert facts(decode(encode(manifest, KEY), KEY, "/inf.yml")) == facts(manifest)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_bytes(data):
    read_or_refused(data)


@settings(max_examples=800, deadline=None)
@given(yaml_like)
@example("secrets: [*a]\n")
@example("? - a\n: b\n")
def test_text_like_yaml(text):
    read_or_refused(text.encode())


@settings(max_examples=300, deadline=None)
@given(yaml_like)
def test_text_like_yaml_without_the_c_parser(text):
    import yaml

    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(yaml, "CSafeLoader", raising=False)
        read_or_refused(text.encode())


@settings(max_examples=60, deadline=None)
@given(manifests)
def test_cache_round_trip(manifest):
    assert facts(decode(encode(manifest, KEY), KEY, "/inf.yml")) == facts(manifest)


@settings(max_examples=60, deadline=None)
@given(manifests, st.data())
def test_an_altered_entry_is_never_another_manifest(manifest, data):
    entry = bytearray(encode(manifest, KEY))
    at = data.draw(st.integers(0, len(entry) - 1))
    entry[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ValueError, match="not an entry"):
        decode(bytes(entry), KEY, "/inf.yml")


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(keys, st.booleans(), text), min_size=1, max_size=6),
    st.dictionaries(keys, text, max_size=4),
)
def test_what_was_written_is_read_again_with_and_without_the_cache(secrets, variables):
    import yaml

    written = {
        "secrets": [{"key": k, "optional": o, "description": d} for k, o, d in secrets],
        "env": variables,
    }
    data = yaml.safe_dump(written, allow_unicode=False).encode()
    expected: dict[str, list] = {}
    for key, optional, description in secrets:
        known = expected.setdefault(key, [optional, description])
        known[:] = [known[0] and optional, known[1] or description]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "inf.yml")
        with open(path, "wb") as file:
            file.write(data)
        if any("\0" in value for value in variables.values()):
            with pytest.raises(InfshError, match="contains NUL"):
                load(path, folder)
            return
        first = load(path, os.path.join(folder, "state"))
        second = load(path, os.path.join(folder, "state"))
    assert facts(first) == facts(second)
    assert {d.key: [d.optional, d.description] for d in first.declarations} == expected
    assert first.variables == variables
