from __future__ import annotations

import pytest


def test_a_team_is_a_vault_with_a_key_of_its_own(cli, own_home):
    cli("set", "K", "v")
    done = cli("team", "create", "acme")
    assert done.status == 0
    assert done.data == {
        "name": "acme",
        "path": f"{own_home}/.local/share/infsh-secrets/vaults/acme.vault",
    }
    assert "Its key is in the file" in done.err
    assert len(list(own_home.glob(".local/share/infsh-secrets/keys/*.key"))) == 2
    assert cli("list", "--team", "acme").data == []
    assert cli("get", "K", "--team", "acme", "--plain").error["exit"] == 4


@pytest.mark.parametrize("name", ["", "Acme", "a/b", "../a", ".a", "-", "a.b", "x" * 65, "é"])
def test_names(refused, name):
    error = refused(2, "team", "create", "--", name)
    assert "not a name for a team" in error["message"]


def test_a_team_is_made_once(cli, refused):
    cli("team", "create", "acme")
    assert refused(9, "team", "create", "acme")["code"] == "conflict"


def test_a_vault_elsewhere_is_no_team(refused, own_home):
    refused(2, "team", "create", "acme", "--vault", str(own_home / "x"))


def test_variables_do_not_redirect_it(cli, own_home, monkeypatch):
    monkeypatch.setenv("INFSH_VAULT", str(own_home / "other"))
    monkeypatch.setenv("INFSH_TEAM", "another")
    assert cli("team", "create", "acme").data["path"].endswith("/vaults/acme.vault")
    assert not (own_home / "other").exists()


def test_quiet(cli):
    assert cli("team", "create", "acme", "-q").err == ""
