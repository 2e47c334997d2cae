from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infsh_secrets.domain.masking import MASK, mask, to_ascii


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("", MASK),
        ("short", MASK),
        ("x" * 15, MASK),
        ("ab____________yz", "ab" + MASK + "yz"),
        ("abc___________________xyz", "abc" + MASK + "xyz"),
        ("sk-made-up-0123456789-abcdefghij", "sk-m" + MASK + "ghij"),
        ("abcd" + "_" * 10_000 + "wxyz", "abcd" + MASK + "wxyz"),
        (" abc" + "_" * 40, MASK),
        ("abcd" + "_" * 40 + "\n", MASK),
        ("ab\x1b[" + "_" * 40, MASK),
        ("\N{BULLET}abc" + "_" * 40, MASK),
        ("\u202eabc" + "_" * 40, MASK),
    ],
)
def test_masks(value, masked):
    assert mask(value) == masked


@given(st.text(max_size=15))
def test_nothing_of_a_short_value_shows(value):
    assert mask(value) == MASK


@given(st.text(min_size=16, max_size=100))
def test_at_most_a_quarter_of_a_value_shows(value):
    head, _, tail = mask(value).partition(MASK)
    assert len(head) == len(tail) <= 4
    assert len(head + tail) <= len(value) / 4
    assert value.startswith(head)
    assert value.endswith(tail)
    assert (head + tail).isprintable()


@given(st.text(max_size=100))
def test_a_mask_for_ascii_output_is_ascii(value):
    shown = to_ascii(mask(value))
    assert shown.isascii()
    assert "*" * 8 in shown
    assert len(shown) == len(mask(value))
