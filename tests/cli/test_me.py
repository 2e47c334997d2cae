from __future__ import annotations

import json

import pytest
from fake_server import TOKEN, Inference, send

OTHER = "inf_another_made_up_token"


def test_whom_the_token_belongs_to(cli, work, own_home):
    work.answer.scopes = ["secrets:read", "secrets:\x1b[2Jwrite"]
    done = cli("me", "work", root=True)
    assert (done.data["user"], done.data["team"]) == ("Someone", "t1")
    assert done.data["scopes"] == ["secrets:read", "secrets:\\x1b[2Jwrite"]
    shown = cli("me", "work", "-o", "table", root=True).text
    assert "user: Someone\n" in shown
    assert "\x1b" not in shown


def test_nobody_is_logged_in(refused, own_home):
    error = refused(5, "me", root=True)
    assert "no token for the store inference" in error["message"]
    assert "infsh login inference" in error["hint"]


@pytest.mark.parametrize("answer", [{"data": None}, {"data": []}, {"data": {"user": 5}}, []])
def test_servers_that_say_little(cli, work, answer):
    work.faults = [lambda handler, _: send(handler, 200, answer)]
    done = cli("me", "work", root=True)
    assert done.status in (0, 7)
    assert "Traceback" not in done.err


# -- where a token comes from ---------------------------------------------------------------------


def source(cli, *argv):
    return cli("me", *argv, root=True).data["token"]


def test_the_order_of_tokens(cli, work, monkeypatch):
    assert source(cli, "work").startswith("the file ")
    monkeypatch.setenv("INFERENCE_API_KEY", TOKEN)
    assert source(cli, "work").startswith("the file "), "it is for the platform only"
    monkeypatch.setenv("INFERENCE_API_BASE_URL", work.url)
    assert source(cli, "work") == "the variable INFERENCE_API_KEY"
    monkeypatch.setenv("INFSH_API_KEY", TOKEN)
    assert source(cli, "work") == "the variable INFSH_API_KEY"
    monkeypatch.setenv("INFSH_API_URL", "https://elsewhere.example")
    assert source(cli, "work") == "the variable INFERENCE_API_KEY"
    monkeypatch.setenv("INFERENCE_API_BASE_URL", "https://elsewhere.example")
    assert source(cli, "work").startswith("the file ")


def test_a_token_of_a_variable_does_not_choose_a_store(cli, remote, monkeypatch):
    monkeypatch.setenv("INFSH_API_KEY", TOKEN)
    monkeypatch.setenv("INFSH_API_URL", remote.url)
    assert cli("set", "A", "made up").data["store"] == "vault"
    assert remote.seen == []
    assert cli("list", "-s", "inference").data == []
    assert {seen.token for seen in remote.seen} == {TOKEN}


def test_the_platforms_own_files_are_read_for_the_platform_only(own_home):
    from infsh_secrets.services import tokens

    folder = own_home / ".inferencesh"
    folder.mkdir()
    kept = {"api_key": "", "session_token": OTHER, "team_id": "t9"}
    (folder / "config.json").write_text(json.dumps(kept))
    environ = {"HOME": str(own_home)}
    data = str(own_home / "data")
    found = tokens.find("https://api.inference.sh", data, environ)
    assert (found.text, found.team) == (OTHER, "t9")
    assert OTHER not in repr(found)
    for origin in ("https://api.inference.sh:8443", "http://localhost", "https://evil.example"):
        assert tokens.find(origin, data, environ) is None
    kept["api_key"] = TOKEN
    (folder / "config.json").write_text(json.dumps(kept))
    found = tokens.find("https://api.inference.sh", data, environ)
    assert (found.text, found.team) == (TOKEN, "")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"api_key": 5}', "[" * 100_000])
def test_a_wrong_file_of_the_platform_is_no_file(own_home, text):
    from infsh_secrets.services import tokens

    folder = own_home / ".config" / "inferencesh"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(text)
    environ = {"HOME": str(own_home)}
    assert tokens.find("https://api.inference.sh", str(own_home / "d"), environ) is None


def test_a_team_goes_with_requests_only_where_it_is_named(cli, work):
    cli("list", "-s", "work")
    assert all("x-team-id" not in seen.headers for seen in work.seen)
    cli("list", "-s", "work", "--team", "Team_01H")
    assert work.seen[-1].headers["x-team-id"] == "Team_01H"
    assert cli("list", "-s", "work", "--team", "a\r\nX: y").status == 2


def test_another_server_never_gets_it(cli, work):
    from fake_server import Server

    with Server(Inference(OTHER)).running() as other:
        assert cli("list", "-s", other.url).status == 5
        assert other.seen == []
        cli("store", "add", "other", other.url)
        assert cli("list", "-s", "other").status == 5
        assert other.seen == []


def test_the_other_program_has_it_as_well(infsh, program):
    done = infsh("me", program=f"{program}-secrets")
    assert done.returncode == 5
    assert b"There is no token for the store inference." in done.stderr
