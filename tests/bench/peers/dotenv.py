"""python-dotenv's command line, on a plain file."""

from __future__ import annotations

from measuring import Command

NAME = "python-dotenv"
PROGRAMS = ("dotenv",)
VERSION = ["dotenv", "--version"]
RUNS = (10, 100, 1_000)
GROWTH = (1_000, 10_000)


def prepare(place):
    """Return what is timed."""
    path = place.dotenv("secrets.env")

    def dotenv(*arguments):
        return Command(["dotenv", "-f", path, *arguments], place.environment)

    return {
        "get": dotenv("get", "KEY_7"),
        "list": dotenv("list"),
        "set": dotenv("set", "KEY_8", "made-up-{turn}"),
        "run": dotenv("run", "--", "true"),
    }
