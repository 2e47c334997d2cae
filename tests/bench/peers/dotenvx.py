"""dotenvx: a .env file, each value encrypted with a public key."""

from __future__ import annotations

from measuring import Command

NAME = "dotenvx"
PROGRAMS = ("dotenvx", "node")
VERSION = ["dotenvx", "--version"]
RUNS = (10, 100)


def prepare(place):
    """Return what is timed, in the folder of its file; it lists by decrypting everything."""
    place.dotenv(".env")
    place.run(["dotenvx", "encrypt"])

    def dotenvx(*arguments):
        return Command(["dotenvx", *arguments], place.environment, folder=place.folder)

    return {
        "get": dotenvx("get", "KEY_7"),
        "list": dotenvx("get"),
        "set": dotenvx("set", "KEY_8", "made-up-{turn}"),
        "run": dotenvx("run", "-q", "--", "true"),
    }
