"""--offline: what a store's cache has kept, and nothing else."""

from __future__ import annotations

import pytest

from cli.expected import HIDDEN


@pytest.fixture
def kept(cli, work):
    """The store `work` with a cache, of which a list and one value have been read."""
    cli("set", f"A={HIDDEN}", "B=2", "-s", "work", "-q")
    assert cli("store", "add", "work", work.url, "--cache", "8h", "--force").status == 0
    assert cli("list", "-s", "work", "-o", "names").text == "A\nB\n"
    assert cli("get", "A", "-s", "work", "--plain").text == HIDDEN
    work.seen.clear()
    return work


def test_what_was_read_is_there_without_the_store(cli, kept, own_home):
    done = cli("get", "A", "-s", "work", "--plain", "--offline")
    assert (done.status, done.text) == (0, HIDDEN)
    assert cli("list", "-s", "work", "-o", "names", "--offline").text == "A\nB\n"
    done = cli("run", "-s", "work", "--only", "A", "--offline", "--", "printenv", "A")
    assert done.status == 0, done.err
    assert kept.seen == []
    for path in (own_home / ".local/state/infsh-secrets/cache").rglob("*"):
        assert path.is_dir() or HIDDEN.encode() not in path.read_bytes()


def test_what_was_not_read_is_not_there(cli, refused, kept):
    error = refused(7, "get", "B", "-s", "work", "--plain", "--offline")
    assert "is not kept here" in error["message"]
    refused(4, "get", "C", "-s", "work", "--plain", "--offline")
    refused(7, "set", "B=3", "-s", "work", "--offline")
    assert kept.seen == []


def test_a_comparison_with_what_was_kept(cli, kept):
    cli("set", f"A={HIDDEN}", "-q")
    assert cli("diff", "vault", "work", "A", "--offline").status == 0
    done = cli("sync", "--from", "work", "--to", "vault", "A", "--offline")
    assert (done.status, done.data["unchanged"]) == (0, 1)
    assert cli("sync", "--from", "vault", "--to", "work", "A", "--offline").status == 7
    assert kept.seen == []


def test_another_token_sees_nothing_of_it(cli, refused, kept, monkeypatch):
    monkeypatch.setenv("INFSH_API_KEY", "inf_another_token_0123456789")
    refused(7, "get", "A", "-s", "work", "--plain", "--offline")


def test_a_token_that_is_refused_takes_it_away(cli, kept):
    kept.answer.token = "inf_a_new_token_0123456789"
    assert cli("list", "-s", "work").status == 5
    assert cli("get", "A", "-s", "work", "--plain", "--offline").status == 7


def test_after_a_logout_it_cannot_be_read(cli, kept):
    cli("logout", "work", root=True)
    assert cli("get", "A", "-s", "work", "--plain", "--offline").status == 5


def test_a_store_that_keeps_nothing(refused, work, own_home):
    error = refused(2, "list", "-s", "work", "--offline")
    assert 'cache = "8h"' in error["hint"]
    assert not (own_home / ".local/state/infsh-secrets/cache").exists()


def test_the_local_vault_is_always_at_hand(cli):
    cli("set", "A=1", "-q")
    assert cli("get", "A", "--plain", "--offline").text == "1"


@pytest.mark.parametrize("length", ["", "x", "0h", "31d", "8"])
def test_lengths(cli, work, length):
    expected = 0 if not length else 2
    done = cli("store", "add", "work", work.url, "--cache", length, "--force")
    assert done.status == expected


def test_completion_names_what_was_kept_and_asks_nobody(cli, kept, own_home, monkeypatch):
    def complete(*words):
        done = cli("__complete", "secrets", *words, root=True)
        assert (done.status, done.err) == (0, "")
        return done.text.splitlines()

    before = {path: path.stat().st_mtime_ns for path in own_home.rglob("*")}
    assert complete("get", "-s", "work", "") == ["A", "B"]
    assert complete("run", "-s", "work", "--only", "A,") == ["A,B"]
    assert complete("get", "-s", "work", "-e", "") == ["default\tenvironment"]
    assert complete("diff", "work@") == ["work@default\tenvironment"]
    assert complete("restore", "-s", "work", "") == []
    monkeypatch.setenv("INFSH_STORE", "work")
    assert complete("get", "") == ["A", "B"]
    assert kept.seen == []
    assert {path: path.stat().st_mtime_ns for path in own_home.rglob("*")} == before
    monkeypatch.setenv("INFSH_API_KEY", "inf_another_token_0123456789")
    assert complete("get", "") == []


def test_completion_opens_no_plugin(cli, own_home, monkeypatch):
    def never(*_):
        raise AssertionError("a plugin was opened")

    monkeypatch.setattr("infsh_secrets.stores.registry.open_plugin", never)
    assert cli("store", "add", "other", "made-up://there", "--cache", "8h").status == 0
    done = cli("__complete", "secrets", "get", "-s", "other", "", root=True)
    assert (done.status, done.out, done.err) == (0, b"", "")
