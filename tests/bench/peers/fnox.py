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


def prepare(place):
    """Return what is timed, in the folder of its file."""
    key, public = age.identity(place)
    place.environment["FNOX_AGE_KEY_FILE"] = key
    place.write(f'[providers.age]\ntype = "age"\nrecipients = ["{public}"]\n', "fnox.toml")
    source = place.dotenv("source.env")
    place.run(["fnox", "import", "-i", source, "env", "--provider", "age", "--force"])

    def fnox(*arguments, **options):
        return Command(["fnox", *arguments], place.environment, folder=place.folder, **options)

    return {
        "get": fnox("get", "KEY_7"),
        "list": fnox("list"),
        "set": fnox("set", "KEY_8", "--provider", "age", given="made-up-{turn}"),
        "run": fnox("exec", "--", "true"),
    }
