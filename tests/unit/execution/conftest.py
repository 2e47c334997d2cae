"""Runs in processes of their own, whose own ends and signals can be looked at."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys

import pytest
from processes import PATIENCE

DRIVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "drive.py")


@pytest.fixture
def line():
    """The words before those of a command that run it, masked unless told otherwise."""

    def make(*argv, bare=False, program=sys.executable):
        return [program, DRIVER, *(["--bare"] if bare else []), *argv]

    return make


@pytest.fixture
def run(line):
    """Run a command through us without a terminal; returns the finished process (bytes)."""

    def finish(*argv, bare=False, **options):
        options = {"capture_output": True, "timeout": PATIENCE} | options
        return subprocess.run(line(*argv, bare=bare), check=False, **options)

    return finish


@pytest.fixture
def begin(line):
    """Start a command through us; whatever is left of it is ended with the test."""
    begun = []

    def start(*argv, bare=False, **options):
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        made = subprocess.Popen(line(*argv, bare=bare), start_new_session=True, **options)
        begun.append(made)
        return made

    yield start
    for made in begun:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(made.pid, signal.SIGKILL)
        made.wait()
        for stream in (made.stdin, made.stdout, made.stderr):
            if stream is not None:
                stream.close()
