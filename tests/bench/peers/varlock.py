"""varlock: a schema, and a file whose values are encrypted for this device."""

from __future__ import annotations

from measuring import Command
from peers.place import VALUE

NAME = "varlock"
PROGRAMS = ("varlock", "node")
VERSION = ["varlock", "--version"]
RUNS = (10, 100)


def prepare(place):
    """Return what is timed, in the folder of its files; all names have one encrypted value."""
    place.environment["DO_NOT_TRACK"] = "1"
    said = place.run(["varlock", "encrypt"], given=VALUE)
    sealed = said[said.index("varlock(") :].partition(")")[0] + ")"
    head = "# @defaultSensitive=true @defaultRequired=infer\n# ---\n"
    place.write(head + "".join(f"{name}=\n" for name in place.names), ".env.schema")
    place.write("".join(f"{name}={sealed}\n" for name in place.names), ".env.local")

    def varlock(*arguments, **options):
        return Command(["varlock", *arguments], place.environment, folder=place.folder, **options)

    return {
        "get": varlock("printenv", "KEY_7"),
        "list": varlock("load", "--format", "json"),
        "set": varlock("encrypt", given="made-up-{turn}"),
        "run": varlock("run", "--", "true"),
    }
