"""Passphrases and recovery codes at a real terminal: hidden, shown once, and never piped."""

from __future__ import annotations

import re

WORDS = "made-up words to remember"


def test_from_the_first_key_to_the_last_piece_of_paper(terminal, infsh, own_home):
    made = terminal("infsh", "secrets", "vault", "init", "--passphrase", columns=100)
    made.wait("New passphrase of the vault (not shown):")
    made.line(WORDS)
    made.wait("The same again:")
    made.line(WORDS)
    made.wait("[y/N]")
    made.line("y")
    made.wait("type its last group:")
    code = re.search(r"INFSHREC1(-[A-Z2-7]{5}){8}", made.text)[0]
    made.line("wrong")
    made.wait("That is not its last group.")
    made.line(code[-5:].lower())
    assert made.end() == 0
    assert "Made the vault" in made.text
    assert WORDS.encode() not in made.raw
    # A script has nobody to ask; a code in a variable opens, a code in the hand does too.
    assert infsh("secrets", "set", "K", "kept-value").returncode == 5
    env = {"INFSH_VAULT_KEY": code}
    assert infsh("secrets", "set", "K", "kept-value", env=env).returncode == 0
    for typed in (WORDS, code):
        seen = terminal("infsh", "secrets", "get", "K", "--plain", columns=100)
        seen.wait("Passphrase or recovery code of the vault")
        seen.line(typed)
        assert seen.end() == 0
        assert "kept-value" in seen.text
        assert typed.encode() not in seen.raw
    wrong = terminal("infsh", "secrets", "get", "K", columns=100)
    wrong.wait("Passphrase or recovery code")
    wrong.line("wrong words")
    assert wrong.end() == 5


def test_a_code_is_not_shown_where_errors_go_to_a_file(terminal, infsh, own_home):
    assert infsh("secrets", "set", "K", "kept-value").returncode == 0
    script = "infsh secrets vault recovery-code 2>errors; echo status $?"
    shell = terminal("/bin/sh", "-c", f"cd {own_home} && {script}", columns=100)
    assert shell.end() == 0
    assert "status 2" in shell.text
    assert "INFSHREC1" not in shell.text + (own_home / "errors").read_text()


def test_an_interrupted_question_changes_nothing(terminal, infsh, own_home):
    assert infsh("secrets", "set", "K", "kept-value").returncode == 0
    asked = terminal("infsh", "secrets", "vault", "recovery-code", columns=100)
    asked.wait("type its last group:")
    asked.send("\x03")
    assert asked.end() in (130, -2)
    assert infsh("secrets", "vault", "key", "list", "-o", "plain").stdout.count(b"\n") == 1


def test_a_bar_while_it_takes_long(terminal, infsh, own_home):
    names = [f"KEY_{n}=value" for n in range(2000)]
    assert infsh("secrets", "set", *names, "-q").returncode == 0
    seen = terminal("infsh", "secrets", "vault", "rotate", columns=100)
    assert seen.end() == 0
    assert "The vault has a new key" in seen.text
    assert "Encrypting anew [" not in seen.text, "the bar is gone when it is done"
