from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infsh_secrets.domain.sanitize import RANGES, sanitize, sanitize_json

UNSAFE = frozenset(code for first, last in RANGES for code in range(first, last + 1))

VISIBLE_FORMAT = {
    *range(0x600, 0x606),  # Arabic number signs and the like are drawn
    *(0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD),
    *range(0x13430, 0x13440),  # joins of hieroglyphs
}
# Surrogates as they come from undecodable bytes; a high one before a low one would be a pair.
CHARACTERS = st.characters(codec="utf-8") | st.integers(0xDC80, 0xDCFF).map(chr)
TEXT = st.text(
    CHARACTERS | st.sampled_from(sorted(set(UNSAFE) - set(range(0xD800, 0xE000)))).map(chr)
)


@given(TEXT)
def test_nothing_unsafe_is_left(text):
    shown = sanitize(text)
    assert UNSAFE.isdisjoint(map(ord, shown))
    assert len(shown.splitlines()) <= 1
    shown.encode()


@given(st.text(st.characters(exclude_characters="".join(map(chr, UNSAFE)), codec="utf-8")))
def test_safe_text_is_left_as_it_is(text):
    assert sanitize(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, \u00e4 \u65e5\u672c \N{SNOWMAN}", "plain, \u00e4 \u65e5\u672c \N{SNOWMAN}"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x9b31m", "\\x9b31m"),
        ("\0\x7f", "\\x00\\x7f"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("a\u200bb\ufeff", "a\\u200bb\\ufeff"),
        ("\U000e0041", "\\U000e0041"),
        ("\udc80", "\\udc80"),
    ],
)
def test_escapes(text, shown):
    assert sanitize(text) == shown


def test_every_control_format_and_line_character_is_unsafe_unless_it_is_drawn():
    for code in range(0x110000):
        if unicodedata.category(chr(code)) in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
            assert code in UNSAFE or code in VISIBLE_FORMAT, hex(code)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@given(JSON, st.sampled_from([None, 2]), st.booleans())
def test_json_says_the_same_and_nothing_unsafe(data, indent, ensure_ascii):
    encoded = json.dumps(data, indent=indent, ensure_ascii=ensure_ascii)
    shown = sanitize_json(encoded)
    assert json.loads(shown) == data
    assert UNSAFE.isdisjoint(map(ord, shown.replace("\n", "")))
