"""Every error a caller can meet. Messages carry names and ids, never a secret value."""

from __future__ import annotations

from infsh_secrets.domain import exit_codes


class InfshError(Exception):
    """Base of all errors of this package.

    `code` is a stable machine-readable word, `exit_status` the status of the command line,
    `message` one sentence, `hint` the next step ("" when there is none).
    """

    code = "error"
    exit_status = exit_codes.ERROR

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(InfshError):
    """The request itself is wrong: a bad name, option or input."""

    code = "usage"
    exit_status = exit_codes.USAGE


class AbortedError(InfshError):
    """The person said no."""

    code = "aborted"
    exit_status = exit_codes.ABORTED


class NotFoundError(InfshError):
    """There is no such secret, version, store or team."""

    code = "not_found"
    exit_status = exit_codes.NOT_FOUND


class LockedError(InfshError):
    """No key at hand opens the vault."""

    code = "locked"
    exit_status = exit_codes.LOCKED


class KeyChangedError(LockedError):
    """The vault got a new key while it was open here; whoever opens it again may go on."""


class CheckFailedError(InfshError):
    """A verification found something."""

    code = "check_failed"
    exit_status = exit_codes.CHECK_FAILED


class UnavailableError(InfshError):
    """It may work later: the vault is busy, the disk is full, a service does not answer."""

    code = "unavailable"
    exit_status = exit_codes.UNAVAILABLE


class IntegrityError(InfshError):
    """The file is not a vault, is damaged or tampered with, or of a newer format."""

    code = "integrity"
    exit_status = exit_codes.INTEGRITY


class ConflictError(InfshError):
    """The state of the store contradicts the request."""

    code = "conflict"
    exit_status = exit_codes.CONFLICT


class DeniedError(InfshError):
    """Permission is missing, or a path is not safe to use."""

    code = "denied"
    exit_status = exit_codes.DENIED


class StoppedError(InfshError):
    """The person has interrupted what can go on another time."""

    code = "interrupted"
    exit_status = exit_codes.INTERRUPTED


class NotExecutableError(InfshError):
    """The command of a run is there and cannot be executed."""

    code = "not_executable"
    exit_status = exit_codes.NOT_EXECUTABLE


class CommandNotFoundError(InfshError):
    """There is no such command to run."""

    code = "command_not_found"
    exit_status = exit_codes.COMMAND_NOT_FOUND
