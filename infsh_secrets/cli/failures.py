"""What an exception is called in front of a person or a program, and how it is written."""

from __future__ import annotations

import os
import sys
import traceback
from typing import TYPE_CHECKING

from infsh_secrets.cli.output import as_started, chosen_form, colours, shows_unicode
from infsh_secrets.cli.run_line import is_run, own_words
from infsh_secrets.domain import exit_codes
from infsh_secrets.domain.errors import InfshError, UsageError
from infsh_secrets.domain.sanitize import sanitize, sanitize_json

if TYPE_CHECKING:
    from collections.abc import Mapping


def report(error: BaseException, argv: list[str]) -> int:
    """Write the error to standard error as text or, with JSON output, as an object."""
    words = own_words(argv)
    running = is_run(words)
    if "--debug" in words:
        sys.stderr.write(_frames(error))
    if isinstance(error, InfshError):
        code, message, hint, status = error.code, error.message, error.hint, error.exit_status
    elif isinstance(error, KeyboardInterrupt):
        code, message, hint = "interrupted", "Interrupted.", ""
        status = exit_codes.INTERRUPTED
    elif isinstance(error, FileNotFoundError) and _nowhere():
        code, status = "usage", exit_codes.USAGE
        message = "The working directory is gone, and paths here count from it."
        hint = "Go to another folder."
    elif isinstance(error, ImportError):  # it names modules and files, never data
        code, status = "error", exit_codes.ERROR
        message = f"A library that this program needs cannot be loaded: {sanitize(str(error))}."
        hint = "Install the program again, and the system's library that is named, if one is."
    else:
        # The message of a foreign exception may contain data, a value even: only its type is told.
        code, status = "error", exit_codes.ERROR
        message = f"Internal error ({type(error).__name__})."
        hint = "Run it again with --debug and report what it shows."
    if running:
        status = exit_codes.of_run(status)
    # What stands on standard output of `run` is the command's, so it says nothing about our form.
    person = running or sys.stdout.isatty()
    render_error(
        code,
        message,
        hint,
        status,
        as_json=wants_json(words, os.environ, terminal=person),
        no_color="--no-color" in words,
    )
    return status


def _nowhere() -> bool:
    """Tell whether the working directory has been removed."""
    try:
        os.getcwd()
    except OSError:
        return True
    return False


def _frames(error: BaseException) -> str:
    """Return where an error arose: frames and types, no messages and no local variables."""
    lines = []
    seen: BaseException | None = error
    while seen is not None:
        lines.append(f"{type(seen).__module__}.{type(seen).__qualname__}\n")
        lines += [
            f"  {sanitize(frame.filename)}:{frame.lineno} in {frame.name}\n"
            for frame in traceback.extract_tb(seen.__traceback__)
        ]
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return "".join(lines)


def wants_json(words: list[str], environ: Mapping[str, str], *, terminal: bool) -> bool:
    """Tell from a command line that may not even parse whether its output was to be JSON."""
    option = None
    for place, word in enumerate(words):
        if word == "--json":
            return True
        if word in ("-o", "--output"):
            option = words[place + 1] if place + 1 < len(words) else None
        elif word.startswith("--output="):
            option = word.removeprefix("--output=")
        elif word.startswith("-o"):
            option = word.removeprefix("-o")
    try:
        return chosen_form(option, environ, terminal=terminal) == "json"
    except UsageError:
        return not terminal


def render_error(
    code: str, message: str, hint: str, status: int, *, as_json: bool, no_color: bool = False
) -> None:
    """Write an error to standard error: one sentence and the next step, or one JSON object."""
    hint = as_started(hint)
    if as_json:
        import json

        error = {"code": code, "message": message, "hint": hint or None, "exit": status}
        line = sanitize_json(json.dumps({"error": error}, ensure_ascii=not shows_unicode()))
    else:
        colour = not no_color and colours(os.environ, sys.stderr)
        head = "\x1b[31merror:\x1b[0m" if colour else "error:"
        line = f"{head} {sanitize(message)}"
        if hint:
            line += f"\n  {sanitize(hint)}"
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
