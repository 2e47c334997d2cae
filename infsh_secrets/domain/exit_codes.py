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
    (CHECK_FAILED, "check_failed", "a verification found something"),
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
    (INTERRUPTED, "interrupted", "Ctrl-C"),
)
"""(status, name, when) of every status a command can end with, in order."""
