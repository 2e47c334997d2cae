"""Values on a terminal: asked for unseen, shown only on demand, never able to steer it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

VALUE = "a-made-up-value-of-some-length"
STEERING = "before\x1b]0;title\x07after"
QUESTION = "Value of NEW_KEY (not shown): "
AGAIN = "The same again: "


@pytest.fixture
def asked(terminal):
    """Run `set NEW_KEY` under a shell that tells status and echo afterwards."""

    def start(*options):
        script = (
            'trap : INT; "$@"; echo "status $?"; stty -a | tr " ;" "\\n\\n" | grep -x -e -*echo'
        )
        made = terminal("sh", "-c", script, "sh", "infsh", "secrets", "set", "NEW_KEY", *options)
        made.wait(QUESTION.rstrip())
        return made

    return start


def ended(made):
    """Return the status; the terminal must echo again and the value must never have shown."""
    assert made.end() == 0
    assert made.rows[[i for i, row in enumerate(made.rows) if row][-1]] == "echo"
    assert VALUE not in made.raw.decode()
    return int(made.text.split("status ")[1].split()[0])


def stored(infsh):
    done = infsh("secrets", "get", "NEW_KEY", "--plain")
    return done.stdout.decode() if done.returncode == 0 else None


def test_a_value_is_asked_for_twice(asked, infsh):
    made = asked()
    made.line(VALUE)
    made.wait(AGAIN.rstrip())
    made.line(VALUE)
    assert ended(made) == 0
    assert "NEW_KEY: created" in made.text
    assert stored(infsh) == VALUE


def test_two_that_differ_are_asked_for_again(asked, infsh):
    made = asked()
    made.line(VALUE)
    made.wait(AGAIN.rstrip())
    made.line("something else")
    made.wait_for(lambda text: text.count(QUESTION.rstrip()) == 2)
    made.line(VALUE)
    made.wait_for(lambda text: text.count(AGAIN.rstrip()) == 2)
    made.line(VALUE)
    assert ended(made) == 0
    assert stored(infsh) == VALUE
    assert made.text.count(QUESTION.rstrip()) == 2


def test_after_three_times_it_gives_up(asked, infsh):
    made = asked()
    for turn in range(1, 4):
        made.wait_for(lambda text: text.count(QUESTION.rstrip()) == turn)  # noqa: B023  # at once
        made.line(VALUE)
        made.wait_for(lambda text: text.count(AGAIN.rstrip()) == turn)  # noqa: B023
        made.line(f"another {turn}")
    assert ended(made) == 2
    assert stored(infsh) is None


@pytest.mark.parametrize("first", [True, False], ids=["first", "again"])
@pytest.mark.parametrize(("key", "status"), [("\x04", 3), ("\x03", 130)], ids=["ctrl-d", "ctrl-c"])
def test_stopping_stores_nothing_and_echo_is_back(asked, infsh, own_home, key, status, first):
    made = asked()
    if not first:
        made.line(VALUE)
        made.wait(AGAIN.rstrip())
    made.send(key)
    assert ended(made) == status
    assert not list(own_home.rglob("*.vault"))
    message = made.text.split("\n")
    assert message[0] == QUESTION.rstrip()
    assert any(row.startswith("error: ") for row in message)


def test_an_empty_answer_stops(asked, infsh):
    made = asked()
    made.line("")
    assert ended(made) == 3


def test_a_value_with_blanks_and_umlauts(asked, infsh):
    value = "  grün und \N{KEY} lang genug "
    made = asked()
    made.line(value)
    made.wait(AGAIN.rstrip())
    made.line(value)
    assert ended(made) == 0
    assert stored(infsh) == value


LINES = f"-----BEGIN KEY-----\n{VALUE}\n-----END KEY-----"
PASTES = {
    "longer than a terminal's line": "sk-made-up-" + "x" * 6000 + "-end",
    "several lines": LINES,
}


@pytest.mark.parametrize("pasted", PASTES.values(), ids=PASTES)
def test_a_paste_is_stored_whole(asked, infsh, pasted):
    made = asked()
    for question in (QUESTION, AGAIN):
        made.wait(question.rstrip())
        made.send("\x1b[200~" + pasted.replace("\n", "\r") + "\r\x1b[201~\r")
    assert ended(made) == 0
    assert stored(infsh) == pasted
    assert made.raw.count(b"\x1b[?2004h") == made.raw.count(b"\x1b[?2004l") == 2
    assert ("(3 lines)" in made.text) == ("\n" in pasted)


def test_lines_that_are_no_paste_are_refused(asked, infsh, own_home):
    made = asked()
    made.send(LINES.replace("\n", "\r") + "\r")
    assert ended(made) == 2
    assert "--file" in made.text
    assert not list(own_home.rglob("*.vault"))


def test_it_is_silent_again_after_a_stop(terminal, infsh):
    made = terminal("bash", "--norc", "--noprofile", "-i", env={"PS1": "> "})
    made.wait(">")
    made.line("infsh secrets set NEW_KEY")
    made.wait(QUESTION.rstrip())
    made.send("\x1a")
    made.wait("Stopped")
    made.line("fg")
    made.wait_for(lambda shown: shown.count(QUESTION.rstrip()) == 2)
    made.line(VALUE)
    made.wait(AGAIN.rstrip())
    made.line(VALUE)
    made.wait("created")
    made.line("exit")
    assert made.end() == 0
    assert VALUE not in made.raw.decode()
    assert stored(infsh) == VALUE


def test_the_terminal_is_as_before_when_it_is_ended(asked, own_home):
    made = asked()
    made.wait_for(lambda _: b"\x1b[?2004h" in made.raw)
    shell = made.child.pid
    os.kill(int(Path(f"/proc/{shell}/task/{shell}/children").read_text()), signal.SIGTERM)
    assert ended(made) == 128 + signal.SIGTERM
    assert made.raw.count(b"\x1b[?2004l") == 1
    assert not list(own_home.rglob("*.vault"))


def test_a_write_that_must_fail_asks_for_nothing(infsh, seen):
    done = seen("secrets", "set", "not-a-name")
    assert done.status == 2
    assert QUESTION not in done.text


def test_no_question_where_none_may_be_asked(seen):
    done = seen("secrets", "set", "NEW_KEY", "--no-input")
    assert done.status == 2
    assert "Value of" not in done.text
    assert seen("secrets", "set", "NEW_KEY", env={"CI": "true"}).status == 2


def test_plain_adds_a_newline_on_a_terminal_only(infsh, prepare, seen):
    prepare("set", "NEW_KEY", VALUE)
    assert seen("secrets", "get", "NEW_KEY", "--plain").raw == VALUE.encode() + b"\r\n"
    assert seen("secrets", "get", "NEW_KEY", "--plain", "-n").raw == VALUE.encode()
    assert infsh("secrets", "get", "NEW_KEY", "--plain").stdout == VALUE.encode()


@pytest.mark.parametrize("how", ["--plain", "--reveal"])
def test_a_value_that_steers_is_refused_on_a_terminal(infsh, seen, how):
    infsh("secrets", "set", "NEW_KEY", "--file", "/dev/stdin", stdin=STEERING.encode())
    done = seen("secrets", "get", "NEW_KEY", how)
    assert done.status == 10
    assert "--raw" in done.text
    assert b"before" not in done.raw
    assert b"\x1b]0" not in done.raw
    raw = seen("secrets", "get", "NEW_KEY", how, "--raw")
    assert raw.status == 0
    assert STEERING.encode() in raw.raw
    assert infsh("secrets", "get", "NEW_KEY", "--plain").stdout == STEERING.encode()


def test_the_view_reveals_on_demand(prepare, seen):
    prepare("set", "NEW_KEY", "first line\nsecond\tline", "-d", "two lines")
    masked = seen("secrets", "get", "NEW_KEY")
    assert "first line" not in masked.text
    assert masked.rows[0] == "key          NEW_KEY"
    shown = seen("secrets", "get", "NEW_KEY", "--reveal")
    assert "value        first line" in shown.rows
    assert b"second\tline\r\n" in shown.raw


def test_delete_names_the_undo(prepare, seen):
    prepare("set", "NEW_KEY", VALUE, "-e", "staging")
    done = seen("secrets", "delete", "NEW_KEY", "-e", "staging")
    assert done.rows[:2] == [
        "NEW_KEY in staging: deleted",
        "Undo with: infsh secrets restore NEW_KEY -e staging",
    ]


def test_the_passphrase_is_asked_for_unseen(passphrase_vault, terminal):
    for arguments in (["--plain"], []):
        made = terminal("infsh", "secrets", "get", "NEW_KEY", *arguments)
        made.wait("Passphrase of the vault")
        made.line("correct horse")
        assert made.end() == 0
        assert "horse" not in made.text
        assert (VALUE in made.text) == bool(arguments)


def test_a_wrong_passphrase(passphrase_vault, terminal):
    made = terminal("infsh", "secrets", "list")
    made.wait("Passphrase of the vault")
    made.line("wrong horse")
    assert made.end() == 5
    assert "horse" not in made.text


@pytest.mark.parametrize(("key", "status"), [("\x04", 3), ("\x03", 130)], ids=["ctrl-d", "ctrl-c"])
def test_stopping_at_the_passphrase(passphrase_vault, terminal, key, status):
    made = terminal("infsh", "secrets", "get", "NEW_KEY", "--plain")
    made.wait("Passphrase of the vault")
    made.send(key)
    assert made.end() == status
    assert VALUE not in made.text
