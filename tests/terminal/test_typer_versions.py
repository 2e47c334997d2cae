"""The program is the same with the oldest and the newest Typer that it allows.

Each is installed into a folder of its own by pip, which needs a package index (or a cache); one
test a version, so that it is installed once.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from infsh_secrets.cli.commands_table import COMMANDS, GROUPS

pytestmark = pytest.mark.slow

WANTED = [
    ("typer==0.20.0", "click==8.1.8"),
    ("typer==0.20.*",),
    ("typer==0.25.*",),
    ("typer<0.29",),
]
LINES = {
    "secrets get SOME_KEY --plain": 0,
    "secrets get SOME_KEY --version 1 --plain": 0,
    "secrets list -o names": 0,
    "secrets list -ro names": 0,
    "secrets ls -o names *KEY": 0,
    "secrets --exit-codes": 0,
    "--version": 0,
    "secrets get MISSING": 4,
    "secrets get": 2,
    "secrets get A B": 2,
    "secrets get A --version 0": 2,
    "secrets nope": 2,
    "secrets list --sort": 2,
    "secrets set A --file": 2,
    "nope": 2,
}
WORDED_BY_THE_PARSER = {
    "secrets get A --nope": 2,
    "secrets get A --version x": 2,
    "secrets get -x A": 2,
    "secrets set A --canary-canary": 2,
}
TYPED = [
    ("sec",),
    ("secrets", ""),
    ("secrets", "get", ""),
    ("secrets", "get", "--"),
    ("secrets", "list", "-o", ""),
    ("secrets", "--"),
]


@pytest.fixture(params=WANTED, ids=" ".join)
def libraries(request, tmp_path):
    """A folder with this Typer and what it needs, to stand before the installed one."""
    folder = str(tmp_path / "libraries")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder]
    done = subprocess.run(
        [*pip, *request.param], capture_output=True, text=True, check=False, timeout=300
    )
    if done.returncode:
        pytest.skip(f"pip cannot install {request.param[0]}: {done.stderr.splitlines()[-1]}")
    return folder


@pytest.fixture
def both(libraries, infsh):
    """Run a command with that Typer and with the installed one; returns both."""

    def run(*arguments):
        env = {"PYTHONPATH": libraries}
        return infsh(*arguments, env=env), infsh(*arguments)

    where = subprocess.run(
        [sys.executable, "-c", "import typer; print(typer.__file__)"],
        env={**os.environ, "PYTHONPATH": libraries},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert where.startswith(libraries)
    done = infsh("secrets", "set", "SOME_KEY", "a-made-up-value", env={"PYTHONPATH": libraries})
    assert done.returncode == 0, done.stderr
    return run


def same(pair):
    there, here = pair
    assert there.stdout == here.stdout
    assert there.stderr == here.stderr
    assert there.returncode == here.returncode
    return here


def help_is_the_same(both):
    for path in ((), *GROUPS, *(command.path for command in COMMANDS)):
        assert same(both(*path, "--help")).stdout.startswith(b"Usage: infsh")


def commands_do_the_same(both):
    for line, status in LINES.items():
        assert same(both(*line.split())).returncode == status, line
    for line, status in WORDED_BY_THE_PARSER.items():
        for done in both(*line.split()):
            assert done.returncode == status, line
            assert done.stdout == b""
            assert b'"code": "usage"' in done.stderr
            assert b"canary-canary" not in done.stderr


def completion_is_the_same(both):
    for typed in TYPED:
        assert same(both("__complete", *typed)).stdout


def test_everything_is_the_same(both):
    help_is_the_same(both)
    commands_do_the_same(both)
    completion_is_the_same(both)
