from __future__ import annotations

import os
import subprocess
import sys


def test_a_store_is_asked_only_for_what_it_says_it_can_do():
    # In a process of its own: what is skipped there is meant to be, and is not reported here.
    path = os.path.join(os.path.dirname(__file__), "bare_store.py")
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "does not offer: reveal" in done.stdout
    assert "ERROR" not in done.stdout
