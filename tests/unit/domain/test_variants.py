from __future__ import annotations

import pytest

from infsh_secrets.domain.variants import forms, is_redacted


@pytest.mark.parametrize(
    "value",
    ["", "short", " a b ", "1234567", "True", "localhost", "PRODUCTION", "xxxxxxxx", "-=-=-=-="],
)
def test_short_and_common_values_are_not_searched_for(value):
    assert not is_redacted(value.encode())
    assert forms(value.encode()) == []


@pytest.mark.parametrize("value", ["sk-abc", "12345678", "hunter2", "пароль", "correct horse"])
def test_other_values_are(value):
    assert is_redacted(value.encode())
    assert forms(value.encode())[0] == value.encode()
