"""The command `keyring` with a plain file, the fastest backend, and no search for others."""

from __future__ import annotations

from measuring import Command
from peers.place import VALUE

NAME = "keyring"
PROGRAMS = ("keyring",)
MODULE = "keyring"
RUNS = ()
BACKEND = "keyrings.alt.file.PlaintextKeyring"

SEED = """
import keyring, sys
for number in range(int(sys.argv[1])):
    keyring.set_password("bench", f"KEY_{number}", sys.argv[2])
"""


def prepare(place):
    """Return what is timed; it has no list."""
    place.environment["PYTHON_KEYRING_BACKEND"] = BACKEND
    place.run([place.python, "-c", SEED, str(place.count), VALUE])
    return {
        "get": Command(["keyring", "get", "bench", "KEY_7"], place.environment),
        "set": Command(
            ["keyring", "set", "bench", "KEY_8"], place.environment, given="made-up-{turn}\n"
        ),
    }
