"""An ordinary install to measure, and homes with vaults."""

from __future__ import annotations

import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VALUE = "a-made-up-value-of-forty-characters-0123"
FOREIGN = ("INFSH_", "XDG_", "DBUS_", "PYTHON", "CI", "GNUPG", "SOPS_", "FNOX_", "VAULT_", "BAO_")
"""Beginnings of the names of variables that would change what is measured."""

SEED = """
import os, random, string, sys
from infsh_secrets.config.settings import Options, Settings
from infsh_secrets.domain.models import SecretValue
from infsh_secrets.services.secrets import write
from infsh_secrets.services.workspace import Workspace
from infsh_secrets.stores.base import Write
count, one = int(sys.argv[1]), sys.argv[2]
rng = random.Random(5)
def value():
    letters = "".join(rng.choices(string.ascii_letters + string.digits, k=40))
    return SecretValue((one or f"sk-{letters}").encode())
with Workspace(Settings(Options(), os.environ)) as workspace:
    write(workspace, [Write(f"KEY_{i}", value()) for i in range(count)])
"""


class Install:
    """The package in a virtual environment of its own, with homes to measure in.

    `committed` takes what git has of it, not what lies in the folder.
    """

    def __init__(self, folder, *, committed=False):
        self.folder = folder
        self.source = os.path.join(folder, "source") if committed else ROOT
        if committed:
            clone = ["git", "clone", "-q", "--depth=1", f"file://{ROOT}", self.source]
            subprocess.run(clone, check=True)
        self.python = os.path.join(folder, "venv", "bin", "python")
        self.infsh = os.path.join(folder, "venv", "bin", "infsh")
        self._homes = {}
        subprocess.run([sys.executable, "-m", "venv", os.path.join(folder, "venv")], check=True)
        self.add("-U", "pip")
        self.add(self.source)

    def add(self, *what):
        """Install something more by pip."""
        subprocess.run(
            [self.python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *what],
            check=True,
            stderr=subprocess.DEVNULL,
            env=self.environment(self.folder),
        )

    def environment(self, home):
        """Return an environment with this home, byte code allowed and no settings of the caller."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
        return {**kept, "HOME": home, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}

    def home(self, name):
        """Return the environment of a new and empty home."""
        path = os.path.join(self.folder, name)
        os.mkdir(path, 0o700)
        return self.environment(path)

    def seeded(self, count, value=VALUE):
        """Return the environment of a home whose vault has `count` secrets.

        Each has this value, or with "" a random one of its own. The same home is given again.
        """
        name = f"home{count}{'' if value else '-random'}"
        if name not in self._homes:
            environment = self.home(name)
            seed = [self.python, "-c", SEED, str(count), value]
            subprocess.run(seed, check=True, env=environment, cwd=self.folder)
            self._homes[name] = environment
        return self._homes[name]

    def declared(self, count):
        """Return the path of a manifest that declares `count` secrets of a seeded vault."""
        path = os.path.join(self.folder, f"declares{count}.yml")
        with open(path, "w") as file:
            file.write("secrets:\n")
            file.writelines(f"  - key: KEY_{i}\n" for i in range(count))
        return path


def vault_path(environment):
    """Return the path of the vault in a seeded home."""
    return os.path.join(environment["HOME"], ".local/share/infsh-secrets/vaults/personal.vault")
