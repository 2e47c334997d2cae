from __future__ import annotations

import pytest


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_a_script_for_each_shell(cli, shell):
    done = cli("completion", shell, root=True)
    assert done.status == 0
    assert b"__complete" in done.out
    assert done.err == ""


def test_another_shell(refused):
    assert "bash, zsh, fish, powershell" in refused(2, "completion", "tcsh", root=True)["hint"]
    refused(2, "completion", root=True)


@pytest.fixture
def complete(cli):
    def run(*words):
        done = cli("__complete", "secrets", *words, root=True)
        assert (done.status, done.err) == (0, "")
        return [line.split("\t")[0] for line in done.text.splitlines()]

    return run


def test_words(cli, complete):
    cli("set", "ALPHA_KEY", "value-of-alpha", "-d", "About\x1b[31m it", "-e", "staging")
    cli("set", "BETA_KEY", "value-of-beta")
    assert complete("ro") == ["rollback"]
    assert "get" in complete("")
    assert complete("get", "") == ["BETA_KEY"]
    assert complete("get", "-e", "staging", "") == ["ALPHA_KEY"]
    assert complete("get", "-e", "") == ["default", "staging"]
    assert complete("delete", "BETA_KEY", "") == []
    assert complete("set", "K", "") == []
    assert complete("set", "K", "--file", "") == [":files"]
    assert complete("scan", "") == complete("scan", "a", "") == [":files"]
    assert complete("scan", "--only", "") == ["BETA_KEY"]
    assert "OPENAI_API_KEY" in complete("set", "")
    assert "--reveal" in complete("get", "--re")
    assert complete("list", "-o", "") == ["table", "json", "yaml", "names", "plain"]


def test_names_of_what_is_there_and_of_what_is_deleted(cli, complete):
    cli("set", "LIVE_KEY=1", "GONE_KEY=2", "-q")
    cli("set", "FAR_KEY", "3", "-e", "staging", "-q")
    cli("delete", "GONE_KEY", "-q")
    for command in ("rollback", "rename", "copy", "describe", "delete"):
        assert complete(command, "") == ["LIVE_KEY"], command
        assert complete(command, "-e", "staging", "") == ["FAR_KEY"], command
    for command in ("history", "rollback", "rename", "copy", "describe"):
        assert complete(command, "LIVE_KEY", "") == [], command
    assert complete("restore", "") == ["GONE_KEY"]
    assert complete("history", "") == ["GONE_KEY", "LIVE_KEY"]
    assert complete("delete", "--purge", "") == ["GONE_KEY", "LIVE_KEY"]
    assert complete("copy", "LIVE_KEY", "--to-env", "s") == ["staging"]
    assert complete("uses", "") == ["FAR_KEY", "GONE_KEY", "LIVE_KEY"]
    assert complete("uses", "LIVE_KEY", "-e", "staging", "") == ["FAR_KEY"]
    assert complete("stale", "") == []
    assert "--unset-meta" in complete("describe", "LIVE_KEY", "--u")


def test_nothing_that_is_wrong_disturbs_a_person_who_types(cli, complete, own_home, monkeypatch):
    cli("set", "K", "v")
    assert complete("get", "--team", "typo", "") == []
    assert complete("nonsense", "x") == []
    monkeypatch.setenv("INFSH_OUTPUT", "xml")
    monkeypatch.setenv("INFSH_VAULT", str(own_home))
    assert complete("get", "") == []
