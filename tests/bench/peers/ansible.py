"""ansible-vault: one YAML file, encrypted as a whole with a password."""

from __future__ import annotations

from measuring import Command
from peers.place import VALUE

NAME = "ansible-vault"
PROGRAMS = ("ansible-vault",)
VERSION = ["ansible-vault", "--version"]
RUNS = ()


def prepare(place):
    """Return what is timed; it shows the whole file, and sets only in an editor."""
    password = place.write("made-up words\n", "password")
    path = place.write("".join(f"{name}: {VALUE}\n" for name in place.names), "secrets.yml")
    options = ["--vault-password-file", password]
    place.run(["ansible-vault", "encrypt", *options, path])
    view = Command(["ansible-vault", "view", *options, path], place.environment)
    return {"get": view, "list": view}
