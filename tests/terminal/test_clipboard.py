"""`get -c` with the clipboard of a real X server."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest

NEEDED = ("Xvfb", "xclip", "xsel")  # Debian: xvfb xclip xsel
VALUE = "made-up-ü-value-5Rt9\nsecond line\n"
PROGRAM = """
import sys
from infsh_secrets.clipboard import clearing
clearing.CLEAR_AFTER_SECONDS = float(sys.argv[1])
from infsh_secrets.entry import run
sys.exit(run(sys.argv[2:]))
"""

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, NEEDED)), reason=f"needs {', '.join(NEEDED)}"
)


@pytest.fixture
def display(monkeypatch):
    """A display of its own; it says its number when it is ready."""
    readable, writable = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writable), "-screen", "0", "64x64x8", "-nolisten", "tcp"],
        pass_fds=[writable],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(writable)
    with os.fdopen(readable) as file:
        number = file.readline().strip()
    if not number:
        server.kill()
        server.wait()
        pytest.skip("Xvfb does not start here")
    monkeypatch.setenv("DISPLAY", f":{number}")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    yield
    server.terminate()  # whatever serves a selection there ends with it
    server.wait(60)


def pasted():
    command = ["xclip", "-selection", "clipboard", "-o"]
    return subprocess.run(command, capture_output=True, check=False, timeout=60).stdout


def copied(seconds):
    command = [sys.executable, "-c", PROGRAM, str(seconds), "secrets", "get", "SOME_KEY", "-c"]
    return subprocess.run(command, capture_output=True, check=False, timeout=60)


def wait_for(condition):
    for _ in range(1200):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to that in a minute")


def cleaners():
    """The processes that are to clear this clipboard."""
    found = []
    for name in os.listdir("/proc"):
        try:
            with open(f"/proc/{name}/cmdline", "rb") as line:
                ours = b"infsh_secrets.clipboard.clearing" in line.read()
            with open(f"/proc/{name}/environ", "rb") as environ:
                if ours and f"DISPLAY={os.environ['DISPLAY']}\0".encode() in environ.read():
                    found.append(int(name))
        except (OSError, ValueError):
            continue
    return found


@pytest.mark.parametrize("program", ["xclip", "xsel"])
def test_a_value_is_copied_and_cleared(infsh, display, tmp_path, monkeypatch, program):
    (tmp_path / program).symlink_to(shutil.which(program))
    infsh("secrets", "set", "SOME_KEY", VALUE)
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(tmp_path))
        done = copied(600)
    for cleaner in cleaners():
        os.kill(cleaner, signal.SIGKILL)
    assert done.returncode == 0, done.stderr
    assert VALUE.encode() not in done.stdout
    assert pasted() == VALUE.encode()
    with monkeypatch.context() as patch:
        patch.setenv("PATH", str(tmp_path))
        assert copied(0.1).returncode == 0
    wait_for(lambda: pasted() == b"")
    wait_for(lambda: not cleaners())


def test_what_somebody_else_copied_stays(infsh, display):
    infsh("secrets", "set", "SOME_KEY", VALUE)
    assert copied(1).returncode == 0
    subprocess.run(
        ["xclip", "-selection", "clipboard"],
        input=b"of somebody else",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    wait_for(lambda: not cleaners())
    assert pasted() == b"of somebody else"
