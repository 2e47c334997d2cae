"""Where the command line of `run` ends and that of its command begins.

What follows is the command's own: no option in it is ours, whatever it is called.
"""

from __future__ import annotations

NAMES = ("run", "exec")
GROUP = "secrets"

VALUED = (
    *("-f", "--file", "--only", "--allow-env"),
    *("-e", "--env", "--team", "-s", "--store", "--vault", "--key-file", "--key-fd"),
    *("-o", "--output"),
)
"""The options of `run` whose value is the next word, unless it is joined to them."""

OPTIONAL = ("--preserve-env", "--files")
"""Those that may stand without a value, which then is EVERYTHING, and else have it joined by =."""
EVERYTHING = "*"


def is_run(argv: list[str]) -> bool:
    """Tell whether a command line is one of `run`."""
    return _begin(argv) > 0


def separated(argv: list[str]) -> list[str]:
    """Return a command line of `run` with `--` before its command, any other as it is."""
    place = _begin(argv)
    if not place:
        return argv
    while place < len(argv) and argv[place].startswith("-") and argv[place] not in ("-", "--"):
        place += 2 if _takes_next(argv[place]) else 1
    if place >= len(argv) or argv[place] == "--":
        return argv
    return [*argv[:place], "--", *argv[place:]]


def own_words(argv: list[str]) -> list[str]:
    """Return the words of a command line that are options of ours or their values."""
    argv = separated(argv)
    return argv[: argv.index("--")] if "--" in argv else argv


def with_values(argv: list[str]) -> list[str]:
    """Return a separated command line of `run` in which no option lacks its value."""
    end = argv.index("--") if "--" in argv else len(argv)
    return [
        f"{word}={EVERYTHING}" if word in OPTIONAL and place < end else word
        for place, word in enumerate(argv)
    ]


def _begin(argv: list[str]) -> int:
    """Return the place after the word `run`, 0 when it is another command's line."""
    if argv[:1] != [GROUP]:
        return 0
    for place, word in enumerate(argv[1:], 1):
        if word.startswith("-") or argv[place - 1] in ("-o", "--output"):
            continue
        return place + 1 if word in NAMES else 0
    return 0


def _takes_next(word: str) -> bool:
    """Tell whether an option's value is the next word, also at the end of joined short options."""
    if word.startswith("--"):
        return word in VALUED
    for place, letter in enumerate(word[1:], 2):
        if f"-{letter}" in VALUED:
            return place == len(word)
    return False
