"""`run`: which secrets a command gets, what of its environment stays, and how it ends."""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys

import pytest

from cli.conftest import Done
from cli.expected import HIDDEN

VALUE = "made-up-value-of-a-key"
SHOW = "import os, sys; [print(k, repr(os.environ.get(k))) for k in sys.argv[1:]]"
MANIFEST = """\
secrets:
  - key: FIRST
  - key: SECOND
    description: the other
  - key: MAYBE
    optional: true
env:
  MODE: fast
  MAYBE: plain
"""


@pytest.fixture
def cli(cli, infsh):
    """Run a command: `run` in a process of its own, since it deals with signals, others here."""

    def run(*argv, stdin=b""):
        if argv[0] not in ("run", "exec"):
            return cli(*argv, stdin=stdin)
        done = infsh("secrets", *argv, stdin=stdin)
        return Done(done.returncode, done.stdout, done.stderr.decode())

    run.here = cli
    return run


@pytest.fixture
def app(cli, own_home, monkeypatch):
    """A folder with a manifest, and a vault with what it declares and one secret more."""
    folder = own_home / "app"
    folder.mkdir()
    (folder / "inf.yml").write_text(MANIFEST)
    monkeypatch.chdir(folder)
    for pair in (f"FIRST={VALUE}-1", f"SECOND={VALUE}-2", f"OTHER={VALUE}-3"):
        assert cli("set", pair).status == 0
    assert cli("set", "STAGED", f"{VALUE}-4", "-e", "staging").status == 0
    return folder


@pytest.fixture
def seen(cli):
    """Run with these options and return what the command finds under some names."""

    def run(names, *options, status=0):
        done = cli(
            "run", "--no-masking", *options, "--", sys.executable, "-c", SHOW, *names.split()
        )
        assert done.status == status, done
        return dict(line.split(" ", 1) for line in done.text.splitlines())

    return run


@pytest.fixture
def stopped(cli):
    """A run that must fail before its command starts, and so can be in this process.

    Returns the error.
    """

    def run(*argv, status=125):
        done = cli.here("run", "--json", *argv)
        assert done.status == status, done
        assert done.error["hint"]
        return done.error

    return run


# -- which names -----------------------------------------------------------------------------------


def test_a_command_gets_what_the_manifest_declares(app, seen):
    assert seen("FIRST SECOND OTHER MODE MAYBE") == {
        "FIRST": f"'{VALUE}-1'",
        "SECOND": f"'{VALUE}-2'",
        "OTHER": "None",
        "MODE": "'fast'",
        "MAYBE": "'plain'",
    }


def test_the_manifest_is_looked_for_upwards_or_named(app, seen, monkeypatch, tmp_path):
    (app / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(app / "deep" / "er")
    assert seen("MODE") == {"MODE": "'fast'"}
    other = tmp_path / "other.yaml"
    other.write_text("secrets: [{key: OTHER}]\n")
    assert seen("FIRST OTHER", "-f", str(other)) == {"FIRST": "None", "OTHER": f"'{VALUE}-3'"}


@pytest.mark.parametrize(
    "options", [["--only", "FIRST,OTHER"], ["--only", "FIRST", "--only=OTHER"]]
)
def test_only_names_secrets_whatever_is_declared(app, seen, options):
    (app / "inf.yml").write_text("broken: [")
    assert seen("FIRST SECOND OTHER MODE", *options) == {
        "FIRST": f"'{VALUE}-1'",
        "SECOND": "None",
        "OTHER": f"'{VALUE}-3'",
        "MODE": "None",
    }


def test_only_with_a_named_manifest_has_its_variables(app, seen):
    found = seen("FIRST SECOND MODE", "--only", "FIRST", "-f", "inf.yml")
    assert found == {"FIRST": f"'{VALUE}-1'", "SECOND": "None", "MODE": "'fast'"}


def test_all_is_everything_of_the_environment(app, seen):
    (app / "inf.yml").unlink()
    found = seen("FIRST SECOND OTHER STAGED", "--all")
    assert [name for name in found if found[name] == "None"] == ["STAGED"]
    found = seen("FIRST STAGED", "--all", "-e", "staging")
    assert found == {"FIRST": "None", "STAGED": f"'{VALUE}-4'"}


def test_a_chain_gives_each_name_from_the_first_that_has_it(app, cli, seen):
    cli("set", "FIRST", f"{VALUE}-5", "-e", "staging")
    found = seen("FIRST SECOND STAGED", "--only", "FIRST,SECOND,STAGED", "-e", "staging,default")
    assert found == {"FIRST": f"'{VALUE}-5'", "SECOND": f"'{VALUE}-2'", "STAGED": f"'{VALUE}-4'"}


@pytest.mark.parametrize(
    ("argv", "said", "hint"),
    [
        (["--only", "FIRST,ABSENT", "--", "true"], "no secret named ABSENT", "list"),
        (["--only", "STAGED", "--", "true"], "no secret named STAGED", ""),
        (["--only", "ABSENT,NOWHERE", "--", "true"], "not set: ABSENT, NOWHERE", "set ABSENT"),
        (["--only", "FIRST", "--all", "--", "true"], "contradict", ""),
        (["--only", "", "--", "true"], "--only is empty", ""),
        (["--only", "FIRST,", "--", "true"], "--only is empty", ""),
        (["--only", "no-name", "--", "true"], "not a name for a secret", ""),
        (["--only", "*", "--", "true"], "--only takes names", "--all"),
        (["--allow-env", "", "--", "true"], "--allow-env is empty", ""),
        (["--preserve-env=", "--", "true"], "--preserve-env is empty", ""),
        (["--files=ABSENT", "--", "true"], "--files names what", ""),
        (["--files=", "--", "true"], "--files is empty", ""),
        (["--exec", "--files", "--", "true"], "--exec leaves nobody", ""),
        (["-c", "true", "true"], "the whole command is one word", "quotes"),
        (["-f", "absent.yml", "--", "true"], "absent.yml cannot be read", ""),
        (["-f", "", "--", "true"], "-f is empty", ""),
        ([], "No command is named", "infsh secrets run -- python app.py"),
        (["--"], "No command is named", ""),
        (["--", ""], "No command is named", ""),
        (["--nonsense", "--", "true"], "No such option", "run --help"),
        (["--key-fd", "x", "--", "true"], "is not a whole number", ""),
        (["--only"], "requires an argument", ""),
        (["-e", "Bad Env", "--", "true"], "not a name for an environment", ""),
        (["--team", "nobody", "--", "true"], "no team named nobody", ""),
        (["-s", "nowhere", "--", "true"], "no store", ""),
        (["--vault", "inf.yml", "--", "true"], "inf.yml", ""),
        (["--key-file", "/absent/key", "--", "true"], "/absent/key", ""),
    ],
)
def test_what_is_wrong_is_one_sentence_and_125(app, stopped, argv, said, hint):
    error = stopped(*argv)
    assert said in error["message"]
    assert hint in error["hint"]
    assert VALUE not in str(error)


def test_without_a_manifest_the_choices_are_named(cli, stopped, own_home, monkeypatch):
    monkeypatch.chdir(own_home)
    error = stopped("--", "true")
    assert "There is no manifest" in error["message"]
    assert error["hint"] == "Name a manifest with -f FILE, or the secrets with --only A,B or --all."


def test_a_broken_manifest_stops_it(app, stopped):
    (app / "inf.yml").write_text("secrets:\n  -key: FIRST\n")
    assert "inf.yml" in stopped("--", "true")["message"]


def test_no_vault_at_all_is_told_by_the_missing_names(own_home, stopped, monkeypatch, cli):
    monkeypatch.chdir(own_home)
    assert "no secret named FIRST" in stopped("--only", "FIRST", "--", "true")["message"]
    (own_home / "inf.yml").write_text(MANIFEST)
    assert "not set: FIRST, SECOND" in stopped("--", "true")["message"]
    (own_home / "inf.yml").write_text("env: {MODE: fast}\n")
    assert cli("run", "--", "sh", "-c", "echo $MODE").out == b"fast\n"
    assert cli("run", "--all", "--", "echo", "x").out == b"x\n"
    assert not (own_home / ".local/share/infsh-secrets").exists()


# -- missing and empty -----------------------------------------------------------------------------


def test_a_missing_secret_is_named_with_the_next_step(app, cli, stopped):
    cli("delete", "FIRST")
    error = stopped("--", "true")
    assert error["code"] == "check_failed"
    assert error["message"] == "The secret FIRST that inf.yml requires is not set."
    assert error["hint"] == (
        "Set it with: infsh secrets set FIRST, or fill all gaps with: infsh secrets check"
    )


def test_missing_and_empty_ones_are_all_named_at_once(app, cli, stopped):
    cli("delete", "FIRST")
    cli("set", "SECOND", "", "--allow-empty")
    error = stopped("-e", "default", "--", "true")
    assert error["message"] == (
        "2 secrets that inf.yml requires are missing; not set: FIRST; empty: SECOND."
    )
    cli("restore", "FIRST")
    assert stopped("--", "true")["message"] == "The secret SECOND that inf.yml requires is empty."
    error = stopped("--only", "SECOND", "--", "true")
    assert error["message"] == "The secret SECOND that --only names is empty."
    error = stopped("-e", "prod", "--", "true")
    assert "infsh secrets set FIRST -e prod" in error["hint"]


def test_a_deleted_secret_names_the_way_back(app, cli, stopped):
    cli("delete", "OTHER")
    assert "restore OTHER" in stopped("--only", "OTHER", "--", "true")["hint"]


def test_an_empty_optional_secret_leaves_the_variable(app, cli, seen, monkeypatch):
    cli("set", "MAYBE", "", "--allow-empty")
    assert seen("MAYBE") == {"MAYBE": "'plain'"}
    assert seen("MAYBE", "--all", "-f", "inf.yml") == {"MAYBE": "'plain'"}
    monkeypatch.setenv("MAYBE", "of the shell")
    assert seen("MAYBE") == {"MAYBE": "'of the shell'"}
    cli("set", "MAYBE", VALUE)
    assert seen("MAYBE") == {"MAYBE": f"'{VALUE}'"}


# -- the rest of the environment -------------------------------------------------------------------


def test_names_of_other_secrets_are_taken_away_whatever_their_environment(app, seen, monkeypatch):
    for name in ("OTHER", "STAGED", "UNRELATED", "INFSH_REASON", "INFSH_NO_MASKING"):
        monkeypatch.setenv(name, "of the shell")
    found = seen("OTHER STAGED UNRELATED INFSH_REASON INFSH_NO_MASKING")
    assert {name for name in found if found[name] != "None"} == {"UNRELATED"}
    assert seen("OTHER STAGED", "--preserve-env=OTHER") == {
        "OTHER": "'of the shell'",
        "STAGED": "None",
    }


def test_a_deleted_secret_takes_nothing_away(app, cli, seen, monkeypatch):
    monkeypatch.setenv("OTHER", "of the shell")
    cli("delete", "OTHER")
    assert seen("OTHER") == {"OTHER": "'of the shell'"}


def test_essential_names_stay_even_if_the_vault_has_them(app, cli, seen):
    cli("set", "TERM", VALUE)
    cli("set", "PATH", VALUE)
    assert seen("TERM PATH") == {"TERM": "'xterm'", "PATH": repr(os.environ["PATH"])}


def test_a_secret_wins_unless_the_variable_is_preserved(app, seen, monkeypatch):
    monkeypatch.setenv("FIRST", "of the shell")
    monkeypatch.setenv("SECOND", "")
    monkeypatch.setenv("MODE", "slow")
    assert seen("FIRST MODE") == {"FIRST": f"'{VALUE}-1'", "MODE": "'slow'"}
    for option in ("--preserve-env", "--preserve-env=FIRST,SECOND"):
        found = seen("FIRST SECOND", option)
        assert found == {"FIRST": "'of the shell'", "SECOND": f"'{VALUE}-2'"}
    assert seen("FIRST", "--preserve-env=SECOND") == {"FIRST": f"'{VALUE}-1'"}
    for options in (["--all"], ["--pristine"], ["--pristine", "--all"]):
        assert seen("FIRST", "--preserve-env", *options) == {"FIRST": "'of the shell'"}
    assert seen("FIRST MODE", "--pristine") == {"FIRST": f"'{VALUE}-1'", "MODE": "'fast'"}


def test_a_preserved_variable_stands_in_for_a_missing_secret(app, cli, monkeypatch):
    cli("delete", "FIRST")
    monkeypatch.setenv("FIRST", "value-of-the-shell")
    done = cli("run", "--preserve-env=FIRST", "--", "sh", "-c", "echo $FIRST")
    assert (done.status, done.out) == (0, b"[REDACTED:FIRST]\n")


def test_pristine_is_nearly_nothing(app, cli):
    done = cli("run", "--pristine", "--no-masking", "--", "env")
    names = {line.split("=")[0] for line in done.text.splitlines()}
    essential = {"PATH", "HOME", "USER", "LANG", "TERM", "TMPDIR", "SHELL", "PWD"}
    assert {name for name in names - essential if not name.startswith("LC_")} == {
        *("FIRST", "SECOND", "MODE", "MAYBE")
    }


@pytest.mark.parametrize("name", ["LD_PRELOAD", "PYTHONPATH", "PATH", "https_proxy", "INFSH_ENV"])
def test_names_that_give_code_execution_are_refused(app, cli, stopped, seen, name):
    (app / "inf.yml").write_text(f"env: {{{name}: /tmp/x}}\n")
    error = stopped("--", "true")
    assert name in error["message"]
    assert f"--allow-env {name}" in error["hint"]
    cli("set", name, f"/{VALUE}")
    for options in (["--only", name], ["--all"]):
        assert name in stopped(*options, "--", "true")["message"]
    (app / "inf.yml").write_text(f"secrets: [{{key: {name}}}]\n")
    assert name in stopped("--", "true")["message"]


def test_a_refused_name_may_be_allowed(app, cli, seen):
    cli("set", "PYTHONPATH", f"/{VALUE}")
    found = seen("PYTHONPATH", "--only", "PYTHONPATH", "--allow-env", "PYTHONPATH")
    assert found == {"PYTHONPATH": f"'/{VALUE}'"}
    assert seen("PYTHONPATH", "--all", "--allow-env=X,PYTHONPATH") == found


def test_values_arrive_byte_by_byte(cli, own_home, seen):
    for value in ("é\u2028𝄞", "two\nlines\n", " blanks ", "a=b", "x" * 65536, "$HOME `id`"):
        cli("set", "K", "--no-strip", "-q", stdin=value.encode())
        assert seen("K", "--only", "K")["K"] == ascii_or_repr(value)


def ascii_or_repr(value):
    return repr(value)


def test_a_variable_that_is_not_utf8_passes_unchanged(app, infsh):
    done = infsh(
        *("secrets", "run", "--", sys.executable, "-c"),
        "import os; print(ascii(os.environ['ODD']))",
        env={"ODD": os.fsdecode(b"\xff\xfe")},
    )
    assert done.stdout == b"'\\udcff\\udcfe'\n", done.stderr


def test_more_than_the_system_allows_is_a_sentence(cli, own_home):
    for number in range(40):
        cli("set", f"K{number}", "-q", stdin=b"x" * 65536)
    done = cli("run", "--all", "--", "true")
    assert done.status in (0, 126)
    if done.status:
        assert "larger than this system allows" in done.err
        assert "--files" in done.err


# -- files -----------------------------------------------------------------------------------------

LOOK = """
import json, os, stat, sys
path = os.environ["FIRST_FILE"]
print(json.dumps({
    "data": open(path).read(),
    "mode": oct(stat.S_IMODE(os.stat(path).st_mode)),
    "folder": oct(stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode)),
    "path": path,
    "env": {k: os.environ.get(k) for k in ("FIRST", "SECOND", "FIRST_FILE", "SECOND_FILE")},
}))
"""


@pytest.mark.parametrize("option", ["--files", "--files=FIRST"])
def test_secrets_in_files(app, cli, option, monkeypatch):
    monkeypatch.setenv("FIRST", "of the shell")
    done = cli("run", "--no-masking", option, "--", sys.executable, "-c", LOOK)
    assert done.status == 0, done.err
    found = done.data
    assert found["data"] == f"{VALUE}-1"
    assert (found["mode"], found["folder"]) == ("0o600", "0o700")
    assert not os.path.exists(os.path.dirname(found["path"]))
    named = found["env"]
    assert (named["FIRST"], named["FIRST_FILE"]) == (None, found["path"])
    assert (named["SECOND_FILE"] is None) == (named["SECOND"] is not None) == (option != "--files")


def test_a_file_cannot_have_the_name_of_a_secret(app, cli, stopped):
    cli("set", "FIRST_FILE", VALUE)
    error = stopped("--only", "FIRST,FIRST_FILE", "--files", "--", "true")
    assert "FIRST_FILE is a secret itself" in error["message"]


def test_files_are_gone_when_the_command_cannot_be_started(app, cli):
    done = cli("run", "--files", "--", "nosuch-command")
    assert done.status == 127
    left = leftovers()  # those of tests that run at the same time will go
    end_of_waiting(lambda: not left & leftovers())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_files_are_gone_after_a_signal(app, program, number):
    command = 'echo "$FIRST_FILE"; exec sleep 600'
    with subprocess.Popen(
        [program, "secrets", "run", "--files", "--", "sh", "-c", command],
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        path = process.stdout.readline().decode().strip()
        assert os.path.exists(path)
        process.send_signal(number)
        # Whoever still runs of it holds its standard output.
        process.stdout.read()
        process.wait(60)
    end_of_waiting(lambda: not os.path.exists(os.path.dirname(path)))


def end_of_waiting(condition):
    import time

    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def leftovers():
    return {name for name in os.listdir("/dev/shm") if name.startswith("infsh-run-")}


# -- the command and its end -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (["true"], 0),
        (["sh", "-c", "exit 3"], 3),
        (["sh", "-c", "exit 125"], 125),
        (["sh", "-c", "kill -TERM $$"], 143),
        (["nosuch-command"], 127),
        (["/nosuch/command"], 127),
        (["/etc/passwd"], 126),
        (["/"], 126),
    ],
)
@pytest.mark.parametrize("name", ["run", "exec"])
def test_the_exit_status_is_the_commands(app, cli, command, status, name):
    done = cli(name, "--", *command)
    assert (done.status, done.out) == (status, b"")
    assert done.err.startswith("error: ") == (status in (126, 127))


def test_errors_are_text_unless_asked_otherwise(app, cli, monkeypatch):
    assert cli("run", "--", "nosuch-command").err.startswith("error: There is no command")
    assert cli("run", "-o", "json", "--", "nosuch-command").error["exit"] == 127
    assert cli("run", "nosuch-command", "--json").err.startswith("error: ")
    assert "Traceback" not in cli("run", "nosuch-command", "--debug").err
    assert "start.py" not in cli("run", "nosuch-command", "--debug").err
    assert "CommandNotFoundError" in cli("run", "--debug", "nosuch-command").err
    monkeypatch.setenv("INFSH_OUTPUT", "json")
    assert cli("run", "--", "nosuch-command").error["code"] == "command_not_found"


@pytest.mark.parametrize("separator", [["--"], []])
def test_the_commands_options_are_its_own(app, cli, separator):
    own = ["-x", "--json", "-q", "--only", "-e", "--help", "--generate", "--files", "--", "--debug"]
    line = ["printf", "%s\\n", "set", *own]
    for options in ([], ["-q"], ["--no-color"], ["--only=FIRST"], ["-qf", "inf.yml"]):
        done = cli("run", *options, *separator, *line)
        assert done.status == 0, done
        assert done.text.splitlines() == ["set", *own]


def test_a_shell_is_asked_for(app, cli):
    assert cli("run", "--", "printf", "%s", "$FIRST | `id`").out == b"$FIRST | `id`"
    for option in ("-c", "--shell"):
        assert cli("run", option, 'echo "$FIRST" | tr a-z A-Z | wc -c').text.strip() == str(
            len(VALUE) + 3
        )


def test_standard_input_is_the_commands(app, infsh):
    done = infsh("secrets", "run", "--", "cat", stdin=b"typed\0\xff")
    assert (done.returncode, done.stdout) == (0, b"typed\0\xff")


def test_exec_replaces_the_program_and_says_what_that_means(app, infsh):
    done = infsh("secrets", "run", "--exec", "--", "sh", "-c", 'echo "$FIRST"; exit 4')
    assert (done.returncode, done.stdout) == (4, f"{VALUE}-1\n".encode())
    assert b"not masked" in done.stderr
    assert infsh("secrets", "run", "--exec", "-q", "--", "true").stderr == b""
    assert infsh("secrets", "run", "--exec", "--", "nosuch").returncode == 127


# -- masking ---------------------------------------------------------------------------------------


def test_output_is_masked(app, cli, monkeypatch):
    command = ("sh", "-c", 'echo "1 $FIRST"; echo "2 $SECOND" >&2')
    done = cli("run", "--", *command)
    assert (done.text, done.err) == ("1 [REDACTED:FIRST]\n", "2 [REDACTED:SECOND]\n")
    assert cli("run", "--no-masking", "--", *command).text == f"1 {VALUE}-1\n"
    monkeypatch.setenv("INFSH_NO_MASKING", "1")
    assert cli("run", "--", *command).text == f"1 {VALUE}-1\n"
    for no in ("0", "false", "No", "off", ""):
        monkeypatch.setenv("INFSH_NO_MASKING", no)
        assert cli("run", "--", *command).text == "1 [REDACTED:FIRST]\n"


def test_what_cannot_be_masked_is_named_once_and_not_shown(app, cli):
    cli("set", "SHORT", "abc1")
    cli("set", "COMMON", "localhost")
    done = cli("run", "--only", "FIRST,SHORT,COMMON", "--", "true")
    assert done.err == (
        "Warning: too short or too common to be masked in the output: SHORT, COMMON.\n"
    )
    assert cli("run", "-q", "--only", "SHORT", "--", "true").err == ""
    assert cli("run", "--no-masking", "--only", "SHORT", "--", "true").err == ""


def test_github_is_told_what_to_mask(app, cli, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    cli("set", "LINES", "--no-strip", stdin=b"first 100% line\r\nsecond-line\n}\n")
    cli("set", "SHORT", "abc1")
    for options in (["--only", "LINES,SHORT"], ["--only=LINES", "--pristine"]):
        done = cli("run", *options, "--", "echo", "done")
        assert done.text.splitlines() == [
            "::add-mask::first 100%25 line%0D%0Asecond-line%0A}%0A",
            "::add-mask::first 100%25 line",
            "::add-mask::second-line",
            "done",
        ]
    done = cli("run", "--no-masking", "--only", "LINES", "--", "echo", "done")
    assert done.text == "done\n"


def test_github_is_told_also_when_we_are_replaced(app, infsh):
    done = infsh("secrets", "run", "--exec", "--", "true", env={"GITHUB_ACTIONS": "true"})
    assert done.stdout.decode().splitlines() == [
        f"::add-mask::{VALUE}-1",
        f"::add-mask::{VALUE}-2",
    ]


def test_nothing_starts_when_github_cannot_be_told(app, program, own_home):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [program, "secrets", "run", "--", "touch", "started"],
        stdout=writer,
        stderr=subprocess.PIPE,
        env={**os.environ, "GITHUB_ACTIONS": "true"},
        check=False,
    )
    os.close(writer)
    assert done.returncode == 125
    assert b"GitHub" in done.stderr
    assert not (app / "started").exists()


# -- keys, records, leaks --------------------------------------------------------------------------


def test_a_locked_vault_is_125_where_nothing_may_be_asked(app, cli, own_home):
    for path in own_home.glob(".local/share/infsh-secrets/**/*.key"):
        path.unlink()
    done = cli("run", "--json", "--", "true")
    assert (done.status, done.error["code"], done.error["exit"]) == (125, "locked", 125)


@pytest.mark.parametrize("options", [[], ["--exec"], ["--no-masking"], ["--files"]])
def test_the_descriptor_of_the_key_does_not_reach_the_command(app, own_home, program, options):
    (key,) = own_home.glob(".local/share/infsh-secrets/keys/*.key")
    look = 'test ! -e /dev/fd/9 && cat && echo "[$1]"'
    for number in ("9", "0"):
        done = subprocess.run(
            [
                *("sh", "-c", f'exec "$@" {number}<"$KEY_PATH"', "sh"),
                *(program, "secrets", "run", "-q", "--key-fd", number, *options),
                *("--", "sh", "-c", look),
            ],
            env={**os.environ, "KEY_PATH": str(key)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (0, b"[]\n"), done.stderr


def test_a_run_that_could_not_be_started_is_on_record_as_such(app, cli):
    cli("run", "--", "nosuch-command")
    cli("set", "UNRELATED", VALUE)
    assert "nosuch-command" in cli("uses", "FIRST").out.decode()
    assert "127" in cli("uses", "FIRST").out.decode()


def test_a_run_is_on_record(app, cli):
    cli("run", "--", "true")
    cli("set", "UNRELATED", VALUE)
    entries = [entry for entry in cli("audit", "list").data if entry["action"] == "used"]
    assert entries
    assert "FIRST" in json.dumps(entries)
    assert "OTHER" not in json.dumps(entries)
    assert cli("get", "FIRST").data["last_used_at"]
    assert cli("get", "OTHER").data["last_used_at"] is None


def test_no_value_shows_in_what_we_say_or_in_a_command_line(app, cli, program):
    script = (
        "import os, sys; n = os.getppid(); "
        "print(open(f'/proc/{n}/cmdline').read() + open('/proc/self/cmdline').read())"
    )
    done = cli("run", "--no-masking", "--files=FIRST", "--", sys.executable, "-c", script)
    assert VALUE not in done.text
    base = base64.b64encode(VALUE.encode()).decode()[:12]
    for argv in (
        ["--debug", "--", "nosuch"],
        ["--debug", "--only", "FIRST,ABSENT", "--", "true"],
        ["--debug", "--json", "--files=SECOND,ABSENT", "--", "true"],
        ["--debug", "--all", "--", "/etc/passwd"],
        ["--debug", "--exec", "--", "nosuch"],
    ):
        done = cli("run", *argv)
        assert done.status in (125, 126, 127)
        assert VALUE not in done.err + done.text
        assert base not in done.err + done.text


def test_a_value_among_our_options_is_not_repeated(app, cli):
    for argv in (["--only", f"sk-{HIDDEN}", "true"], ["-e", HIDDEN.upper() + "!", "true"]):
        assert HIDDEN not in cli("run", "--debug", *argv).err
