"""sops: one .env file, its values encrypted with a data key, which age encrypts.

It is quicker with this format than with YAML or JSON.
"""

from __future__ import annotations

from measuring import Command
from peers import age

NAME = "sops"
PROGRAMS = ("sops", *age.PROGRAMS)
VERSION = ["sops", "--version", "--disable-version-check"]
RUNS = (10, 100, 1_000)
GROWTH = (1_000, 10_000, 100_000)


def prepare(place):
    """Return what is timed; it lists by decrypting everything."""
    key, public = age.identity(place)
    place.environment["SOPS_AGE_KEY_FILE"] = key
    path = place.dotenv("secrets.env")
    place.run(["sops", "encrypt", "--in-place", "--age", public, path])
    return {
        "get": Command(["sops", "decrypt", "--extract", '["KEY_7"]', path], place.environment),
        "list": Command(["sops", "decrypt", path], place.environment),
        "set": Command(["sops", "set", path, '["KEY_8"]', '"made-up-{turn}"'], place.environment),
        "run": Command(["sops", "exec-env", path, "true"], place.environment),
    }
