"""Signals reach the command once, it and we stop together, and nobody is left behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys

import pytest
from processes import PATIENCE, is_alive, state, until

COUNT = """
import os, signal, sys, time
seen = []
def note(number, frame):
    seen.append(number)
    os.write(1, b"%s\\n" % signal.Signals(number).name.encode())
for name in sys.argv[1].split(","):
    signal.signal(getattr(signal, name), note)
os.write(1, b"ready %d\\n" % os.getpid())
while len(seen) < int(sys.argv[2]):
    time.sleep(0.01)
time.sleep(0.3)
os.write(1, b"%d\\n" % len(seen))
sys.exit(7)
"""
PASSED = ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGWINCH"]


def ready(made):
    """Read the number of the command."""
    word, number = made.stdout.readline().split()
    assert word == b"ready"
    return int(number)


@pytest.mark.parametrize("bare", [False, True], ids=["masked", "bare"])
@pytest.mark.parametrize("name", PASSED)
def test_a_signal_to_us_reaches_the_command_once(begin, name, bare):
    made = begin(sys.executable, "-c", COUNT, name, "1", bare=bare)
    ready(made)
    os.kill(made.pid, getattr(signal, name))
    assert made.stdout.read() == f"{name}\n1\n".encode()
    assert made.wait(PATIENCE) == 7


def test_each_of_several_is_passed_on(begin):
    made = begin(sys.executable, "-c", COUNT, "SIGINT,SIGTERM", "4")
    ready(made)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGINT, signal.SIGTERM):
        os.kill(made.pid, number)
        assert made.stdout.readline() == f"{number.name}\n".encode()
    assert made.stdout.read() == b"4\n"
    assert made.wait(PATIENCE) == 7


def test_what_was_written_before_the_end_is_not_lost(begin):
    made = begin("sh", "-c", "exec yes")
    assert made.stdout.read(2) == b"y\n"
    until(lambda: state(made.pid) == "S")
    made.terminate()
    assert made.wait(PATIENCE) == 143
    assert len(made.stdout.read()) > 65536


@pytest.mark.parametrize("bare", [False, True], ids=["masked", "bare"])
def test_a_group_that_the_command_signals_itself_is_not_told_twice(begin, bare):
    script = "trap 'echo term' TERM; kill 0; sleep 0.3; echo end"
    made = begin("sh", "-c", script, bare=bare)
    assert made.stdout.read() == b"term\nend\n"
    assert made.wait(PATIENCE) == 0


@pytest.mark.parametrize("bare", [False, True], ids=["masked", "bare"])
def test_our_sudden_death_takes_the_command_along(begin, bare):
    made = begin(sys.executable, "-c", COUNT, "SIGHUP", "9", bare=bare)
    child = ready(made)
    made.kill()
    made.wait()
    until(lambda: not is_alive(child))


def test_there_are_no_zombies(begin):
    made = begin("sh", "-c", "echo ready $$; read x", stdin=subprocess.PIPE)
    child = ready(made)
    made.stdin.write(b"go on\n")
    made.stdin.flush()
    assert made.wait(PATIENCE) == 0
    assert state(child) == "gone"


@pytest.mark.parametrize("bare", [False, True], ids=["masked", "bare"])
def test_a_stop_and_its_end_are_passed_on(line, bare):
    # A group that no shell could continue is not stopped by the system: this one has a parent in
    # another group of the same session.
    made = subprocess.Popen(
        line(sys.executable, "-c", COUNT, "SIGUSR1", "1", bare=bare),
        stdout=subprocess.PIPE,
        process_group=0,
    )
    try:
        child = ready(made)
        os.kill(made.pid, signal.SIGTSTP)
        until(lambda: state(child) == "T" and state(made.pid) == "T")
        _, status = os.waitpid(made.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        assert os.WSTOPSIG(status) == signal.SIGTSTP
        os.kill(made.pid, signal.SIGCONT)
        until(lambda: state(child) != "T" and state(made.pid) != "T")
        os.killpg(made.pid, signal.SIGSTOP)
        until(lambda: state(child) == "T" and state(made.pid) == "T")
        os.killpg(made.pid, signal.SIGCONT)
        until(lambda: state(child) != "T" and state(made.pid) != "T")
        os.kill(made.pid, signal.SIGUSR1)
        assert made.stdout.read() == b"SIGUSR1\n1\n"
        assert made.wait(PATIENCE) == 7
    finally:
        made.kill()
        made.wait()
        made.stdout.close()


def test_a_command_that_is_throttled_does_not_stop_us(begin):
    made = begin(sys.executable, "-c", COUNT, "SIGUSR1", "1")
    child = ready(made)
    for _ in range(5):
        os.kill(child, signal.SIGSTOP)
        until(lambda: state(child) == "T")
        os.kill(child, signal.SIGCONT)
        until(lambda: state(child) != "T")
    os.kill(made.pid, signal.SIGUSR1)
    assert made.wait(PATIENCE) == 7


HANDLERS = """
import runpy, sys
from infsh_secrets.execution import signals
signals._signalfd = lambda: -1
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGUSR1"])
def test_where_there_is_no_signalfd_handlers_do_it(line, name):
    python, *words = line(sys.executable, "-c", COUNT, name, "2")
    made = subprocess.Popen(
        [python, "-c", HANDLERS, *words], stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        ready(made)
        for _ in range(2):
            os.kill(made.pid, getattr(signal, name))
            assert made.stdout.readline() == f"{name}\n".encode()
        assert made.stdout.read() == b"2\n"
        assert made.wait(PATIENCE) == 7
    finally:
        made.kill()
        made.wait()
        made.stdout.close()


ORPHANS = """
import os, time
for _ in range(3):
    child = os.fork()
    if not child:
        if not os.fork():
            time.sleep(0.1)
        os._exit(0)
    os.waitpid(child, 0)
os.write(1, b"ready %d\\n" % os.getpid())
while sum(name.isdigit() for name in os.listdir("/proc")) != 2:
    time.sleep(0.01)
os.write(1, b"alone\\n")
time.sleep(100)
"""


def test_as_the_first_process_of_a_container(line):
    words = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed")
    if subprocess.run([*words, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this user may not make a namespace")
    made = subprocess.Popen(
        [*words, *line(sys.executable, "-c", ORPHANS)],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        ready(made)
        assert made.stdout.readline() == b"alone\n"
        with open(f"/proc/{made.pid}/task/{made.pid}/children") as file:
            os.kill(int(file.read()), signal.SIGTERM)
        assert made.wait(PATIENCE) == 143
    finally:
        made.kill()
        made.wait()
        made.stdout.close()


WITH_A_THREAD = """
import _thread, os, threading
from infsh_secrets.execution.child import run_child
from infsh_secrets.execution.redact import Redactor
threading.Thread(target=threading.Event().wait, daemon=True).start()
_thread._count = lambda: 0  # as for one that has been joined and that the kernel still has
for redactor in (None, Redactor([("SOME_KEY", b"made-up-7fQ2xLw9")])):
    for _ in range(5):
        assert run_child(["sh", "-c", "exit 3"], dict(os.environ), redactor) == 3
print("ended")
"""


def test_other_threads_do_not_keep_the_end_of_the_child_to_themselves():
    done = subprocess.run(
        [sys.executable, "-c", WITH_A_THREAD], capture_output=True, timeout=60, check=True
    )
    assert done.stdout == b"ended\n"
