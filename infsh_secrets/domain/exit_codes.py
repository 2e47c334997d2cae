"""The exit statuses of every command: numbers are never reused or renumbered."""

from __future__ import annotations

OK = 0
ERROR = 1
USAGE = 2
ABORTED = 3
NOT_FOUND = 4
LOCKED = 5
CHECK_FAILED = 6
UNAVAILABLE = 7
INTEGRITY = 8
CONFLICT = 9
DENIED = 10
RUN_FAILED = 125
NOT_EXECUTABLE = 126
COMMAND_NOT_FOUND = 127
SIGNALLED = 128
INTERRUPTED = 130

TABLE = (
    (OK, "ok", "it worked"),
    (ERROR, "error", "anything without a code of its own"),
    (
        USAGE,
        "usage",
        "bad option, bad name, bad input; a question that could not be asked",
    ),
    (ABORTED, "aborted", "the person said no"),
    (NOT_FOUND, "not_found", "no such secret, version, store or team"),
    (LOCKED, "locked", "no key opens the vault"),
    (CHECK_FAILED, "check_failed", "requirements not met; a verification found something"),
    (UNAVAILABLE, "unavailable", "vault busy, disk full, keyring does not answer"),
    (
        INTEGRITY,
        "integrity",
        "not a vault; damaged, tampered with, or of a newer format",
    ),
    (
        CONFLICT,
        "conflict",
        "--create on an existing key, or it changed meanwhile",
    ),
    (DENIED, "denied", "permission missing; unsafe path or mode; read-only medium"),
    (
        RUN_FAILED,
        "run_failed",
        "`run` only: any failure of ours, usage and locked included, before the command started",
    ),
    (NOT_EXECUTABLE, "not_executable", "`run` only: the command cannot be executed"),
    (COMMAND_NOT_FOUND, "command_not_found", "`run` only: there is no such command"),
    (INTERRUPTED, "interrupted", "Ctrl-C"),
)
"""(status, name, when) of every status a command can end with, in order."""


def of_run(status: int) -> int:
    """Return with which status `run` ends where another command would end with `status`.

    The command's own must not be mistaken for ours, so all of ours but three are one.
    """
    kept = (NOT_EXECUTABLE, COMMAND_NOT_FOUND, INTERRUPTED)
    return status if status in kept else RUN_FAILED
