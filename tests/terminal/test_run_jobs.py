"""Job control: `run` is a job like any other in a shell, and a shell in `run` has jobs."""

from __future__ import annotations

import os
import re
import shutil
import sys

import pytest

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")

VALUE = "a-made-up-value-of-some-length"
RUN = "infsh secrets run --only SOME_API_KEY -- "
PROMPT = "here> "
COUNT = """
import signal, sys, time
seen = []
signal.signal(signal.SIGINT, lambda *_: seen.append(1))
print("ready", file=sys.stderr, flush=True)
while not seen:
    time.sleep(0.01)
time.sleep(0.3)
print("seen", len(seen), file=sys.stderr)
"""


@pytest.fixture
def bash(prepare, terminal):
    """An interactive shell at its prompt, in which `run` is the program."""
    prepare("set", "SOME_API_KEY", VALUE)
    made = terminal(
        "bash", "--norc", "--noprofile", "-i", env={"PS1": PROMPT, "HISTFILE": "/dev/null"}
    )
    made.wait(PROMPT.rstrip())
    made.line(f"alias r='{RUN}'; stty -echo; set -b; clear; echo $((6 * 7))")
    made.wait_for(lambda text: text == f"42\n{PROMPT.rstrip()}")
    return made


def last(made, text=""):
    """Wait until the shell is at its prompt again, after this text."""
    pattern = re.escape(text) + r"(.*\n)?" + re.escape(PROMPT.rstrip()) + r"$"
    made.wait_for(lambda shown: re.search(pattern, shown, re.DOTALL))


def said(made, line, text):
    """Give the shell a line and wait for what comes of it at the end."""
    made.line(f"echo; {line}")
    last(made, text)


def usual(made):
    said(made, "stty -a | grep -wo -e '-*icanon' -e '-*opost' -e '-*isig'", "opost\nisig\nicanon")


def test_ctrl_z_and_fg(bash):
    bash.line("r sh -c 'stty echo; echo ready; exec cat'")
    bash.wait("ready")
    bash.line("one")
    bash.wait("one\none")
    bash.send("\x1a")
    last(bash, "Stopped")
    usual(bash)
    bash.line("fg")
    bash.wait("sh -c 'stty echo")
    bash.settle()
    bash.line("two")
    bash.wait("two\ntwo")
    bash.send("\x1a")
    last(bash, "Stopped")
    bash.line("fg")
    bash.settle()
    bash.send("\x04")
    last(bash)
    usual(bash)
    said(bash, "jobs; echo none", "\nnone\n")


def test_bg_and_fg(bash):
    bash.line("r sh -c 'echo ready; sleep 2; echo slept; read x; echo \"<$x>\"'")
    bash.wait("ready")
    bash.send("\x1a")
    last(bash, "Stopped")
    bash.line("bg")
    bash.wait("slept")
    # It reads, and is not in the foreground.
    bash.wait_for(lambda text: text.count("Stopped") == 2)
    bash.line("")
    usual(bash)
    bash.line("fg")
    bash.settle()
    bash.line("typed")
    last(bash, "<typed>")
    assert b"slept\r\n" in bash.raw
    assert b"<typed>\r\n" in bash.raw


def test_a_command_in_the_background_leaves_the_terminal_alone(bash):
    bash.line("r sh -c 'echo from behind; sleep 1; exit 3' &")
    bash.wait("from behind")
    bash.line("")
    usual(bash)
    said(bash, "wait $!; echo status $?", "status 3")
    bash.line("r cat &")
    bash.wait("Stopped")
    bash.line("")
    usual(bash)
    bash.line("fg")
    bash.settle()
    bash.line("words")
    bash.wait("cat\nwords")
    bash.send("\x04")
    last(bash)


def test_a_pipeline_is_stopped_as_a_whole(bash):
    if shutil.which("less") is None:
        pytest.skip("less is not installed")
    bash.line("seq 1000 | r less")
    bash.wait("39\n:")
    bash.send("\x1a")
    last(bash, "Stopped")
    usual(bash)
    bash.line("fg")
    bash.wait_for(lambda text: text.endswith("39\n:"))
    bash.send("q")
    last(bash)
    usual(bash)


def test_ctrl_c_ends_a_pipeline(bash):
    bash.line("(echo ready >&2; exec sleep 100) | r cat")
    bash.wait("ready")
    bash.settle()
    bash.send("\x03")
    last(bash)
    said(bash, "jobs; echo none", "\nnone\n")
    usual(bash)


def test_a_command_that_writes_elsewhere_stops_as_well(bash, tmp_path):
    bash.line(f"r sh -c 'echo ready >&2; exec cat' >{tmp_path}/file")
    bash.wait("ready")
    bash.send("\x1a")
    last(bash, "Stopped")
    bash.line("fg")
    bash.settle()
    bash.line("one")
    bash.send("\x04")
    last(bash)
    assert (tmp_path / "file").read_text() == "one\n"


@pytest.mark.parametrize("way", ["> /dev/null", "| cat", ""])
def test_ctrl_c_reaches_the_command_once(bash, tmp_path, way):
    (tmp_path / "count.py").write_text(COUNT)
    bash.line(f"r {sys.executable} {tmp_path}/count.py {way}")
    bash.wait("ready")
    bash.send("\x03")
    last(bash, "seen 1\n")


def test_a_stop_by_another_process_is_seen(bash):
    bash.line("r sh -c 'echo ready; kill -STOP $$; echo on'")
    last(bash, "Stopped")
    usual(bash)
    bash.line("fg")
    last(bash, "\non\n")


def test_a_shell_in_it_has_jobs(bash):
    bash.line("r env PS1='inner> ' bash --norc --noprofile -i")
    bash.wait("inner>")
    bash.line("sleep 100")
    bash.settle()
    bash.send("\x1a")
    bash.wait_for(lambda text: "Stopped" in text and text.endswith("inner>"))
    bash.line("fg")
    bash.wait_for(lambda text: text.endswith("sleep 100"))
    bash.settle()
    bash.send("\x03")
    bash.wait_for(lambda text: text.endswith("inner>"))
    bash.line("sleep 100 &")
    bash.wait_for(lambda text: re.search(r"\[1\] \d+\n.*inner>$", text, re.DOTALL))
    bash.line("kill %1; wait; echo $((40 + 2))")
    bash.wait("42")
    bash.line("suspend -f")
    last(bash, "Stopped")
    bash.line("fg")
    bash.wait_for(lambda text: text.endswith("inner>"))
    bash.line("exit 9")
    last(bash)
    bash.line("echo status $?")
    last(bash, "status 9")
    usual(bash)


def test_without_redaction_jobs_work_as_well(bash):
    bash.line("infsh secrets run --only SOME_API_KEY --no-masking -- sh -c 'echo ready; exec cat'")
    bash.wait("ready")
    bash.send("\x1a")
    last(bash, "Stopped")
    bash.line("fg")
    bash.settle()
    bash.line("words")
    bash.wait("words")
    bash.send("\x04")
    last(bash)
    usual(bash)


def test_a_script_with_it_is_stopped_as_a_whole(bash, tmp_path):
    script = tmp_path / "script.sh"
    script.write_text(f"{RUN} sh -c 'echo ready; exec sleep 100'\necho status $?\n")
    os.chmod(script, 0o755)
    bash.line(f"sh {script}")
    bash.wait("ready")
    bash.send("\x1a")
    last(bash, "Stopped")
    usual(bash)
    bash.line("fg")
    bash.settle()
    bash.send("\x03")
    last(bash)
    usual(bash)
