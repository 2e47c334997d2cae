from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

import infsh_secrets
from infsh_secrets import entry
from infsh_secrets.domain import exit_codes


def test_version(cli):
    done = cli("--version", root=True)
    assert (done.status, done.text) == (0, f"infsh-secrets {infsh_secrets.__version__}\n")


def test_exit_codes(cli):
    data = cli("--exit-codes").data
    assert [(row["code"], row["name"], row["when"]) for row in data] == list(exit_codes.TABLE)
    assert "130" in cli("--exit-codes", "-o", "table").text
    assert cli("--exit-codes", "-o", "plain").text.startswith("0\tok\t")
    assert cli("--exit-codes", "-o", "names").text.startswith("ok\n")
    assert cli("--exit-codes", "-o", "xml").error["code"] == "usage"


@pytest.mark.parametrize("argv", [[], ["-h"], ["--help"], ["vault"], ["team"], ["set", "--help"]])
def test_help(cli, argv):
    done = cli(*argv)
    assert done.status == 0
    assert "Usage: infsh secrets" in done.text
    assert done.err == ""


@pytest.mark.parametrize(
    "argv",
    [
        ["secrets", "OPENAI_API_KEY=sk-made-up"],
        ["secrets", "sk-made-up"],
        ["OPENAI_API_KEY=sk-made-up"],
        ["secrets", "set", "OPENAI_API_KEY", "--value", "sk-made-up"],
        ["secrets", "get", "OPENAI_API_KEY", "sk-made-up"],
        ["secrets", "vault", "status", "sk-made-up"],
        ["set", "OPENAI_API_KEY", "sk-made-up"],
        ["completion", "sk-made-up"],
        ["completion", "bash", "sk-made-up"],
    ],
)
def test_a_misplaced_value_is_not_repeated(refused, argv):
    assert "sk-made-up" not in str(refused(2, *argv, root=True))


def test_the_word_secrets_may_be_forgotten(refused):
    error = refused(2, "set", "K", "v", root=True)
    assert error["hint"] == "Write: infsh secrets set"


@pytest.mark.parametrize("argv", [["version"], ["-v"], ["secrets", "--version"]], ids=" ".join)
def test_the_version_is_asked_for_in_one_way(refused, argv):
    assert refused(2, *argv, root=True)["hint"] == "Write: infsh --version"


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("secrets login", "infsh login"),
        ("secrets store login", "infsh login"),
        ("secrets nosuch login", ""),
        ("secrets vault list", "infsh secrets list"),
        ("secrets vault key status", "infsh secrets vault status"),
        ("secrets keys", "infsh secrets vault key"),
    ],
)
def test_the_word_that_is_no_command_is_told(refused, line, meant):
    error = refused(2, *line.split(), root=True)
    word = "nosuch" if "nosuch" in line else line.split()[-1]
    assert error["message"] == f"No such command '{word}'."
    assert error["hint"] == (f"Did you mean: {meant}" if meant else "See: infsh secrets --help")


def test_every_hint_names_the_program_that_was_started(cli, monkeypatch):
    cli("set", "K", "v")
    monkeypatch.setattr(sys, "argv", ["/somewhere/infsh-secrets", "secrets", "get"])
    assert cli("get", "L").error["hint"] == "See what there is with: infsh-secrets list --all-envs"
    assert cli("delete", "K", "-o", "plain").text.endswith("with: infsh-secrets restore K\n")
    assert cli("get", "--help").text.startswith("Usage: infsh-secrets get [OPTION]")
    assert "infsh-secrets logout" in cli("login", "--help", root=True).text
    assert "infsh secrets (from" in cli("audit", "-o", "plain").text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["get", "K"], ["secrets", "get", "K"]),
        (["secrets", "get", "K"], ["secrets", "get", "K"]),
        (["login"], ["login"]),
        ([], ["secrets"]),
    ],
)
def test_the_group_is_a_program_by_itself(monkeypatch, typed, meant):
    ran = []
    monkeypatch.setattr(sys, "argv", ["infsh-secrets", *typed])
    monkeypatch.setattr(entry, "run", lambda argv: ran.append(argv) or 0)
    monkeypatch.setattr(entry, "_leave", lambda _: None)
    monkeypatch.setattr(entry, "gc", SimpleNamespace(disable=lambda: None))
    entry.main_secrets()
    assert ran == [meant]


def test_what_is_no_number_is_told_in_words(refused):
    error = refused(2, "get", "K", "--version", "two")
    assert error["message"] == "Invalid value for '--version': 'two' is not a whole number."


@pytest.mark.parametrize("form", ["xml", "JSON", " json"])
def test_output_forms_are_checked_before_anything_is_done(refused, monkeypatch, form):
    refused(2, "set", "K", "v", "-o", form)
    monkeypatch.setenv("INFSH_OUTPUT", form)
    for argv in (["set", "K", "v"], ["list"], ["get", "K", "--plain"], ["vault", "status"]):
        assert refused(2, *argv)["message"] == "INFSH_OUTPUT names no output form."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("= broken", "cannot be read"),
        ("colour = 'red'", "colour"),
        ("team = 3", "team"),
        ("output = 'xml'", "no output form"),
        ("environment = 'Not Fit'", "environment"),
        ("store = 'elsewhere'", "no store"),
    ],
)
def test_a_wrong_configuration_is_told(cli, own_home, text, said):
    folder = own_home / ".config/infsh-secrets"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(text)
    for argv in (["set", "K", "v"], ["get", "K", "--plain"]):
        error = cli(*argv).error
        assert said in error["message"]
        assert error["hint"]
    assert not (own_home / ".local").exists()


def test_errors_are_sentences_when_the_form_is_not_json(cli):
    for argv in (["-o", "table"], ["-oplain"], ["--output=yaml"]):
        done = cli("get", "ABSENT", *argv)
        assert done.err.startswith("error: There is no secret named ABSENT.\n  ")


def test_without_a_home_the_account_tells(cli, own_home, monkeypatch):
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("os.path.expanduser", lambda path: path.replace("~", str(own_home)))
    assert cli("set", "K", "v").status == 0
    assert (own_home / ".local/share/infsh-secrets/vaults/personal.vault").exists()
    monkeypatch.setattr("os.path.expanduser", lambda path: path)
    assert cli("get", "K").error["message"].endswith("HOME is not set.")


def test_an_empty_home_is_not_the_root_of_the_disk(cli, monkeypatch):
    monkeypatch.setenv("HOME", "")
    for argv in (["set", "K", "v"], ["get", "K"]):
        assert cli(*argv).error["message"].endswith("HOME is not set.")
