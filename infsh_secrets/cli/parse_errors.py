"""A parser's error as ours: what stands on the command line may be a value and is not repeated."""

from __future__ import annotations

import re
from typing import Any

from infsh_secrets.cli.commands_table import COMMANDS, GROUPS
from infsh_secrets.domain.errors import UsageError

_COULD_BE_A_VALUE = 4
_LIKENESS = 0.65
_NAMED = re.compile(r"No such command '([^']*)'")
_LIKE_A_COMMAND = re.compile(r"No such command '[a-z]{1,12}'\.")
_INTEGER = re.compile(r"is not a valid int(?:eger)?(?: range)?\b")
_VERSION = (["version"], ["--version"], ["-V"], ["-v"])

SYNONYMS = {
    "add": "set",
    "create": "set",
    "new": "set",
    "put": "set",
    "write": "set",
    "update": "set",
    "show": "get",
    "read": "get",
    "view": "get",
    "reveal": "get",
    "destroy": "delete",
    "mv": "rename",
    "move": "rename",
    "cp": "copy",
    "undo": "rollback",
    "undelete": "restore",
    "versions": "history",
    "log": "audit",
    "inject": "render",
    "download": "export",
    "upload": "import",
    "start": "run",
    "key": "vault key",
    "keys": "vault key",
    "open": "vault unlock",
    "close": "vault lock",
}
"""What other programs call a command -> what it is called here."""


def usage_error(error: Any, argv: list[str], program: str) -> UsageError:
    """Return the UsageError for an exception of the parser that formats itself."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else program
    message = _INTEGER.sub("is not a whole number", " ".join(error.format_message().split()))
    if not message.endswith((".", "?")):
        message += "."
    if argv[-1:] in _VERSION and tuple(argv[:-1]) in ((), *GROUPS):
        return UsageError(
            "The version is not asked for like this.", f"Write: {path.split()[0]} --version"
        )
    if message.startswith("No such command"):
        return _no_such_command(message, argv, path)
    if message.startswith("Got unexpected extra argument"):
        message = "There are more words than the command takes."
    elif type(error).__name__ == "NoSuchOption" and "set" in argv:
        return UsageError(
            "There is an option that `set` does not have; it may be a value, so it is not shown.",
            "Put a value that begins with a dash after --, as in: infsh secrets set KEY -- -value",
        )
    elif "set" in argv and any(w in message for w in argv if len(w) >= _COULD_BE_A_VALUE):
        message = "The options of `set` cannot be understood."
    return UsageError(message, f"See: {path} --help")


def _no_such_command(message: str, argv: list[str], path: str) -> UsageError:
    """Return the error for a word where a command should stand."""
    word = argv[0]
    if path.count(" ") == 0 and any(c.path[:2] == ("secrets", word) for c in COMMANDS):
        return UsageError(
            f"The command `{word}` belongs to `{path} secrets`.", f"Write: {path} secrets {word}"
        )
    named = _NAMED.match(message)
    meant = _nearest(named[1], tuple(path.split()[1:])) if named else None
    like_a_command = _LIKE_A_COMMAND.match(message)
    message = like_a_command[0] if like_a_command else "There is no such command."
    if meant is None:
        return UsageError(message, f"See: {path} --help")
    return UsageError(message, f"Did you mean: {path.split(maxsplit=1)[0]} {' '.join(meant)}")


def _nearest(word: str, group: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the path of the command that a word was meant to be, or None.

    In the group itself first, then in the others; a name that other programs use counts as well.
    """
    from difflib import get_close_matches

    outermost_last = sorted(COMMANDS, key=lambda command: -len(command.path))
    paths = {name: c.path for c in outermost_last for name in (*c.aliases, c.name)}
    here = {g[-1]: g for g in GROUPS if g[:-1] == group}
    for command in COMMANDS:
        if command.path[:-1] == group:
            here |= dict.fromkeys((command.name, *command.aliases), command.path)
    for names in (here, paths):
        if word in names:
            return names[word]
    if word in SYNONYMS:
        return ("secrets", *SYNONYMS[word].split())
    for names in (here, paths):
        close = get_close_matches(word, names, n=1, cutoff=_LIKENESS)
        if close:
            return names[close[0]]
    return None
