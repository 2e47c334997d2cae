from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from infsh_secrets.files.guardian import Guardian

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that fork")

PROGRAM = """
import os, sys
from infsh_secrets.files.guardian import Guardian
path = sys.argv[1]
with Guardian(lambda: os.rename(path, path + ".gone")):
    print("ready", flush=True)
    sys.stdin.read()
"""


def wait_for(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_the_call_has_been_made_when_it_is_left(tmp_path):
    with Guardian((tmp_path / "made").touch):
        assert not (tmp_path / "made").exists()
    assert (tmp_path / "made").exists()
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_the_whole_group_leaves_nothing(tmp_path, number):
    path = tmp_path / "file"
    path.touch()
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        assert process.stdout.readline() == b"ready\n"
        os.killpg(process.pid, number)
        process.wait(60)
        # Also: the guardian holds nothing open that a reader would wait for.
        assert process.stdout.read() == b""
    wait_for((tmp_path / "file.gone").exists)


def test_somebody_else_may_have_waited_for_it(tmp_path):
    guardian = Guardian(lambda: None)
    with guardian:
        os.kill(guardian._process, signal.SIGKILL)
        os.waitpid(guardian._process, 0)
