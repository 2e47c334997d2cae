"""Starting a command: what it inherits, and what is said when that is impossible."""

from __future__ import annotations

import os
import resource
import shlex
import subprocess
import sys

import pytest

from infsh_secrets.domain.errors import UsageError
from infsh_secrets.execution.start import check

SHOW = (
    "import os, resource, signal, sys; "
    "print([signal.getsignal(n).name for n in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGTERM)],"
    " sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),"
    " resource.getrlimit(resource.RLIMIT_CORE))"
)
LIST = "import os; print(*sorted(int(n) for n in os.listdir('/proc/self/fd')))"


@pytest.mark.parametrize("bare", [False, True], ids=["masked", "bare"])
@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("exit 0", 0),
        ("exit 3", 3),
        ("exit 255", 255),
        ("kill -TERM $$", 143),
        ("kill -KILL $$", 137),
        ("kill -INT $$", 130),
    ],
)
def test_the_status_is_that_of_the_command(run, command, status, bare):
    assert run("sh", "-c", command, bare=bare).returncode == status


@pytest.mark.parametrize("bare", [False, True], ids=["masked", "bare"])
def test_no_such_command(run, bare):
    done = run("no-such-command", bare=bare)
    assert (done.returncode, done.stdout) == (127, b"")
    assert done.stderr.startswith(b"error: There is no command no-such-command. ")
    assert run("/no/such/command", bare=bare).returncode == 127
    assert run("", bare=bare).returncode == 127


def test_what_cannot_be_executed(run, tmp_path):
    plain = tmp_path / "plain"
    plain.write_text("echo no\n")
    done = run(str(plain))
    assert (done.returncode, b"permission denied" in done.stderr) == (126, True)
    done = run(str(tmp_path))
    assert (done.returncode, b"is a folder" in done.stderr) == (126, True)
    lost = tmp_path / "lost"
    lost.write_text("#!/no/such/interpreter\n")
    lost.chmod(0o755)
    done = run(str(lost))
    assert (done.returncode, b"interpreter" in done.stderr) == (126, True)


def test_a_script_without_an_interpreter_is_one_of_the_shell(run, tmp_path):
    script = tmp_path / "script"
    script.write_text('echo "$0 $1"\n')
    script.chmod(0o755)
    assert run(str(script), "word").stdout == f"{script} word\n".encode()


def test_the_path_is_that_of_the_command(run, tmp_path):
    program = tmp_path / "only-here"
    program.write_text("#!/bin/sh\necho found\n")
    program.chmod(0o755)
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "only-here").write_text("")
    path = os.pathsep.join((str(blocked), str(tmp_path)))
    assert run("only-here", env={"PATH": path}).stdout == b"found\n"
    assert run("only-here", env={"PATH": str(blocked)}).returncode == 126
    assert run("only-here", env={"PATH": "/nowhere"}).returncode == 127


def test_too_much_for_the_system_is_said(run):
    assert run("true", "x" * 100_000).returncode == 0
    code = (
        "from infsh_secrets.execution.child import run_child\n"
        "from infsh_secrets.domain.errors import NotExecutableError\n"
        "many = {f'BIG_{n}': 'x' * 100_000 for n in range(40)}\n"
        "try:\n    run_child(['true'], {'PATH': '/bin:/usr/bin', **many}, None)\n"
        "except NotExecutableError as error:\n    print(error.message)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.stdout == (
        b"The arguments and variables for true are larger than this system allows.\n"
    )


def test_what_no_program_can_be_given_is_refused():
    check(["true"], {"NAME": "value"})
    for argv, environ in (
        ([], {}),
        (["a\0b"], {}),
        (["a"], {"A": "b\0hidden"}),
        (["a"], {"A=B": "hidden"}),
        (["a"], {"": "hidden"}),
    ):
        with pytest.raises(UsageError) as caught:
            check(argv, environ)
        assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("how", ["masked", "--bare", "--replace"])
def test_signals_and_limits_are_those_of_our_caller(run, how):
    words = [] if how == "masked" else [how]
    limits = resource.getrlimit(resource.RLIMIT_CORE)
    done = run(*words, sys.executable, "-c", SHOW, restore_signals=False)
    # Python itself ignores the first two.
    assert done.stdout.decode() == f"['SIG_IGN', 'SIG_IGN', 'SIG_DFL'] [] {limits}\n"
    done = run(*words, "grep", "-E", "Sig(Ign|Blk)", "/proc/self/status")
    assert {row.split()[1] for row in done.stdout.decode().splitlines()} == {"0" * 16}


def test_an_ignored_signal_stays_ignored(line):
    text = shlex.join(line("grep", "SigIgn", "/proc/self/status"))
    script = f"trap '' HUP INT CHLD; {text}"
    done = subprocess.run(["sh", "-c", script], capture_output=True, check=True)
    assert int(done.stdout.split()[1], 16) & 0b11 == 0b11
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import os, signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN);"
            f"os.execv({line()[0]!r}, {line('sh', '-c', 'exit 5')!r})",
        ],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 5


@pytest.mark.parametrize("how", ["masked", "--bare", "--replace"])
def test_no_descriptor_of_ours_reaches_the_command(run, how):
    words = [] if how == "masked" else [how]
    # The last one is the folder that is being listed.
    assert run(*words, sys.executable, "-c", LIST).stdout.split()[:-1] == [b"0", b"1", b"2"]


@pytest.mark.parametrize("how", ["masked", "--bare"])
def test_a_descriptor_of_our_caller_does(run, how, tmp_path):
    words = [] if how == "masked" else [how]
    file = tmp_path / "file"
    file.write_text("from our caller\n")
    with open(file, "rb") as given:
        number = given.fileno()
        read = f"import os; os.write(1, os.read({number}, 100))"
        done = run(*words, sys.executable, "-c", read, pass_fds=[number])
    assert (done.stdout, done.stderr) == (b"from our caller\n", b"")


def test_exec_keeps_the_process(begin):
    made = begin("--replace", "sh", "-c", "echo $$")
    assert int(made.stdout.readline()) == made.pid
    assert made.wait() == 0


def test_exec_of_nothing_says_so(run):
    assert run("--replace", "no-such-command").returncode == 127


AFTERWARDS = """
import os, resource, signal, sys
from infsh_secrets.domain.errors import CommandNotFoundError
from infsh_secrets.execution.child import replace_process, run_child
from infsh_secrets.execution.redact import Redactor
def now():
    handlers = [signal.getsignal(number) for number in sorted(signal.valid_signals())]
    return handlers, signal.pthread_sigmask(signal.SIG_BLOCK, []), os.listdir("/proc/self/fd")
before = now()
def masked(*words):
    return run_child(*words, Redactor([]))
def bare(*words):
    return run_child(*words, None)
for way in (replace_process, masked, bare):
    try:
        way(["no-such-command"], {"PATH": "/"})
    except CommandNotFoundError:
        assert now() == before
    else:
        sys.exit(1)
for way in (masked, bare):
    assert way(["/bin/sh", "-c", "exit 3"], {}) == 3
    assert now() == before
"""


def test_afterwards_we_are_what_we_were():
    done = subprocess.run([sys.executable, "-c", AFTERWARDS], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
