from __future__ import annotations

import json

import pytest
from fake_keyring import Keyring
from fake_server import TOKEN

from infsh_secrets.cli import prompts
from infsh_secrets.unlock import os_keyring


def login(cli, *argv, token=TOKEN):
    return cli("login", *argv, "--with-token", stdin=token.encode(), root=True)


def token_files(home):
    return list(home.glob(".local/share/infsh-secrets/tokens/*"))


def test_a_token_is_checked_and_kept(cli, remote, own_home):
    done = login(cli, remote.url)
    assert done.status == 0
    assert done.data == {
        "store": remote.url,
        "url": remote.url,
        "kind": "inference",
        "user": "Someone",
        "team": "t1",
        "scopes": [],
        "token": f"the file {token_files(own_home)[0]}",
    }
    assert TOKEN not in done.text + done.err
    (file,) = token_files(own_home)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert json.loads(file.read_bytes()) == {"origin": remote.url, "token": TOKEN}
    assert [seen.path for seen in remote.seen] == ["/me"]


def test_a_token_that_is_refused_is_not_kept(cli, remote, own_home):
    done = login(cli, remote.url, token="inf_a_wrong_one_4711")
    assert done.status == 5
    assert "does not accept the token" in done.error["message"]
    assert "inf_a_wrong_one_4711" not in done.err
    assert token_files(own_home) == []


def test_an_older_token_stays_when_a_new_one_is_refused(cli, work, own_home):
    before = token_files(own_home)[0].read_bytes()
    assert login(cli, "work", token="inf_a_wrong_one").status == 5
    assert token_files(own_home)[0].read_bytes() == before


@pytest.mark.parametrize("token", ["", "\n", "a\nb", "a b\x1b[2J", "x" * 5000, "\xff"])
def test_what_is_no_token(refused, remote, token):
    error = refused(
        2, "login", remote.url, "--with-token", stdin=token.encode("latin-1"), root=True
    )
    assert token.strip() not in error["message"] or not token.strip()
    assert remote.seen == []


def test_one_final_newline_is_no_part_of_it(cli, remote):
    assert login(cli, remote.url, token=TOKEN + "\r\n").status == 0


def test_without_anybody_to_ask(refused, remote):
    error = refused(2, "login", remote.url, root=True)
    assert "nothing may be asked" in error["message"]
    assert "--with-token" in error["hint"]
    assert remote.seen == []


def test_at_a_terminal_it_is_asked_for(cli, remote, monkeypatch, own_home):
    asked = []

    def hidden(question):
        asked.append(question)
        return f" {TOKEN} "

    monkeypatch.setattr("infsh_secrets.cli.context.may_ask", lambda *_, **__: True)
    monkeypatch.setattr(prompts, "ask_hidden", hidden)
    assert cli("login", remote.url, root=True).status == 0
    assert asked == [f"Token for {remote.url} (not shown): "]
    assert len(token_files(own_home)) == 1


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://example.com", "without encryption"),
        ("https://me:made-up@example.com", "user name or password"),
        ("https://example.com/?x=1", "more than scheme"),
        ("https://exa mple.com", "characters that no URL has"),
        ("https://", "not the address"),
        ("https://example.com:x", "not the address"),
        ("nowhere", "no store of that name"),
        ("shelf://x", "keeps its own tokens"),
    ],
)
def test_addresses_that_no_token_goes_to(cli, own_home, url, told):
    done = login(cli, url)
    assert done.status in (2, 4)
    assert told in done.error["message"]
    assert "made-up" not in done.err
    assert token_files(own_home) == []


def test_a_variable_comes_before_what_is_kept(cli, remote, monkeypatch):
    monkeypatch.setenv("INFSH_API_KEY", TOKEN)
    done = login(cli, remote.url)
    assert "The variable infsh_api_key comes before" not in done.err
    assert "The variable INFSH_API_KEY comes before it while it is set." in done.err


@pytest.fixture
def keyring(monkeypatch):
    keyring = Keyring()
    monkeypatch.setattr(os_keyring, "find", lambda *_: keyring)
    return keyring


def test_a_keyring_is_preferred(cli, remote, own_home, keyring):
    assert login(cli, remote.url).data["token"] == "the OS keyring"
    assert keyring.kept == {("infsh-secrets tokens", remote.url): TOKEN}
    assert token_files(own_home) == []
    assert cli("list", "-s", remote.url).data == []
    assert cli("me", remote.url, root=True).data["token"] == "the OS keyring"
    assert cli("logout", remote.url, root=True).status == 0
    assert keyring.kept == {}


def test_a_keyring_takes_over_from_a_file(cli, work, own_home, keyring):
    assert len(token_files(own_home)) == 1
    login(cli, "work")
    assert token_files(own_home) == []
    assert len(keyring.kept) == 1


def test_a_keyring_that_fails_is_done_without(cli, remote, own_home, keyring, monkeypatch):
    monkeypatch.setattr(keyring, "set_password", lambda *_: 1 / 0)
    assert login(cli, remote.url).status == 0
    assert len(token_files(own_home)) == 1


def test_a_file_that_others_may_read_is_not_used(cli, work, own_home):
    (file,) = token_files(own_home)
    file.chmod(0o644)
    done = cli("list", "-s", "work")
    assert (done.status, work.seen) == (10, [])
    assert "open to other users" in done.error["message"]


def test_a_file_of_another_origin_is_not_used(cli, work, own_home):
    (file,) = token_files(own_home)
    file.write_text(json.dumps({"origin": "https://elsewhere.example", "token": TOKEN}))
    done = cli("list", "-s", "work")
    assert (done.status, work.seen) == (10, [])
