"""What the program answers to a shell, and what it never does while somebody is typing."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time

import pytest

from infsh_secrets import entry
from infsh_secrets.cli import completion
from infsh_secrets.cli.completion import candidates

MANY = 1000
SITE = f"import sys; sys.path[:] = {[path for path in sys.path if path]!r}\n"


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


def test_a_file_that_is_no_team_is_not_offered(prepare, own_home):
    prepare("set", "SOME_KEY", "a-made-up-value")
    folder = own_home / ".local/share/infsh-secrets/vaults"
    for name in ("$(reboot).vault", ";x.vault", "two\nlines.vault", "ok-team.vault"):
        (folder / name).touch()
    assert words("secrets", "list", "--team", "") == ["ok-team", "personal"]


def test_descriptions_cannot_steer_the_shell(infsh, prepare):
    prepare("set", "SOME_KEY", "a-made-up-value", "-d", "a\x1b[2J\tb\u202ec")
    out = infsh("__complete", "secrets", "get", "").stdout.decode()
    assert out == "SOME_KEY\ta\\x1b[2J\\tb\\u202ec\n"


def test_another_vault_can_be_named_before(prepare, tmp_path):
    path = str(tmp_path / "other.vault")
    prepare("set", "ELSEWHERE", "a-made-up-value", "--vault", path)
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


def test_it_changes_nothing(infsh, prepare, own_home):
    prepare("set", "SOME_KEY", "a-made-up-value")
    before = {p: p.read_bytes() for p in own_home.rglob("*") if p.is_file()}
    assert infsh("__complete", "secrets", "get", "").stdout == b"SOME_KEY\n"
    assert {p: p.read_bytes() for p in own_home.rglob("*") if p.is_file()} == before


def test_it_asks_nothing_on_a_terminal(passphrase_vault, terminal):
    made = terminal("infsh", "__complete", "secrets", "get", "")
    assert (made.end(), made.raw) == (0, b"")


@pytest.mark.bench
def test_the_time_for_the_names_of_a_thousand_secrets(infsh, prepare, capsys):
    pairs = [f"SECRET_NUMBER_{n:04}=a-made-up-value" for n in range(MANY)]
    prepare("set", *pairs)
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


def test_run_is_completed_up_to_its_command(prepare):
    prepare("set", "SOME_KEY=a-made-up-value", "OTHER_KEY=a-made-up-value")
    assert "--only" in words("secrets", "run", "--o")
    assert words("secrets", "run", "--only", "S") == ["SOME_KEY"]
    assert words("secrets", "exec", "--only", "SOME_KEY,O") == ["SOME_KEY,OTHER_KEY"]
    assert words("secrets", "run", "--files=S") == ["--files=SOME_KEY"]
    assert words("secrets", "run", "--env", "") == ["default"]
    assert words("secrets", "run", "-f", "") == [":files"]


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ([""], 1),
        (["--files", ""], 1),
        (["--", ""], 1),
        (["--", "--o"], 1),
        (["-q", "pyth"], 1),
        (["true", ""], 2),
        (["true", "--o"], 2),
        (["--only", "SOME_KEY", "sh", "-c", ""], 3),
        (["-q", "true", "--only", ""], 3),
        (["-e", "staging", "--", "git", "commit", "-m", "x", "--am"], 5),
    ],
)
def test_the_command_of_run_is_left_to_the_shell(line, count):
    assert words("secrets", "run", *line) == [f":command {count}"]
    assert words("secrets", "exec", *line) == [f":command {count}"]


STORES = """
[stores.work]
url = "https://secrets.example.com"
[stores.agents]
url = "https://api.julep.example/api"
kind = "julep"
"""


@pytest.fixture
def configured(own_home):
    folder = own_home / ".config/infsh-secrets"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(STORES)


def test_stores_are_named(configured):
    everywhere = ["vault", "agents", "inference", "work"]
    assert words("secrets", "get", "-s", "") == everywhere
    assert words("secrets", "get", "--store=w") == ["--store=work"]
    assert words("secrets", "store", "use", "") == everywhere
    assert words("secrets", "store", "remove", "") == ["agents", "work"]
    assert words("secrets", "store", "test", "") == ["agents", "inference", "work"]
    assert words("secrets", "store", "add", "") == []
    for command in ("login", "logout", "me"):
        assert words(command, "") == ["agents", "inference", "work"]
        assert words(command, "work", "") == []


def test_both_sides_are_named(configured, prepare):
    prepare("set", "SOME_KEY", "a-made-up-value")
    prepare("set", "OTHER_KEY", "a-made-up-value", "-e", "staging")
    prepare("team", "create", "acme")
    sides = ["vault", "agents", "inference", "work", "team:acme", "team:personal"]
    assert words("secrets", "diff", "") == sides
    assert words("secrets", "diff", "work", "") == [side for side in sides if side != "work"]
    assert words("secrets", "diff", "vault", "work", "") == ["SOME_KEY"]
    assert words("secrets", "sync", "--from", "w") == ["work"]
    assert words("secrets", "sync", "--from", "work", "--to", "w") == [":files"]
    assert words("secrets", "sync", "--to=team:a") == ["--to=team:acme"]
    assert words("secrets", "diff", "vault@") == ["vault@default", "vault@staging"]
    assert words("secrets", "diff", "vault@default", "vault@") == ["vault@staging"]
    assert words("secrets", "diff", "@st") == ["@staging"]
    assert words("secrets", "diff", "team:acme@") == []
    for path in ("./ba", "/tmp/x", "~/b", "backup"):
        assert words("secrets", "diff", path) == [":files"]


def test_a_remote_store_is_never_asked(infsh, prepare, configured, monkeypatch):
    prepare("set", "SOME_KEY", "a-made-up-value")

    def refuse(*_):
        raise AssertionError("a socket was made")

    monkeypatch.setattr("socket.socket.__init__", refuse)
    monkeypatch.setenv("INFSH_API_KEY", "a-made-up-token")
    asked = infsh("__complete", "secrets", "get", "-s", "work", "", env={"INFSH_API_KEY": "made"})
    assert (asked.stdout, asked.stderr) == (b"", b"")
    for line in (["get", ""], ["get", "-e", ""], ["list", "--team", ""]):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("INFSH_STORE", "work")
            assert words("secrets", *line) == []
    assert words("secrets", "get", "") == ["SOME_KEY"]


@pytest.mark.parametrize(
    ("command", "option"),
    [
        ("list", "--output"),
        ("list", "--sort"),
        ("list", "--stale"),
        ("list", "--unused"),
        ("stale", "--than"),
        ("audit list", "--since"),
        ("set K v", "--expires"),
        ("describe SOME_KEY", "--expires"),
        ("set K", "--generate="),
        ("import {file} --dry-run", "--format"),
        ("import {file} --dry-run", "--on-conflict"),
        ("export", "--format"),
        ("resolve {file}", "--format"),
        ("sync --from vault@default --to vault@other --dry-run", "--on-conflict"),
        ("store add other https://secrets.example.com --force", "--kind"),
        ("store add other https://secrets.example.com --force", "--cache"),
    ],
)
def test_every_value_that_is_offered_is_taken(prepare, capfd, tmp_path, command, option):
    prepare("set", "SOME_KEY", "a-made-up-value")
    name = option.rstrip("=")
    before = command.replace("{file}", "x").split()
    typed = [option] if option.endswith("=") else [option, ""]
    offered = [value.removeprefix(option) for value in words("secrets", *before, *typed)]
    assert len(offered) > 1
    for value in offered:
        file = tmp_path / "given.env"
        file.write_text(
            {"json": '{"A_KEY": "made-up"}', "yaml": "A_KEY: made-up\n"}.get(value, "A_KEY=1\n")
            if "import" in command
            else '{"a": "b"}'
        )
        line = command.replace("{file}", str(file)).split()
        if value == "kubernetes":
            line += ["--name", "made-up"]
        if value == "systemd-credentials":
            line += ["-O", str(tmp_path / "folder")]
        if value == "github":
            line += ["-O", str(tmp_path / "github")]
        status = entry.run(["secrets", *line, f"{name}={value}"])
        assert status == 0, (value, capfd.readouterr().err)


def test_names_wherever_names_are_meant(prepare):
    prepare("set", "FIRST=1", "SECOND=2", "-q")
    prepare("describe", "FIRST", "-m", "owner=somebody")
    for line in (
        ["get", ""],
        ["export", ""],
        ["edit", ""],
        ["list", ""],
        ["redact", "--only", ""],
        ["scan", "--only", ""],
        ["render", "--only", ""],
        ["audit", "--key", ""],
        ["audit", "list", "--key", ""],
    ):
        assert words("secrets", *line) == ["FIRST", "SECOND"], line
    assert words("secrets", "run", "--only", "FIRST,") == ["FIRST,SECOND"]
    assert words("secrets", "run", "--only=FIRST,") == ["--only=FIRST,SECOND"]
    assert words("secrets", "rename", "FIRST", "") == []
    assert words("secrets", "delete", "FIRST", "") == ["SECOND"]
    assert words("secrets", "describe", "FIRST", "--unset-meta", "") == ["owner"]
    assert "OPENAI_API_KEY=" in words("secrets", "set", "A=1", "")
    assert "FIRST=" not in words("secrets", "set", "FIRST=1", "")


def test_environments_after_a_comma(prepare):
    prepare("set", "K", "v", "-q")
    prepare("set", "K", "v", "-e", "staging", "-q")
    assert words("secrets", "get", "-e", "staging,") == ["staging,default"]
    assert words("secrets", "get", "-qe", "st") == ["staging"]
    assert words("secrets", "get", "-estaging", "") == ["K"]


def test_what_help_is_asked_for():
    assert words("help", "sec") == ["secrets"]
    assert words("help", "secrets", "ru") == words("secrets", "help", "ru") == ["run"]
    assert words("secrets", "audit", "help", "ver") == ["verify"]
    assert words("help", "secrets", "run", "") == words("secrets", "help", "get", "--") == []


def test_the_second_program_has_the_commands_of_the_root_too(infsh, configured):
    def second(*typed):
        program = os.path.join(os.path.dirname(sys.executable), "infsh-secrets")
        done = infsh("__complete", *typed, program=program)
        assert done.stderr == b""
        return [line.split("\t")[0] for line in done.stdout.decode().splitlines()]

    assert second("log") == ["login", "logout"]
    assert second("login", "w") == ["work"]
    assert second("completion", "install", "z") == ["zsh"]
    assert second("secrets", "") == []
    assert second("store", "use", "w") == ["work"]
    assert {"get", "me", "vault"} <= set(second(""))
    assert "secrets" not in second("")
    assert "--exit-codes" in second("-")


def test_powershell_says_an_empty_word_with_quotes(infsh, prepare):
    prepare("set", "SOME_KEY", "a-made-up-value")
    assert infsh("__complete", "secrets", "get", '""').stdout == b"SOME_KEY\n"


def test_nobody_waits_for_what_takes_long(monkeypatch, capfd):
    def forever(_words):
        while True:
            with contextlib.suppress(Exception):
                time.sleep(60)

    monkeypatch.setattr(completion, "candidates", forever)
    monkeypatch.setattr(completion, "LONGEST_WAIT", 0.05)
    assert completion.complete(["__complete", ""]) == 0
    assert capfd.readouterr() == ("", "")
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_key_press_imports_little(prepare):
    prepare("set", "SOME_KEY", "a-made-up-value")
    script = """
import sys
before = set(sys.modules)
from infsh_secrets.entry import run
run(sys.argv[1:])
print(*sorted(set(sys.modules) - before), file=sys.stderr)
"""
    heavy = {"typer", "click", "rich", "typing", "re", "json", "inspect", "enum", "dataclasses"}
    for line in (["sec"], ["secrets", "get", "--re"], ["secrets", "get", "S"], ["secrets", "-"]):
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", SITE + script, "__complete", *line],
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout
        assert heavy.isdisjoint(done.stderr.split()), line


def test_a_path_in_quotes_or_with_a_variable(infsh, prepare, tmp_path, own_home):
    path = tmp_path / "a folder" / "my.vault"
    prepare("set", "ELSEWHERE", "a-made-up-value", "--vault", str(path))
    typed = {
        f'"{path}"': b"ELSEWHERE\n",
        f"'{path}'": b"ELSEWHERE\n",
        str(path).replace(" ", "\\ "): b"ELSEWHERE\n",
        '"$THERE/my.vault"': b"ELSEWHERE\n",
        "$(touch ran)": b"",
        "`touch ran`": b"",
    }
    for word, expected in typed.items():
        line = ("__complete_quoted", "secrets", "get", "--vault", word, '"E')
        env = {"THERE": str(path.parent)}
        assert infsh(*line, env=env).stdout == expected, word
    assert not os.path.exists("ran")
