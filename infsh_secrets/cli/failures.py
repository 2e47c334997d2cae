"""What an exception is called in front of a person or a program."""

from __future__ import annotations

import os
import sys
import traceback

from infsh_secrets.domain import exit_codes
from infsh_secrets.domain.errors import InfshError
from infsh_secrets.domain.sanitize import sanitize


def report(error: BaseException, argv: list[str]) -> int:
    """Write the error to standard error as text or, with JSON output, as an object."""
    from infsh_secrets.cli.output import render_error, wants_json

    words = argv[: argv.index("--")] if "--" in argv else argv
    if "--debug" in words:
        sys.stderr.write(_frames(error))
    if isinstance(error, InfshError):
        code, message, hint, status = error.code, error.message, error.hint, error.exit_status
    elif isinstance(error, KeyboardInterrupt):
        code, message, hint = "interrupted", "Interrupted.", ""
        status = exit_codes.INTERRUPTED
    else:
        # The message of a foreign exception may contain data, a value even: only its type is told.
        code, status = "error", exit_codes.ERROR
        message = f"Internal error ({type(error).__name__})."
        hint = "Run it again with --debug and report what it shows."
    render_error(
        code,
        message,
        hint,
        status,
        as_json=wants_json(words, os.environ, terminal=sys.stdout.isatty()),
        no_color="--no-color" in words,
    )
    return status


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
