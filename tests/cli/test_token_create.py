from __future__ import annotations

import pytest


@pytest.fixture
def folder(cli, tmp_path):
    folder = str(tmp_path / "srv")
    assert cli("team", "create", "acme", "--data", folder).status == 0
    return folder


def test_the_token_is_shown_once_and_its_facts(cli, folder):
    done = cli("token", "create", "ci", "--team", "acme", "--data", folder)
    data = done.data
    assert list(data) == [
        *("token", "id", "name", "team", "role", "scopes", "state"),
        *("created_at", "expires_at", "revoked_at"),
    ]
    assert data["token"].startswith(f"infsh_{data['id']}_")
    assert (data["name"], data["role"], data["scopes"]) == ("ci", "member", ["secrets:read"])
    assert data["token"] not in done.err
    assert "It is shown this once." in done.err
    assert data["token"] not in cli("token", "list", "--data", folder).text


def test_plain_is_the_token_alone(cli, folder):
    made = cli("token", "create", "--team", "acme", "--data", folder, "-o", "plain", "-q")
    assert made.err == ""
    (line,) = made.text.splitlines()
    assert len(line) == 62
    names = cli("token", "create", "--team", "acme", "--data", folder, "-o", "names", "-q")
    assert len(names.text.strip()) == 12


def test_scopes_roles_and_expiry(cli, folder):
    options = ["--scope", "secrets:reveal,secrets:read", "--scope", "secrets:write"]
    done = cli(*make(folder), *options, "--role", "owner", "--expires", "never")
    assert done.data["scopes"] == ["secrets:read", "secrets:write", "secrets:reveal"]
    assert (done.data["role"], done.data["expires_at"]) == ("owner", None)
    assert cli(*make(folder), "--scope", "secrets:write").data["role"] == "admin"
    useless = cli(*make(folder), "--scope", "secrets:write", "--role", "member")
    assert "that needs the role admin" in useless.err


def make(folder):
    return ["token", "create", "--team", "acme", "--data", folder]


@pytest.mark.parametrize(
    "options",
    [
        ["--scope", "everything"],
        ["--scope", ""],
        ["--role", "king"],
        ["--expires", "soon"],
        ["--expires", "2001-01-01"],
    ],
)
def test_bad_requests(refused, folder, options):
    refused(2, *make(folder), *options)


def test_it_needs_a_team_that_is_there(refused, folder, tmp_path):
    assert "--team" in refused(2, "token", "create", "--data", folder)["hint"]
    refused(4, "token", "create", "--team", "nobody", "--data", folder)
    error = refused(4, "token", "create", "--team", "acme", "--data", str(tmp_path / "nothing"))
    assert "--data" in error["hint"]
