"""fnox: one TOML file, each value encrypted by age."""

from __future__ import annotations

from measuring import Command
from peers import age

NAME = "fnox"
PROGRAMS = ("fnox", *age.PROGRAMS)
VERSION = ["fnox", "--version"]
RUNS = (10, 100, 1_000)
GROWTH = (1_000, 10_000, 100_000)
LISTS = (10_000, 100_000)
IMPORTED = 1_000
"""An import of 100,000 takes minutes: further names get the same encrypted values once more."""


def prepare(place):
    """Return what is timed, in the folder of its file."""
    key, public = age.identity(place)
    place.environment["FNOX_AGE_KEY_FILE"] = key
    place.write(f'[providers.age]\ntype = "age"\nrecipients = ["{public}"]\n', "fnox.toml")
    source = place.dotenv("source.env", first=IMPORTED)
    place.run(["fnox", "import", "-i", source, "env", "--provider", "age", "--force"])
    _repeat(place)

    def fnox(*arguments, **options):
        return Command(["fnox", *arguments], place.environment, folder=place.folder, **options)

    return {
        "get": fnox("get", "KEY_7"),
        "list": fnox("list"),
        "set": fnox("set", "KEY_8", "--provider", "age", given="made-up-{turn}"),
        "run": fnox("exec", "--", "true"),
    }


def _repeat(place):
    """Write the lines of further secrets."""
    path = place.path("fnox.toml")
    with open(path) as file:
        sealed = [line.partition("=")[2] for line in file if line.startswith("KEY_")]
    with open(path, "a") as file:
        file.writelines(
            f"{name} ={sealed[number % IMPORTED]}"
            for number, name in enumerate(place.names)
            if number >= IMPORTED
        )
