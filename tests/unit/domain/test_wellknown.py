from __future__ import annotations

import pytest

from infsh_secrets.domain import wellknown
from infsh_secrets.domain.names import is_key

GOOD = "sk-made-up-0123456789"


def test_every_well_known_name_can_be_a_name_and_says_what_it_opens():
    for key, (description, prefixes) in wellknown.WELL_KNOWN.items():
        assert is_key(key)
        assert wellknown.default_description(key) == description != ""
        assert wellknown.name_warnings(key) == []
        for prefix in prefixes:
            assert wellknown.value_warnings(key, prefix + "0123456789abcdef") == []
    assert wellknown.default_description("MADE_UP") == ""


def test_vague_names_are_warned_of():
    (warning,) = wellknown.name_warnings("API_KEY")
    assert "API_KEY does not say" in warning


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("OPENAI_API_KEY", GOOD + "\n", "begins or ends with blanks"),
        ("OPENAI_API_KEY", f'"{GOOD}"', "wrapped in quotes"),
        ("OPENAI_API_KEY", f"'{GOOD}'", "wrapped in quotes"),
        ("OPENAI_API_KEY", "your-key-here", "looks like a placeholder"),
        ("OPENAI_API_KEY", "sk-YOUR_KEY_HERE", "looks like a placeholder"),
        ("MADE_UP", "changeme", "looks like a placeholder"),
        ("MADE_UP", "xxxx", "looks like a placeholder"),
        ("MADE_UP", "<key>", "looks like a placeholder"),
        ("MADE_UP", "https://example.org/key", "is a URL"),
        ("OPENAI_API_KEY", "made-up-0123456789", "does not begin with sk-"),
        ("AWS_ACCESS_KEY_ID", "made-up-0123456789", "AKIA or ASIA"),
    ],
)
def test_values_that_look_wrong(key, value, says):
    (warning,) = wellknown.value_warnings(key, value)
    assert says in warning
    assert value.strip() not in warning or value in says


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("OPENAI_API_KEY", GOOD),
        ("OPENAI_API_KEY", ""),
        ("MADE_UP", '"'),
        ("MADE_UP", "xx"),
        ("DATABASE_URL", "https://example.org/"),
        ("SLACK_WEBHOOK", "https://example.org/"),
        ("TWILIO_AUTH_TOKEN", "0123456789abcdef"),
    ],
)
def test_values_that_look_right(key, value):
    assert wellknown.value_warnings(key, value) == []


def test_one_half_of_a_pair_of_keys():
    public, secret = wellknown.AWS_PAIR
    assert wellknown.missing_half(public, {public}) == secret
    assert wellknown.missing_half(secret, {secret}) == public
    assert wellknown.missing_half(public, {public, secret}) is None
    assert wellknown.missing_half("MADE_UP", set()) is None
