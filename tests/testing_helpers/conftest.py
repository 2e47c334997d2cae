"""`try_pytest` runs a project of its own under pytest, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from guarded_projects import BEGIN, Tried

WITHOUT = [
    word
    for plugin in ("cacheprovider", "schemathesis", "hypothesispytest", "anyio")
    for word in ("-p", f"no:{plugin}")
]
"""Plugins whose import takes longer than a project's tests, which do not use them."""


@pytest.fixture
def try_pytest(tmp_path):
    """A function that writes test_it.py and runs pytest over it; `ini` are settings."""
    folder = tmp_path / "project"
    folder.mkdir()

    def run(source, *arguments, ini="", env=None, begin=BEGIN, conftest=""):
        (folder / "test_it.py").write_text(begin + source)
        (folder / "conftest.py").write_text(conftest)
        (folder / "pytest.ini").write_text(f"[pytest]\naddopts = --strict-markers -rA\n{ini}")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *WITHOUT, *arguments],
            cwd=folder,
            env={**os.environ, "COLUMNS": "200", **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
            check=False,
        )
        return Tried(done.returncode, done.stdout, str(folder))

    return run
