"""A sync into a vault that is killed at any moment: all of it has happened, or nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

KILLED_AT = """
import os, signal, sys
from infsh_secrets import entry
from infsh_secrets.stores.vault.sqlite import Database
from infsh_secrets.stores.vault.transaction import Transaction

method, number, before = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "before"
owner = Database if method == "commit" else Transaction
original, count = getattr(owner, method), 0

def killed(*arguments, **options):
    global count
    count += 1
    if count == number and before:
        os.kill(os.getpid(), signal.SIGKILL)
    result = original(*arguments, **options)
    if count == number:
        os.kill(os.getpid(), signal.SIGKILL)
    return result

setattr(owner, method, killed)
entry.run(sys.argv[4:])
"""
SYNC = ["secrets", "sync", "--from", "vault", "--to", "vault@staging", "--prune", "-y"]


@pytest.fixture
def listed(prepare, capfd):
    def run(environment):
        capfd.readouterr()
        prepare("list", "-e", environment, "--json")
        facts = ("key", "fingerprint", "version")
        return [tuple(one[fact] for fact in facts) for one in json.loads(capfd.readouterr().out)]

    return run


@pytest.mark.parametrize(
    ("method", "number", "moment", "happened"),
    [
        pytest.param("put", 1, "before", False, marks=pytest.mark.slow),
        ("put", 7, "after", False),
        pytest.param("delete", 1, "after", False, marks=pytest.mark.slow),
        pytest.param("_write", 1, "before", False, marks=pytest.mark.slow),
        ("_write", 1, "after", False),
        ("commit", 1, "before", False),
        ("commit", 1, "after", True),
    ],
)
def test_killed(infsh, prepare, listed, method, number, moment, happened):
    new = [f"KEY_{n}=made-up-{n}" for n in range(8)]
    prepare("set", *new, "-q")
    prepare("set", "KEY_1=x", "OLD=x", "-e", "staging", "-q")
    before, wanted = listed("staging"), [one[:2] for one in listed("default")]
    child = subprocess.run(
        [sys.executable, "-c", KILLED_AT, method, str(number), moment, *SYNC],
        capture_output=True,
        env=dict(os.environ),
        timeout=60,
        check=False,
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    prepare("vault", "verify", "-q")
    if happened:
        assert [one[:2] for one in listed("staging")] == wanted
    else:
        assert listed("staging") == before
    assert infsh(*SYNC, "-q").returncode == 0
    assert [one[:2] for one in listed("staging")] == wanted
    prepare("diff", "vault", "@staging")
