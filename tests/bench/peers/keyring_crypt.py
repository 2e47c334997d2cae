"""keyring with an encrypted file, in a program: its command asks a terminal for the password.

It keeps only a few secrets, since each that is written takes it a second.
"""

from __future__ import annotations

from measuring import Command
from peers.place import VALUE

NAME = "keyring, cryptfile"
PROGRAMS = ()
MODULE = "keyrings.cryptfile"
RUNS = ()
FEW = 9

OPEN = """
import keyring, sys
keyring.get_keyring().keyring_key = "made-up words"
"""
SEED = """
for number in range(int(sys.argv[1])):
    keyring.set_password("bench", f"KEY_{number}", sys.argv[2])
"""
GET = 'print(keyring.get_password("bench", "KEY_7"))'
SET = 'keyring.set_password("bench", "KEY_8", sys.argv[1])'


def prepare(place):
    """Return what is timed; it has no list."""
    backend = "keyrings.cryptfile.cryptfile.CryptFileKeyring"
    place.environment["PYTHON_KEYRING_BACKEND"] = backend
    place.run([place.python, "-c", OPEN + SEED, str(min(FEW, place.count)), VALUE])

    def program(text, *arguments):
        return Command([place.python, "-c", OPEN + text, *arguments], place.environment)

    return {"get": program(GET), "set": program(SET, "made-up-{turn}")}
