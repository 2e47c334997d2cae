"""What a process does before it does anything else."""

from __future__ import annotations

import subprocess
import sys

import pytest

REPORT = """
import ctypes, gc, resource, sys
from infsh_secrets.entry import _prepare, run
_prepare()
run(["--version"])
dumpable = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) if sys.platform == "linux" else 0
sys.stderr.write(f"{resource.getrlimit(resource.RLIMIT_CORE)[0]} {dumpable}")
sys.stderr.write(f" {gc.isenabled()} {sys.meta_path[-4].__name__}")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no core files")
def test_no_core_files_no_looking_in_and_nothing_that_slows_a_start():
    done = subprocess.run([sys.executable, "-c", REPORT], capture_output=True, check=True)
    assert done.stderr == b"0 0 False Finder"
