"""pre-commit makes the environment of the hook itself, and the hook stops a secret."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from recipe_text import NAME, VALUE, recipe
from recipe_wheels import offline

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("git"), reason="needs git"),
]


@pytest.fixture
def work(own_home, tmp_path, machine_folder):
    """A repository whose author follows the recipe; returns how to commit, and what is told."""
    pytest.importorskip("pre_commit")
    embedded = pytest.importorskip("virtualenv.seed.wheels.embed").BUNDLE_FOLDER
    places = offline(f"{machine_folder}/wheels {embedded}")  # the latter for setuptools
    environ = {**os.environ, **places, "PRE_COMMIT_HOME": str(tmp_path / "pre-commit")}
    for who in ("AUTHOR", "COMMITTER"):
        environ |= {f"GIT_{who}_NAME": "Somebody", f"GIT_{who}_EMAIL": "somebody@example.com"}
    folder = tmp_path / "work"
    folder.mkdir()

    def run(*line):
        return subprocess.run(
            line,
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
            check=False,
        )

    def commit(content):
        (folder / "a").write_text(content)
        run("git", "add", "--all")
        return run("git", "commit", "-m", "a change")

    run("git", "init", "-q")
    (folder / ".pre-commit-config.yaml").write_text(recipe("pre-commit"))
    installed = run(sys.executable, "-m", "pre_commit", "install")
    assert installed.returncode == 0, installed.stdout
    return commit


def test_the_hook(work, infsh, own_home):
    passed = work("nothing yet\n")
    assert passed.returncode == 0, passed.stdout  # who has no vault is let through
    assert infsh("secrets", "set", NAME, "-", stdin=VALUE.encode()).returncode == 0
    stopped = work(f"key = {VALUE}\n")
    assert stopped.returncode == 1
    assert f"a:1:7 {NAME}" in stopped.stdout
    assert VALUE not in stopped.stdout
    assert work("key = from elsewhere\n").returncode == 0
    vaults = Path(own_home, ".local/share/infsh-secrets/keys")
    vaults.rename(own_home / "elsewhere")
    locked = work("key = from another place\n")
    assert locked.returncode == 1
    assert "No key at hand opens the vault" in locked.stdout
