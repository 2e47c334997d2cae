"""An install to measure, and measuring whole processes in turn."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RUNS = 21
VALUE = "a-made-up-value-of-forty-characters-0123"

SEED = """
import os, sys
from infsh_secrets.config.settings import Options, Settings
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.services.secrets import write
from infsh_secrets.services.workspace import Workspace
from infsh_secrets.stores.base import Write
with Workspace(Settings(Options(), os.environ)) as workspace:
    value = SecretValue(sys.argv[2].encode())
    write(workspace, [Write(f"KEY_{i}", value) for i in range(int(sys.argv[1]))])
"""


class Install:
    """The package in a virtual environment of its own, with homes to measure in."""

    def __init__(self, folder):
        self.folder = folder
        self.python = os.path.join(folder, "venv", "bin", "python")
        self.infsh = os.path.join(folder, "venv", "bin", "infsh")
        subprocess.run([sys.executable, "-m", "venv", os.path.join(folder, "venv")], check=True)
        for what in (["-U", "pip"], [ROOT]):
            subprocess.run(
                [self.python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *what],
                check=True,
                stderr=subprocess.DEVNULL,
                env=self.environment(folder),
            )

    def environment(self, home):
        """Return an environment with this home, byte code allowed and no settings of the caller."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("INFSH_", "XDG_", "DBUS_", "PYTHON", "CI"))
        }
        return {**kept, "HOME": home, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}

    def seeded(self, count):
        """Return an environment whose home has a vault of `count` secrets."""
        home = os.path.join(self.folder, f"home{count}")
        os.mkdir(home)
        environment = self.environment(home)
        seed = [self.python, "-c", SEED, str(count), VALUE]
        subprocess.run(seed, check=True, env=environment)
        return environment


def measure(commands, runs=RUNS):
    """Return {name: median seconds} of {name: (argv, environment[, folder])}, run in turn."""
    times = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, (argv, environment, *folder) in commands.items():
            begun = time.perf_counter()
            done = subprocess.run(
                argv,
                env=environment,
                cwd=folder[0] if folder else None,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                check=False,
            )
            if done.returncode:
                sys.exit(f"{name} failed: {done.stderr.decode(errors='replace')[-300:]}")
            if turn:  # the first run warms the caches
                times[name].append(time.perf_counter() - begun)
    return {name: statistics.median(all_times) for name, all_times in times.items()}
