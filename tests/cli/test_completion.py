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
    assert complete("re") == ["rename", "restore"]
    assert "get" in complete("")
    assert complete("get", "") == ["BETA_KEY"]
    assert complete("get", "-e", "staging", "") == ["ALPHA_KEY"]
    assert complete("get", "-e", "") == ["default", "staging"]
    assert complete("delete", "BETA_KEY", "") == []
    assert complete("set", "K", "") == []
    assert complete("set", "K", "--file", "") == [":files"]
    assert "OPENAI_API_KEY" in complete("set", "")
    assert "--reveal" in complete("get", "--re")
    assert complete("list", "-o", "") == ["table", "json", "yaml", "names", "plain"]


def test_nothing_that_is_wrong_disturbs_a_person_who_types(cli, complete, own_home, monkeypatch):
    cli("set", "K", "v")
    assert complete("get", "--team", "typo", "") == []
    assert complete("nonsense", "x") == []
    monkeypatch.setenv("INFSH_OUTPUT", "xml")
    monkeypatch.setenv("INFSH_VAULT", str(own_home))
    assert complete("get", "") == []
