from __future__ import annotations

import pytest

from infsh_secrets.cli import context


@pytest.fixture
def edited(cli, own_home, monkeypatch):
    """Run `edit` as if at a terminal, with an editor that is a line of shell; $1 is the file."""
    monkeypatch.setattr(context, "may_ask", lambda *_, no_input=False: not no_input)

    def run(line, *argv, key="K"):
        editor = own_home / "editor"
        editor.write_text(f"#!/bin/sh\n{line}\n")
        editor.chmod(0o700)
        monkeypatch.setenv("EDITOR", str(editor))
        return cli("edit", key, *argv)

    return run


def value(cli, key="K"):
    return cli("get", key, "--plain").out


def test_without_a_terminal_it_names_set(cli, refused):
    cli("set", "K", "old-value")
    assert "infsh secrets set K" in refused(2, "edit", "K")["hint"]


def test_no_input_means_no_editor(edited, cli):
    done = edited("exit 9", "--no-input")
    assert done.error["exit"] == 2


def test_another_text_is_a_new_version(edited, cli):
    cli("set", "K", "old-value", "-d", "About it")
    done = edited('test "$(cat $1)" = old-value && printf new-value >$1')
    assert done.status == 0, done
    assert (done.data["action"], done.data["version"]) == ("updated", 2)
    assert done.data["description"] == "About it"
    assert value(cli) == b"new-value"
    assert b"new-value" not in done.out
    assert "value" not in done.err


@pytest.mark.parametrize(
    ("old", "line", "new"),
    [
        (b"old-value", "echo new-value >$1", b"new-value"),
        (b"old-value", "printf 'new-value\\n\\n' >$1", b"new-value\n"),
        (b"old-value\n", "echo new-value >$1", b"new-value\n"),
        (b"old-value\n", "printf new-value >$1", b"new-value"),
        (b"a\nb", "printf 'a\\nc\\n' >$1", b"a\nc"),
    ],
)
def test_a_newline_that_an_editor_adds_is_left_off(edited, cli, old, line, new):
    cli("set", "K", "--no-strip", stdin=old)
    assert edited(line).status == 0
    assert value(cli) == new


@pytest.mark.parametrize("line", ["true", "touch $1", "echo old-value >$1"])
def test_the_same_text_changes_nothing(edited, cli, line):
    cli("set", "K", "old-value")
    done = edited(line)
    assert (done.status, done.data["action"]) == (0, "unchanged")
    assert done.err == "The text is the same, nothing was changed.\n"
    assert cli("get", "K").data["version"] == 1


@pytest.mark.parametrize("line", [": >$1", "echo >$1"])
def test_an_empty_text_changes_nothing(edited, cli, line):
    cli("set", "K", "old-value")
    error = edited(line).error
    assert (error["exit"], "delete K" in error["hint"]) == (2, True)
    assert value(cli) == b"old-value"


def test_a_new_secret(edited, cli):
    assert edited("test -s $1 || echo brand-new-value >$1").data["action"] == "created"
    assert value(cli) == b"brand-new-value"
    assert edited("true", key="OTHER").error["exit"] == 2
    assert cli("get", "OTHER").status == 4


@pytest.mark.parametrize(
    ("line", "status", "said"),
    [
        ("echo half >$1; exit 3", 1, "with status 3"),
        ("echo half >$1; kill -9 $$", 1, "by signal 9"),
        ("echo half >$1; kill -2 $$", 130, "Interrupted"),
        ("rm $1", 2, "left no file"),
        ("printf 'a\\000b' >$1", 2, "NUL"),
        ("head -c 70000 /dev/zero | tr '\\000' a >$1", 2, "65536"),
    ],
)
def test_an_editor_that_fails_changes_nothing(edited, cli, line, status, said):
    cli("set", "K", "old-value")
    error = edited(line).error
    assert (error["exit"], said in error["message"]) == (status, True), error
    assert value(cli) == b"old-value"


def test_settings_of_ours_do_not_reach_the_editor(edited, cli, monkeypatch, own_home):
    cli("set", "K", "old-value")
    monkeypatch.setenv("INFSH_OUTPUT", "json")
    edited(f"env >{own_home}/seen; echo new-value >$1")
    seen = (own_home / "seen").read_text()
    assert "EDITOR=" in seen
    assert "INFSH_" not in seen


@pytest.mark.parametrize("name", ["'unclosed", "/no/such/editor", " "])
def test_an_editor_that_is_none(edited, cli, monkeypatch, name):
    cli("set", "K", "old-value")
    edited("true")
    monkeypatch.setenv("VISUAL", name)
    assert cli("edit", "K").error["exit"] == 2


def test_a_change_by_somebody_else_meanwhile_is_not_overwritten(edited, cli, program):
    cli("set", "K", "old-value")
    error = edited(f"{program} secrets set K theirs -q; echo mine >$1").error
    assert (error["exit"], error["code"]) == (9, "conflict")
    assert value(cli) == b"theirs"


def test_looking_at_a_value_is_on_record(edited, cli):
    cli("set", "K", "old-value")
    edited("true")
    assert [event["action"] for event in cli("audit").data] == ["created", "used"]


def test_completion_offers_what_there_is(cli):
    cli("set", "SOME_KEY", "v")
    assert cli("__complete", "secrets", "edit", "", root=True).text.split() == ["SOME_KEY"]
    assert cli("__complete", "secrets", "edit", "SOME_KEY", "", root=True).text == ""
    assert "--strict" in cli("__complete", "secrets", "edit", "--st", root=True).text
    assert "--json" in cli("__complete", "secrets", "doctor", "--js", root=True).text


def test_checks_of_a_value_hold_here_too(edited, cli):
    cli("set", "OPENAI_API_KEY", "sk-proj-made-up-value-of-a-key")
    done = edited("echo changeme >$1", "--strict", key="OPENAI_API_KEY")
    assert done.error["exit"] == 2
    assert cli("edit", "1BAD").error["exit"] == 2
    assert cli("edit", "K", "-e", "a,b").error["exit"] == 2
