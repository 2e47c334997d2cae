"""A parser's error as ours: what stands on the command line may be a value and is not repeated."""

from __future__ import annotations

import re
from typing import Any

from infsh_secrets.cli.commands_table import COMMANDS
from infsh_secrets.domain.errors import UsageError

_COULD_BE_A_VALUE = 4
_LIKE_A_COMMAND = re.compile(r"No such command '[a-z]{1,12}'\.")


def usage_error(error: Any, argv: list[str], program: str) -> UsageError:
    """Return the UsageError for an exception of the parser that formats itself."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else program
    message = " ".join(error.format_message().split())
    if not message.endswith((".", "?")):
        message += "."
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
    if not _LIKE_A_COMMAND.match(message):
        message = "There is no such command."
    return UsageError(message, f"See: {path} --help")
