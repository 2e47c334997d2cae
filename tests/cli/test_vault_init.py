from __future__ import annotations

import os
import stat

import pytest

PHRASE = "made-up words to remember"
VAULT = ".local/share/infsh-secrets/vaults/personal.vault"


def test_with_nothing_said_it_is_as_with_the_first_set(cli, own_home):
    done = cli("vault", "init")
    assert done.data["action"] == "created"
    assert [key["kind"] for key in done.data["keys"]] == ["raw"]
    assert stat.S_IMODE((own_home / VAULT).stat().st_mode) == 0o600
    assert cli("set", "A", "1").status == 0
    assert "/keys/" in cli("vault", "key", "list").data[0]["path"]


def test_a_key_file(cli, own_home):
    path = own_home / "my.key"
    done = cli("vault", "init", "--new-key-file", str(path), "-o", "table")
    assert f"One key is kept in the file {path}." in done.text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert cli("set", "A", "1").status == 5
    assert cli("set", "A", "1", "--key-file", str(path)).status == 0


def test_a_passphrase_and_a_recovery_code(person, own_home):
    done = person(PHRASE, PHRASE, "y", "last_group")("vault", "init", "--passphrase")
    assert [key["kind"] for key in done.data["keys"]] == ["passphrase", "recovery"]
    code = person.one.code()
    assert not (own_home / ".local/share/infsh-secrets/keys").exists()
    assert person(PHRASE)("set", "A", "kept").status == 0
    assert person(code)("get", "A", "--plain").out == b"kept"


def test_a_recovery_code_may_be_declined(person):
    done = person("n")("vault", "init")
    assert [key["kind"] for key in done.data["keys"]] == ["raw"]


@pytest.mark.parametrize("answers", [("y", None), ("y", "a", "b", "c"), (None,)], ids=range(3))
def test_who_does_not_take_it_down_gets_no_vault(person, own_home, answers):
    assert person(*answers)("vault", "init", "--new-key-file", f"{own_home}/k").status == 3
    assert list(own_home.iterdir()) == []


def test_several_keys_at_once(cli, cheap, own_home, monkeypatch):
    phrase = own_home / "phrase"
    phrase.write_text(PHRASE)
    phrase.chmod(0o600)
    monkeypatch.setenv("INFSH_VAULT_PASSPHRASE_FILE", str(phrase))
    done = cli("vault", "init", "--passphrase", "--new-key-file", f"{own_home}/k")
    assert sorted(key["kind"] for key in done.data["keys"]) == ["passphrase", "raw"]
    assert cli("set", "A", "1").status == 0
    monkeypatch.delenv("INFSH_VAULT_PASSPHRASE_FILE")
    assert cli("get", "A", "--plain", "--key-file", f"{own_home}/k").out == b"1"


@pytest.mark.parametrize(
    ("argv", "status"),
    [
        (("--keyring",), 7),
        (("--passphrase",), 2),
        (("--new-key-file", "/dev/null"), 10),
        (("--new-key-file", "/nowhere/k"), 4),
    ],
)
def test_on_an_error_no_vault_and_no_key_is_left(cli, own_home, argv, status):
    assert cli("vault", "init", *argv).status == status
    left = [path for path in own_home.rglob("*") if path.is_file()]
    assert [path.name for path in left if path.name != ".create.lock"] == []


def test_keys_go_when_the_vault_cannot_be_made(cli, own_home, monkeypatch):
    from infsh_secrets.domain.errors import UnavailableError
    from infsh_secrets.services import vault_init

    def fails(*_):
        raise UnavailableError("The disk is full.")

    monkeypatch.setattr(vault_init, "create_vault", fails)
    assert cli("vault", "init", "--new-key-file", f"{own_home}/k").status == 7
    assert not os.path.exists(f"{own_home}/k")


def test_a_vault_that_is_there_is_not_touched(cli, refused):
    cli("set", "A", "1")
    assert "already" in refused(9, "vault", "init", "--passphrase")["message"]
    refused(9, "vault", "init")


def test_of_a_team(cli, own_home):
    assert cli("vault", "init", "--team", "acme").status == 0
    assert cli("team", "list", "-o", "names").text == "acme\n"
