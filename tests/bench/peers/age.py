"""age: a file for each secret, and one with all for a run."""

from __future__ import annotations

from measuring import Command
from peers.place import VALUE

NAME = "age"
PROGRAMS = ("age", "age-keygen")
VERSION = ["age", "--version"]
RUNS = (10, 100, 1_000)


def identity(place):
    """Make a key and return (the path of its file, its public key)."""
    path = place.path("age.txt")
    place.run(["age-keygen", "-o", path])
    return path, place.run(["age-keygen", "-y", path]).strip()


def prepare(place):
    """Return what is timed."""
    key, public = identity(place)
    one = place.path("KEY_7.age")
    place.run(["age", "-r", public, "-o", one], given=VALUE)
    every = place.path("all.env.age")
    place.run(["age", "-r", public, "-o", every, place.dotenv("all.env")])
    source = f'set -a; eval "$(age -d -i {key} {every})"; exec true'
    return {
        "get": Command(["age", "-d", "-i", key, one], place.environment),
        "set": Command(
            ["age", "-r", public, "-o", place.path("KEY_8.age")],
            place.environment,
            given="made-up-{turn}",
        ),
        "run": Command(["sh", "-c", source], place.environment),
    }
