"""What a process does before it does anything else."""

from __future__ import annotations

import subprocess
import sys

import pytest

REPORT = """
import ctypes, resource, sys
from infsh_secrets.entry import run
run(["--version"])
dumpable = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) if sys.platform == "linux" else 0
sys.stderr.write(f"{resource.getrlimit(resource.RLIMIT_CORE)[0]} {dumpable}")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no core files")
def test_no_core_files_and_no_looking_in():
    done = subprocess.run([sys.executable, "-c", REPORT], capture_output=True, check=True)
    assert done.stderr == b"0 0"
