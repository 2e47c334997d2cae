"""Ctrl-C: status 130, nothing stored, the terminal as it was."""

from __future__ import annotations

import json
import signal
import subprocess
import time

import pexpect
import pytest

LIMIT = 30


def wait_until_idle(pid):
    """Wait until a process waits for input: asleep, and using no time any more."""
    used = None
    for _ in range(LIMIT * 5):
        time.sleep(0.2)
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        state, now = fields[0], (fields[11], fields[12])
        if state == "S" and now == used and now != ("0", "0"):
            return
        used = now
    pytest.fail("it never waits for input")


@pytest.mark.parametrize("sent", [b"", b"half of a val"])
def test_while_the_value_comes_from_a_pipe(program, own_home, sent):
    with subprocess.Popen(
        [program, "secrets", "set", "K"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdin.write(sent)
        process.stdin.flush()
        wait_until_idle(process.pid)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=LIMIT)
    assert process.returncode == 130
    assert out == b""
    error = {"code": "interrupted", "message": "Interrupted.", "hint": None, "exit": 130}
    assert json.loads(err) == {"error": error}
    assert list(own_home.iterdir()) == []


@pytest.mark.parametrize("typed", [[], ["a made-up value"]])
def test_at_the_hidden_prompt(program, own_home, typed):
    script = f"trap : INT; stty -a; {program} secrets set K; echo status=$?; stty -a"
    child = pexpect.spawn("/bin/sh", ["-c", script], timeout=LIMIT, encoding="utf-8")
    child.expect_exact("Value of K (not shown): ")
    for line in typed:
        child.sendline(line)
        child.expect_exact("The same again: ")
    child.sendintr()
    child.expect_exact("status=130")
    child.expect(pexpect.EOF)
    assert " echo " in child.before
    assert " -echo " not in child.before
    child.close()
    assert list(own_home.iterdir()) == []


def test_what_is_typed_is_not_shown(program, own_home):
    child = pexpect.spawn(program, ["secrets", "set", "K"], timeout=LIMIT, encoding="utf-8")
    for prompt in ("Value of K (not shown): ", "The same again: "):
        child.expect_exact(prompt)
        child.sendline("made-up-typed-value")
        assert "made-up-typed-value" not in child.before
    child.expect(pexpect.EOF)
    assert "made-up-typed-value" not in child.before
    assert "created" in child.before
    child.close()
    assert child.exitstatus == 0
