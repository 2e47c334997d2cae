"""The vendors' own clients, installed once for all tests of a session into a folder of theirs."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys

import pytest

HERE = os.path.dirname(__file__)
sys.path.append(os.path.join(os.path.dirname(HERE), "server"))
from serving_support import Served  # noqa: E402  # it is in the folder above

PATIENCE = 300
NODE_WITH_HOOKS = (20, 6)


class Referees:
    """Packages of the registries in one folder; what cannot be had is skipped."""

    def __init__(self, folder):
        self.folder = folder
        self._environment = {**os.environ, "HOME": os.path.join(folder, "home")}
        os.makedirs(self._environment["HOME"], exist_ok=True)

    def python(self, *requirements):
        """Return a folder with Python packages and what they need."""
        target = os.path.join(self.folder, requirements[0])
        pip = [sys.executable, "-m", "pip"]
        install = [*pip, "install", "-q", "--target", target, *requirements]
        self._have(target, install, [*pip, "index", "versions", _name(requirements[0])])
        return target

    def wheel(self, requirement, python):
        """Return a folder with what is in a package for another version of Python."""
        target = os.path.join(self.folder, requirement)
        pip = [sys.executable, "-m", "pip"]
        install = [*pip, "install", "-q", "--no-deps", "--python-version", python]
        install += ["--only-binary=:all:", "--target", target, requirement]
        self._have(target, install, [*pip, "index", "versions", _name(requirement)])
        return target

    def node(self, *requirements):
        """Return a folder whose node_modules has packages of npm."""
        if not shutil.which("node") or not shutil.which("npm"):
            pytest.skip("node and npm are not installed")
        version = self._run(["node", "--version"]).stdout.strip()
        if tuple(int(part) for part in version[1:].split(".")[:2]) < NODE_WITH_HOOKS:
            pytest.skip(f"node {version} has no module.register")
        target = os.path.join(self.folder, "npm")
        install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"]
        self._have(target, [*install, "--prefix", target, *requirements], ["npm", "ping"])
        return target

    def _have(self, target, install, ask):
        """Install what is not there yet, one process at a time."""
        done = target + ".done"
        with open(os.path.join(self.folder, "lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not os.path.exists(done):
                os.makedirs(target, exist_ok=True)
                outcome = self._run(install)
                said = f"exit {outcome.returncode}\n{outcome.stdout}{outcome.stderr}"
                if outcome.returncode != 0 and self._run(ask).returncode == 0:
                    pytest.fail(f"the registry answers, but {install} fails: {said}")
                with open(done, "w") as note:
                    note.write("" if outcome.returncode == 0 else said)
        with open(done) as note:
            missing = note.read()
        if missing:
            lines = [line for line in missing.splitlines() if "complete log" not in line]
            pytest.skip(f"its registry cannot be reached: {lines[-1]}")

    def _run(self, command):
        try:
            return subprocess.run(
                command,
                env=self._environment,
                cwd=self.folder,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(command, 1, "", f"no end within {PATIENCE} s")


def _name(requirement):
    return requirement.partition("==")[0].partition("[")[0]


@pytest.fixture(scope="session")
def referees(tmp_path_factory):
    base = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder = base / "referees"
    folder.mkdir(exist_ok=True)
    return Referees(str(folder))


@pytest.fixture
def served(tmp_path):
    server = Served(tmp_path / "data")
    yield server
    server.close()


@pytest.fixture
def play(own_home):
    """Run a script of this folder and return what it reports, which is JSON."""

    def run(program, script, *arguments, **environment):
        done = subprocess.run(
            [*program, os.path.join(HERE, script), *arguments],
            env={**os.environ, **environment},
            cwd=own_home,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return json.loads(done.stdout)

    return run
