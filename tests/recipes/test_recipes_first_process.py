"""As the first process of a container `run` does what `docker run` and `docker stop` expect.

The kernel ignores signals to such a process unless it takes them, and gives it every orphan.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time

import pexpect
import pytest

from infsh_secrets.domain import exit_codes

PATIENCE = 60
NAMESPACE = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child")
VALUE = "made-up-7fQ2xLw9-value"


def may_make_namespaces():
    if not shutil.which("unshare"):
        return False
    return not subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode


pytestmark = pytest.mark.skipif(not may_make_namespaces(), reason="no process namespaces here")


@pytest.fixture
def line(infsh, program):
    """Return the command line of a container whose app is a shell script."""
    assert infsh("secrets", "set", "K", "-", stdin=VALUE.encode()).returncode == 0

    def made(script, *options):
        run = (program, "secrets", "run", "--only", "K", *options, "--")
        return [*NAMESPACE, *run, "sh", "-c", script]

    return made


@pytest.fixture
def container(line):
    """Start containers; they have ended when the test has."""
    started = []

    def start(script, *options):
        process = subprocess.Popen(
            line(script, *options),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def first_process(unshare):
    """Return the number, out here, of the first process of a namespace."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with open(f"/proc/{unshare}/task/{unshare}/children", encoding="ascii") as file:
            children = file.read().split()
        if children:
            return int(children[0])
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("script", "status"),
    [("exit 0", 0), ("exit 7", 7), ("kill -KILL $$", exit_codes.SIGNALLED + signal.SIGKILL)],
)
def test_the_status_is_the_apps(container, script, status):
    process = container(f'echo "key $K"; {script}')
    shown, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, shown) == (status, "key [REDACTED:K]\n")


@pytest.mark.parametrize("options", [[], ["--no-masking"]], ids=["masked", "not masked"])
def test_a_stop_reaches_the_app_and_waits_for_it(container, options):
    script = 'trap "echo stopping; exit 3" TERM; echo ready; while :; do sleep 0.05; done'
    process = container(script, *options)
    assert process.stdout.readline() == "ready\n"
    os.kill(first_process(process.pid), signal.SIGTERM)
    shown, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, shown) == (3, "stopping\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP])
def test_an_app_that_knows_of_no_signal_is_ended_by_it(container, number):
    process = container("echo ready; exec sleep 600")
    assert process.stdout.readline() == "ready\n"
    os.kill(first_process(process.pid), number)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == exit_codes.SIGNALLED + number


def test_orphans_are_collected(container):
    script = """
exec 2> /dev/null  # a process may be gone before it is looked at
for one in 1 2 3 4 5 6 7 8; do (sleep 0.2 &); done
while :; do
  left=0
  for process in /proc/[0-9]*/stat; do
    read -r number name state parent rest < "$process" || continue
    [ "$parent" = 1 ] && [ "$number" != $$ ] && left=$((left + 1))
  done
  [ "$left" = 0 ] && break
  sleep 0.05
done
echo none are left
"""
    process = container(script)
    shown, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, shown) == (0, "none are left\n")


def test_what_the_app_leaves_behind_ends_with_it(container):
    process = container("sleep 600 & echo started; exit 4")
    shown, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode, shown) == (4, "started\n")


def test_a_terminal_of_a_container(line):
    script = (
        f'trap "echo interrupted; exit 3" INT; echo "key {VALUE}"; while :; do sleep 0.05; done'
    )
    command = line(script)
    command[len(NAMESPACE) : len(NAMESPACE)] = ["setsid", "--ctty"]  # as with `docker run -it`
    terminal = pexpect.spawn(command[0], command[1:], timeout=PATIENCE, encoding="utf-8")
    try:
        terminal.expect_exact("key [REDACTED:K]")
        terminal.sendintr()
        terminal.expect_exact("interrupted")
        terminal.expect(pexpect.EOF)
    finally:
        terminal.close(force=True)
    assert terminal.exitstatus == 3


def test_a_stop_of_a_container_with_a_terminal(line):
    command = line('trap "echo stopping; exit 3" TERM; echo ready; while :; do sleep 0.05; done')
    command[len(NAMESPACE) : len(NAMESPACE)] = ["setsid", "--ctty"]
    terminal = pexpect.spawn(command[0], command[1:], timeout=PATIENCE, encoding="utf-8")
    try:
        terminal.expect_exact("ready")
        os.kill(first_process(terminal.pid), signal.SIGTERM)
        terminal.expect_exact("stopping")
        terminal.expect(pexpect.EOF)
    finally:
        terminal.close(force=True)
    assert terminal.exitstatus == 3
