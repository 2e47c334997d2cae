from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infsh_secrets.domain import names
from infsh_secrets.domain.errors import UsageError

KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}", re.ASCII)
LABEL = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}", re.ASCII)
LIKELY = "AZaz_09- .\n\u00e4\u0663\uff21\u00b2"


@given(st.text() | st.text(alphabet=LIKELY, max_size=8))
def test_a_key_is_what_the_pattern_says(name):
    assert names.is_key(name) == bool(KEY.fullmatch(name))
    if names.is_key(name):
        assert names.check_key(name) == name
    else:
        with pytest.raises(UsageError):
            names.check_key(name)


@given(st.text() | st.text(alphabet=LIKELY, max_size=8))
def test_a_label_is_what_the_pattern_says(name):
    for check in (names.check_environment, names.check_team):
        if LABEL.fullmatch(name):
            assert check(name) == name
        else:
            with pytest.raises(UsageError):
                check(name)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "it is empty"),
        ("A" * 256, "it has 256 characters, 255 are allowed"),
        ("1PASSWORD", "it begins with a digit"),
        ("MY-KEY", "the character at position 3 is not allowed"),
        ("KEY ", "the character at position 4 is not allowed"),
        ("\u00c4", "the character at position 1 is not allowed"),
        ("A=sk-made-up", "the character at position 2 is not allowed"),
    ],
)
def test_what_is_wrong_with_a_name(name, reason):
    with pytest.raises(UsageError) as caught:
        names.check_key(name)
    assert caught.value.message == f"This is not a name for a secret: {reason}."
    assert caught.value.hint


@pytest.mark.parametrize("check", [names.check_key, names.check_environment, names.check_team])
def test_a_value_in_the_place_of_a_name_is_not_repeated(check):
    with pytest.raises(UsageError) as caught:
        check("sk-Made-Up-Value")
    assert "Made" not in caught.value.message + caught.value.hint + repr(caught.value)


@pytest.mark.parametrize("name", ["..", ".", "a/b", "A", "-a", "_a", "a.b", "con\0", "a" * 65])
def test_a_team_cannot_lead_out_of_its_folder(name):
    with pytest.raises(UsageError):
        names.check_team(name)


def test_keywords_of_languages_are_names():
    for name in ("class", "None", "_", "__init__", "PATH", "A" * 255):
        assert names.check_key(name) == name


@pytest.mark.parametrize("name", ["KEY", "token", "Api_Key", "API_KEY2", "SECRET_3", "password99"])
def test_vague_names(name):
    assert names.is_vague(name)


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "KEYS", "DB_PASSWORD", "A"])
def test_names_that_say_what_they_open(name):
    assert not names.is_vague(name)
