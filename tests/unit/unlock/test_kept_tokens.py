from __future__ import annotations

import os

import pytest

from infsh_secrets.domain.errors import DeniedError, UnavailableError
from infsh_secrets.unlock import os_keyring, tokens

ORIGIN = "https://api.inference.sh"


@pytest.fixture
def keyring(monkeypatch):
    """A keyring as a dictionary."""
    kept = {}
    monkeypatch.setattr(os_keyring, "find", lambda: "a backend")
    monkeypatch.setattr(os_keyring, "load_entry", lambda *place: kept.get(place))
    monkeypatch.setattr(
        os_keyring, "store_entry", lambda _, *entry: kept.update({entry[:2]: entry[2]})
    )
    monkeypatch.setattr(os_keyring, "forget_entry", lambda _, *place: kept.pop(place))
    return kept


@pytest.fixture
def silent(monkeypatch):
    """A keyring that does not answer."""

    def fail(*_):
        raise UnavailableError("The OS keyring did not answer.")

    monkeypatch.setattr(os_keyring, "find", fail)
    monkeypatch.setattr(os_keyring, "load_entry", fail)


def test_a_keyring_keeps_it_in_place_of_the_file(keyring, tmp_path):
    folder = str(tmp_path / "tokens")
    assert tokens.find(folder, ORIGIN) is None
    assert tokens.keep(folder, ORIGIN, "made-up") == tokens.KEYRING
    assert tokens.find(folder, ORIGIN) == ("made-up", tokens.KEYRING)
    assert not os.path.exists(folder)
    assert tokens.forget(folder, ORIGIN)
    assert not tokens.forget(folder, ORIGIN)


def test_a_file_keeps_it_where_the_keyring_is_silent(silent, tmp_path):
    folder = str(tmp_path / "tokens")
    tokens.keep(folder, ORIGIN, "made-up")
    assert tokens.find(folder, ORIGIN)[0] == "made-up"
    with pytest.raises(UnavailableError, match="did not answer") as caught:
        tokens.find(folder, "https://elsewhere.example")
    assert "INFSH_API_KEY" in caught.value.hint


@pytest.mark.parametrize(
    "text", ["", "[", "[]", "{}", '{"origin": "https://x", "token": "t"}', "[" * 16_000, "7"]
)
def test_a_file_that_is_not_what_was_written_there(silent, tmp_path, text):
    folder = tmp_path / "tokens"
    tokens.keep(str(folder), ORIGIN, "made-up")
    (file,) = folder.iterdir()
    file.write_text(text)
    with pytest.raises(DeniedError, match="not what was written"):
        tokens.find(str(folder), ORIGIN)
