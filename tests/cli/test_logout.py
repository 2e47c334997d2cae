from __future__ import annotations

from fake_server import TOKEN


def test_the_token_is_forgotten(cli, work, own_home):
    assert cli("list", "-s", "work").status == 0
    done = cli("logout", "work", root=True)
    assert done.data == {"name": "work", "action": "logged out"}
    assert list(own_home.glob(".local/share/infsh-secrets/tokens/*")) == []
    error = cli("list", "-s", "work").error
    assert error["exit"] == 5
    assert error["hint"].startswith("Log in with: infsh login work")
    assert cli("logout", "work", root=True).status == 0


def test_what_is_left_is_told(cli, work, monkeypatch):
    monkeypatch.setenv("INFSH_API_KEY", TOKEN)
    done = cli("logout", "work", root=True)
    assert "There is still a token" in done.err
    assert "the variable INFSH_API_KEY" in done.err
