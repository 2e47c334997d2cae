"""The recipes for cron and make run with as little around them as those leave."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
import yaml
from recipe_text import GOT, NAME, SHOWN, VALUE, holding, recipe, recipes, write_app


@pytest.fixture
def account(infsh, own_home, program):
    """A home with a vault of its own and the program installed for its user."""
    assert infsh("secrets", "set", NAME, "-", stdin=VALUE.encode()).returncode == 0
    tools = own_home / ".local/bin"
    tools.mkdir(parents=True)
    (tools / "infsh").symlink_to(program)
    (tools / "python3").symlink_to(sys.executable)
    return own_home


def run(line, environ, folder):
    done = subprocess.run(
        line,
        env=environ,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout.decode()


def test_a_job_of_cron(account):
    (account / "app").mkdir()
    write_app(account / "app", "nightly.py")
    script = account / "bin/nightly"
    script.parent.mkdir()
    script.write_text(recipe("cron"))
    script.chmod(0o755)
    environ = {"HOME": str(account), "LOGNAME": "somebody", "SHELL": "/bin/sh"}
    environ["PATH"] = "/usr/bin:/bin"
    status, log = run(["/bin/sh", "-c", '"$HOME/bin/nightly"'], environ, account)
    assert status == 0, log
    assert GOT in log
    assert log.count(SHOWN) == 2
    assert VALUE not in log
    (account / "app/nightly.py").write_text("raise SystemExit(3)\n")
    assert run(["/bin/sh", "-c", '"$HOME/bin/nightly"'], environ, account)[0] == 3
    assert holding(VALUE, account) == []


@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
@pytest.mark.parametrize("silent", [[], ["--debug=basic"], ["--print-data-base"]], ids=str)
def test_a_makefile(account, tmp_path, silent):
    (tmp_path / "Makefile").write_text(recipe("make"))
    write_app(tmp_path, "deploy")
    environ = {"HOME": str(account), "PATH": f"{account}/.local/bin:{os.environ['PATH']}"}
    status, log = run(["make", *silent, "deploy"], environ, tmp_path)
    assert status == 0, log
    assert GOT in log
    assert log.count(SHOWN) == 2
    assert VALUE not in log


def test_no_recipe_holds_a_value_or_shows_one():
    for name, text in recipes().items():
        assert "--reveal" not in text, name
        assert "--no-masking" not in text, name
        assert "INFSHKEY" not in text, name
        if name not in ("vault", "docker-build"):
            assert "--exec" not in text, name


@pytest.mark.parametrize("name", ["github", "gitlab", "compose", "kubernetes", "pre-commit"])
def test_these_are_yaml(name):
    assert isinstance(yaml.safe_load(recipe(name)), dict)
