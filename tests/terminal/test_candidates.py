"""What the program answers to a shell, and what it never does while somebody is typing."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from infsh_secrets.cli.completion import candidates

MANY = 1000


def words(*typed):
    return [value for value, _ in candidates(list(typed))]


@pytest.mark.parametrize("typed", [(), ("",), ("nonsense", ""), ("secrets", "nonsense", "-")])
def test_odd_lines_are_answered(typed):
    assert words(*typed) == (
        ["completion", "login", "logout", "me", "secrets"] if typed in ((), ("",)) else []
    )


def test_options_that_take_no_known_value_offer_nothing():
    assert words("secrets", "set", "A", "-d", "") == []
    assert words("secrets", "get", "--version", "") == []
    assert words("secrets", "set", "--generate=hex") == ["--generate=hex:32"]


def test_after_two_dashes_there_are_no_options():
    assert words("secrets", "get", "--", "--r") == []


def test_a_file_that_is_no_team_is_not_offered(infsh, own_home):
    infsh("secrets", "set", "SOME_KEY", "a-made-up-value")
    folder = own_home / ".local/share/infsh-secrets/vaults"
    for name in ("$(reboot).vault", ";x.vault", "two\nlines.vault", "ok-team.vault"):
        (folder / name).touch()
    assert words("secrets", "list", "--team", "") == ["ok-team", "personal"]


def test_descriptions_cannot_steer_the_shell(infsh):
    infsh("secrets", "set", "SOME_KEY", "a-made-up-value", "-d", "a\x1b[2J\tb\u202ec")
    out = infsh("__complete", "secrets", "get", "").stdout.decode()
    assert out == "SOME_KEY\ta\\x1b[2J\\tb\\u202ec\n"


def test_another_vault_can_be_named_before(infsh, tmp_path):
    path = str(tmp_path / "other.vault")
    infsh("secrets", "set", "ELSEWHERE", "a-made-up-value", "--vault", path)
    assert words("secrets", "get", "--vault", path, "") == ["ELSEWHERE"]
    assert words("secrets", "get", f"--vault={path}", "EL") == ["ELSEWHERE"]
    os.environ["INFSH_VAULT"] = path
    try:
        assert words("secrets", "get", "") == ["ELSEWHERE"]
    finally:
        del os.environ["INFSH_VAULT"]


@pytest.mark.parametrize(
    "setting",
    [
        {"INFSH_TEAM": "Bad/Team"},
        {"INFSH_ENV": "Bad Env"},
        {"INFSH_STORE": "nosuch"},
        {"INFSH_OUTPUT": "nosuch"},
        {"INFSH_VAULT": "/dev/full"},
        {"INFSH_VAULT_KEY": "nonsense"},
        {"INFSH_CONFIG_DIR": "/proc/1/none"},
    ],
    ids=str,
)
def test_whatever_is_wrong_it_is_silent(infsh, setting):
    done = infsh("__complete", "secrets", "get", "", env=setting)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_it_changes_nothing(infsh, own_home):
    infsh("secrets", "set", "SOME_KEY", "a-made-up-value")
    before = {p: p.read_bytes() for p in own_home.rglob("*") if p.is_file()}
    assert infsh("__complete", "secrets", "get", "").stdout == b"SOME_KEY\n"
    assert {p: p.read_bytes() for p in own_home.rglob("*") if p.is_file()} == before


def test_it_asks_nothing_on_a_terminal(passphrase_vault, terminal):
    made = terminal("infsh", "__complete", "secrets", "get", "")
    assert (made.end(), made.raw) == (0, b"")


@pytest.mark.bench
def test_the_time_for_the_names_of_a_thousand_secrets(infsh, capsys):
    pairs = [f"SECRET_NUMBER_{n:04}=a-made-up-value" for n in range(MANY)]
    assert infsh("secrets", "set", *pairs).returncode == 0
    taken = []
    for _ in range(7):
        start = time.perf_counter()
        done = infsh("__complete", "secrets", "get", "")
        taken.append(time.perf_counter() - start)
        assert len(done.stdout.splitlines()) == MANY
    start = time.perf_counter()
    subprocess.run([sys.executable, "-I", "-c", ""], check=True)
    bare = time.perf_counter() - start
    with capsys.disabled():
        print(f"\n{MANY} names: {min(taken) * 1000:.0f} ms (a bare Python: {bare * 1000:.0f} ms)")


def test_run_is_completed_up_to_its_command(infsh):
    infsh("secrets", "set", "SOME_KEY=a-made-up-value", "OTHER_KEY=a-made-up-value")
    assert "--only" in words("secrets", "run", "--o")
    assert words("secrets", "run", "--only", "S") == ["SOME_KEY"]
    assert words("secrets", "exec", "--only", "SOME_KEY,O") == ["SOME_KEY,OTHER_KEY"]
    assert words("secrets", "run", "--files=S") == ["--files=SOME_KEY"]
    assert words("secrets", "run", "--env", "") == ["default"]
    for line in (["-f"], ["--files"], ["--"], [], ["true"], ["-q", "true", "--only"], ["--", "-e"]):
        assert words("secrets", "run", *line, "") == [":files"]
    for line in (["--"], ["true"], ["--", "true"], ["--only", "SOME_KEY", "sh"]):
        assert words("secrets", "run", *line, "--o") == [":files"]
