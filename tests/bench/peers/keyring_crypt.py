"""The command `keyring` with an encrypted file, whose password stands in a variable."""

from __future__ import annotations

from measuring import Command
from peers.keyring_plain import SEED
from peers.place import VALUE

NAME = "keyring, cryptfile"
PROGRAMS = ("keyring",)
MODULE = "keyrings.cryptfile"
RUNS = ()


def prepare(place):
    """Return what is timed; it has no list."""
    place.environment |= {
        "PYTHON_KEYRING_BACKEND": "keyrings.cryptfile.cryptfile.CryptFileKeyring",
        "KEYRING_PROPERTY_KEYRING_KEY": "made-up words",
    }
    place.run([place.python, "-c", SEED, str(place.count), VALUE])
    return {
        "get": Command(["keyring", "get", "bench", "KEY_7"], place.environment),
        "set": Command(
            ["keyring", "set", "bench", "KEY_8"], place.environment, given="made-up-{turn}\n"
        ),
    }
