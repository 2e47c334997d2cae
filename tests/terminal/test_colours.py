"""Colour on terminals that want it, and not one escape sequence elsewhere."""

from __future__ import annotations

import pytest

COMMANDS = [
    ("list",),
    ("get", "SOME_KEY"),
    ("get", "MISSING"),
    ("set", "SOME_KEY", "another-made-up-value"),
    ("vault", "status"),
    ("--exit-codes",),
    ("list", "--help"),
    ("list", "--no-such-option"),
]


@pytest.fixture
def vault(prepare):
    prepare("set", "SOME_KEY", "a-made-up-value")


@pytest.mark.parametrize("command", COMMANDS[:4], ids=" ".join)
@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_no_escape_sequence_where_none_is_wanted(vault, seen, env, command):
    assert b"\x1b" not in seen("secrets", *command, env=env).raw


def test_colours_without_a_terminal_for_who_wants_them(vault, infsh):
    for wanted, env in (
        (True, {"FORCE_COLOR": "1", "TERM": "dumb"}),
        (False, {"FORCE_COLOR": "0"}),
        (False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}),
    ):
        done = infsh("secrets", "list", "-o", "table", env=env)
        assert (b"\x1b[" in done.stdout) is wanted


@pytest.mark.parametrize("command", [c for c in COMMANDS if c[0] != "--exit-codes"], ids=" ".join)
def test_no_escape_sequence_with_the_option(vault, seen, command):
    assert b"\x1b" not in seen("secrets", *command, "--no-color").raw


def test_a_list_is_coloured(vault, seen):
    done = seen("secrets", "list")
    assert done.screen.buffer[0][0].bold
    key = done.screen.buffer[2][0]
    assert (key.fg, key.bold) == ("cyan", True)


def test_an_error_begins_in_red(seen):
    done = seen("secrets", "get", "MISSING")
    assert done.status == 4
    assert done.text.startswith("error: ")
    assert {done.screen.buffer[0][x].fg for x in range(6)} == {"red"}
    assert done.screen.buffer[0][7].fg == "default"


def test_labels_of_a_view_are_dimmed(vault, seen):
    assert b"\x1b[2mkey" in seen("secrets", "get", "SOME_KEY").raw


def test_what_is_said_besides_is_dimmed_and_can_be_silenced(seen):
    loud = seen("secrets", "set", "SOME_KEY", "a-made-up-value")
    assert b"\x1b[2m" in loud.raw
    assert "shell's history" in loud.text
    assert "created" in loud.text
    quiet = seen("secrets", "set", "SOME_KEY", "another-made-up-value", "-q")
    assert (quiet.status, quiet.raw) == (0, b"")


def test_notices_break_between_words(seen):
    done = seen("secrets", "set", "SOME_KEY", "a-made-up-value", columns=40)
    said = " ".join(done.text.split())
    assert "stays in the shell's history; without one, `set` asks." in said
    assert "Without it nothing opens the vault: keep a copy elsewhere." in said
