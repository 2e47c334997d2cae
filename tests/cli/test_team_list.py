from __future__ import annotations


def test_the_teams_that_have_a_vault_here(cli, monkeypatch):
    assert cli("team", "list").data == []
    cli("team", "create", "beta")
    cli("set", "K", "v")
    assert cli("team", "list").data == [
        {"name": "beta", "current": False},
        {"name": "personal", "current": True},
    ]
    monkeypatch.setenv("INFSH_TEAM", "beta")
    assert cli("team", "list", "-o", "table").text == "beta (in use)\npersonal\n"
    assert cli("team", "list", "-o", "names").text == "beta\npersonal\n"


def test_it_needs_no_key(cli, own_home):
    cli("set", "K", "v")
    for key in own_home.glob(".local/share/infsh-secrets/keys/*"):
        key.unlink()
    assert cli("team", "list").data == [{"name": "personal", "current": True}]


def test_refusals(refused):
    refused(2, "team", "list", "extra")
    refused(2, "team", "list", "--team", "Not A Name")
