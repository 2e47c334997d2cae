"""What is told where a library of the program cannot be loaded, as in an image without libgcc."""

from __future__ import annotations

import json

import pytest

REASON = "libgcc_s.so.1: cannot open shared object file: No such file or directory"


@pytest.fixture
def broken(tmp_path):
    package = tmp_path / "cryptography"
    package.mkdir()
    (package / "__init__.py").write_text(f"raise ImportError({REASON!r})\n")
    return {"PYTHONPATH": str(tmp_path)}


def test_the_library_is_named(infsh, broken):
    done = infsh("secrets", "set", "K", "-", "-o", "json", stdin=b"made-up-value", env=broken)
    error = json.loads(done.stderr)["error"]
    assert (done.returncode, done.stdout) == (1, b"")
    assert error["message"] == f"A library that this program needs cannot be loaded: {REASON}."
    assert "Install" in error["hint"]


def test_run_ends_as_for_any_failure_of_ours(infsh, broken):
    done = infsh("secrets", "run", "--all", "--", "true", env=broken)
    assert done.returncode == 125
    assert REASON.encode() in done.stderr
