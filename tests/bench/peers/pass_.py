"""pass: a file for each secret, encrypted by gpg with a key that has no passphrase."""

from __future__ import annotations

import os
import shutil

from measuring import Command
from peers.place import VALUE

NAME = "pass"
PROGRAMS = ("pass", "gpg")
VERSION = ["pass", "version"]
RUNS = (10, 100)
GROWTH = (1_000, 10_000, 100_000)
LISTS = (10_000, 100_000)
OWNER = "bench@example.com"


def prepare(place, program="pass"):
    """Return what is timed; every secret is a copy of one file, which gpg made."""
    home = place.path(".gnupg", "")
    os.chmod(home, 0o700)
    place.environment["GNUPGHOME"] = home
    place.environment["PASSWORD_STORE_DIR"] = store = place.path("store", "")
    place.at_end(lambda: place.run(["gpgconf", "--kill", "gpg-agent"]))
    made = ["--batch", "--quiet", "--passphrase", "", "--quick-generate-key", OWNER]
    place.run(["gpg", *made, "default", "default", "never"])
    place.run(["pass", "init", OWNER])
    place.run(["pass", "insert", "-m", "-f", "KEY_0"], given=VALUE)
    for name in place.names[1:]:
        shutil.copyfile(os.path.join(store, "KEY_0.gpg"), os.path.join(store, f"{name}.gpg"))
    exports = "".join(f"export {name}=$({program} show {name}); " for name in place.names)
    return {
        "get": Command([program, "show", "KEY_7"], place.environment),
        "list": Command([program, "ls"], place.environment),
        "set": Command(
            ["pass", "insert", "-m", "-f", "KEY_8"], place.environment, given="made-up-{turn}"
        ),
        "run": Command(["sh", "-c", f"{exports} exec true"], place.environment)
        if place.count <= max(RUNS)
        else None,
    }
