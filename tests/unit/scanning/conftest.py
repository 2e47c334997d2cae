from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from infsh_secrets.domain.form_kinds import kind_of
from infsh_secrets.domain.variants import forms
from infsh_secrets.execution.matching import Matcher

VALUE = b"made-up-7fQ2xLw9-value"


@pytest.fixture
def finder():
    """What finds VALUE, as owner 0, in all its forms."""
    return Matcher((form, 0) for form in forms(VALUE))


@pytest.fixture
def name_form():
    return lambda _owner, form: kind_of(VALUE, form)


@pytest.fixture
def git(tmp_path, monkeypatch):
    """Run git in a new repository; `git.folder` is where that is."""
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    if shutil.which("git") is None:
        pytest.skip("needs git")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "A Person")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "person@example.com")
    folder = tmp_path / "repository"
    folder.mkdir()

    def run(*arguments, at=folder, env=None):
        return subprocess.run(
            ["git", *arguments],
            cwd=at,
            env={**os.environ, **(env or {})},
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout.decode()

    run("init", "-q", "-b", "main")
    run.folder = folder
    return run
