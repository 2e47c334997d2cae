"""Where a peer keeps its store while it is measured."""

from __future__ import annotations

import os
import shutil
import subprocess

VALUE = "a-made-up-value-of-forty-characters-0123"


class Place:
    """A new home, and the programs of a peer: those that were installed for this, else the PATH's.

    `count` secrets are to be kept, KEY_0 and so on, each with VALUE.
    """

    def __init__(self, folder, environment, peers, count):
        self.folder = folder
        self.count = count
        path = environment["PATH"]
        if peers:
            path = os.pathsep.join((os.path.join(os.path.abspath(peers), "bin"), path))
        self.environment = {**environment, "HOME": folder, "PATH": path}
        self.python = os.path.join(os.path.abspath(peers), "venv/bin/python") if peers else None
        self._endings = []

    @property
    def names(self):
        return [f"KEY_{number}" for number in range(self.count)]

    def path(self, *parts):
        """Return a path in the home, whose folder is made."""
        made = os.path.join(self.folder, *parts)
        os.makedirs(os.path.dirname(made), exist_ok=True)
        return made

    def write(self, text, *parts):
        """Write a private file in the home and return its path."""
        path = self.path(*parts)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
        return path

    def dotenv(self, *parts, first=None):
        """Write the secrets, or the first so many, as a .env file and return its path."""
        return self.write("".join(f"{name}={VALUE}\n" for name in self.names[:first]), *parts)

    def program(self, name):
        """Return the path of a program, None if it is not here."""
        return shutil.which(name, path=self.environment["PATH"])

    def run(self, argv, given=None):
        """Run a command in the home to its end and return what it printed."""
        done = subprocess.run(
            [self.program(argv[0]) or argv[0], *argv[1:]],
            input=given,
            stdin=subprocess.DEVNULL if given is None else None,
            capture_output=True,
            check=True,
            text=True,
            env=self.environment,
            cwd=self.folder,
        )
        return done.stdout

    def at_end(self, ending):
        """Call this when the peer has been measured."""
        self._endings.append(ending)

    def close(self):
        for ending in reversed(self._endings):
            ending()
