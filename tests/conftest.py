"""Every test has a home of its own, no OS keyring, and none of the caller's settings."""

from __future__ import annotations

import contextlib
import functools
import gc
import io
import itertools
import os
import signal
import subprocess
import sys

import pytest
from typer import main as typer_main

from infsh_secrets import entry

# What a shell starts in the background ignores Ctrl-C, and so would all that tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
for _number in (signal.SIGQUIT, signal.SIGHUP, signal.SIGTERM):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.SIG_DFL)

# Thousands of processes are started: what each would compile anew is kept.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Typer looks up the annotations of a command in every run, for longer than most commands take.
typer_main.get_params_from_function = functools.cache(typer_main.get_params_from_function)

PROGRAM = os.path.join(os.path.dirname(sys.executable), "infsh")

WORKERS_PER_CORE = 2  # many tests wait for what they have started
MEMORY = "/dev/shm"
ENOUGH_BYTES = 2 << 30


def pytest_configure():
    """Have temporary folders in memory where it is large: vaults wait for the disk all the time."""
    if "PYTEST_DEBUG_TEMPROOT" in os.environ or "TMPDIR" in os.environ:
        return
    with contextlib.suppress(OSError):
        memory = os.statvfs(MEMORY)
        large = memory.f_bavail * memory.f_frsize >= ENOUGH_BYTES
        if large and not memory.f_flag & os.ST_NOEXEC and os.access(MEMORY, os.W_OK):
            os.environ["PYTEST_DEBUG_TEMPROOT"] = MEMORY


def pytest_xdist_auto_num_workers():
    """Say how many `-n auto` are; its own variable and other systems have their own numbers."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ or not hasattr(os, "sched_getaffinity"):
        return None
    return WORKERS_PER_CORE * len(os.sched_getaffinity(0))


def pytest_collection_finish():
    """Keep what thousands of tests are made of out of every search for garbage."""
    gc.freeze()


@pytest.fixture(scope="session")
def homes(tmp_path_factory):
    """Paths for homes; a numbered folder of pytest looks at all others first."""
    folder = tmp_path_factory.mktemp("homes", numbered=False)
    return (folder / f"home{number}" for number in itertools.count())


@pytest.fixture(autouse=True)
def own_home(homes, monkeypatch):
    """An empty home; returns its path."""
    home = next(homes)
    home.mkdir(mode=0o700)
    for name in list(os.environ):
        if name.startswith(("INFSH_", "XDG_", "INFERENCE_")) or name in (
            "CI",
            "NO_COLOR",
            "FORCE_COLOR",
            "GITHUB_ACTIONS",
            "EDITOR",
            "LANG",
            "LC_ALL",
            "LC_CTYPE",
            "VISUAL",
            "COLUMNS",
        ):
            monkeypatch.delenv(name)
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TERM", "xterm")
    return home


@pytest.fixture
def program():
    """The path of the installed program."""
    return PROGRAM


@pytest.fixture
def infsh(own_home):
    """Run the installed program without a terminal and return the finished process (bytes).

    `source` is an open file to be standard input instead of the bytes `stdin`.
    """

    def run(*arguments, stdin=b"", source=None, env=None, program=PROGRAM, timeout=60):
        return subprocess.run(
            [program, *arguments],
            **({"input": stdin} if source is None else {"stdin": source}),
            capture_output=True,
            env={**os.environ, **(env or {})},
            timeout=timeout,
            check=False,
        )

    return run


@pytest.fixture
def prepare(own_home, monkeypatch):
    """Run `infsh secrets ...` in this process, ten times faster: for what comes before a test."""

    def run(*arguments, stdin=b""):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
            assert entry.run(["secrets", *arguments]) == 0

    return run


def pytest_terminal_summary(terminalreporter):
    """Print what the faults proved, also when processes of their own have run them."""
    done = [report for reports in terminalreporter.stats.values() for report in reports]
    lines = [
        line
        for report in done
        if getattr(report, "when", "") == "call"
        for name, line in report.user_properties
        if name == "proof"
    ]
    if lines:
        terminalreporter.section("what the faults proved")
        for line in lines:
            terminalreporter.write_line(line)
