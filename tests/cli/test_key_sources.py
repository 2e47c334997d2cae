"""Where the key comes from, and that it shows nowhere."""

from __future__ import annotations

import pytest


@pytest.fixture
def key(cli, own_home):
    """The text of the key of a vault whose key file is gone."""
    cli("set", "K", "v")
    (path,) = own_home.glob(".local/share/infsh-secrets/keys/*.key")
    text = path.read_text().strip()
    path.unlink()
    return text


def test_a_key_as_a_variable(cli, key, monkeypatch):
    assert cli("get", "K", "--plain").error["code"] == "locked"
    monkeypatch.setenv("INFSH_VAULT_KEY", key)
    assert cli("get", "K", "--plain").out == b"v"
    assert cli("vault", "status").data["opened_by"] == "the key in INFSH_VAULT_KEY"


@pytest.mark.parametrize("program_input", ["named", "standard"])
def test_a_key_through_a_descriptor(infsh, program, key, own_home, program_input):
    path = own_home / "key"
    path.write_text(key)
    number, redirection = (3, "3<key") if program_input == "named" else (0, "<key")
    script = f'cd "$HOME" && exec "$0" secrets get K --plain --key-fd {number} {redirection}'
    done = infsh("-c", script, program, program="/bin/sh")
    assert (done.returncode, done.stdout) == (0, b"v")


@pytest.mark.parametrize(
    "damage",
    [
        lambda key: key[:-1],
        lambda key: key[:-1] + ("A" if key[-1] != "A" else "B"),
        lambda key: key.replace("INFSHKEY1-", ""),
        lambda key: key + "x" * 2000,
        lambda key: "\u00e4" + key,
    ],
)
def test_a_damaged_key_is_told_and_not_repeated(cli, key, own_home, monkeypatch, damage):
    wrong = damage(key)
    monkeypatch.setenv("INFSH_VAULT_KEY", wrong)
    done = cli("get", "K", "--plain", "--debug")
    assert done.status == 5
    assert wrong[12:40] not in done.err
    monkeypatch.delenv("INFSH_VAULT_KEY")
    path = own_home / "wrong.key"
    path.write_text(wrong)
    path.chmod(0o600)
    done = cli("set", "K", "w", "--key-file", str(path), "--debug")
    assert done.status in (5, 10)
    assert wrong[12:40] not in done.err


def test_a_key_in_place_of_a_path_is_not_repeated(cli, refused, key, monkeypatch):
    error = refused(5, "get", "K", "--plain", "--key-file", key)
    assert "not what is in it" in error["hint"]
    assert key[12:] not in str(error)
    monkeypatch.setenv("INFSH_VAULT_KEY_FILE", key)
    assert key[12:] not in str(refused(5, "set", "K", "w"))


def test_a_passphrase_in_place_of_a_path_is_not_repeated(refused, monkeypatch, own_home):
    monkeypatch.setenv("INFSH_VAULT_PASSPHRASE_FILE", "correct horse")
    monkeypatch.chdir(own_home)
    error = refused(5, "set", "K", "v")
    assert "passphrase file" in error["message"]
    assert "horse" not in str(error)


def test_an_empty_passphrase_file_makes_no_vault(refused, monkeypatch, own_home):
    path = own_home / "pass"
    path.write_text("\n")
    path.chmod(0o600)
    monkeypatch.setenv("INFSH_VAULT_PASSPHRASE_FILE", str(path))
    refused(5, "set", "K", "v")


def test_a_vault_made_with_a_named_key_opens_with_it_alone(cli, key, own_home, monkeypatch):
    monkeypatch.setenv("INFSH_VAULT_KEY", key)
    vault = str(own_home / "second.vault")
    done = cli("set", "K", "second", "--vault", vault)
    assert "It opens with the key in INFSH_VAULT_KEY" in done.err
    assert key not in done.err + done.text
    assert cli("get", "K", "--plain", "--vault", vault).out == b"second"
    monkeypatch.delenv("INFSH_VAULT_KEY")
    assert cli("get", "K", "--plain", "--vault", vault).error["code"] == "locked"
