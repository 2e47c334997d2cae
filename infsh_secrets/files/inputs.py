"""Whole inputs of bounded size, from files, pipes and standard input."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from infsh_secrets.domain.errors import NotFoundError, UsageError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.private import os_error
from infsh_secrets.files.streams import read_stdin

if TYPE_CHECKING:
    from infsh_secrets.domain.errors import InfshError

_PART = 1024 * 1024


def read_input(path: str, limit: int) -> bytes:
    """Return what a file or pipe holds, at most `limit` bytes; links are followed.

    Raises NotFoundError when there is none, DeniedError when it may not be read, UsageError when it
    is a folder or larger than that.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOCTTY", 0))
        try:
            data = _read(descriptor, limit)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise _error(error, path) from None
    except ValueError:  # the system takes no path with NUL in it
        raise UsageError(
            f"{sanitize(path)} cannot be the path of a file.", "Name a file."
        ) from None
    return _within(data, limit, sanitize(path))


def read_standard_input(limit: int) -> bytes:
    """Return all of standard input; UsageError when it is longer than `limit` or not readable."""
    try:
        data = read_stdin(limit + 1)
    except OSError as error:
        raise UsageError(
            f"Standard input cannot be read: {os.strerror(error.errno or 0)}.", "Name a file."
        ) from None
    return _within(data, limit, "Standard input")


def _read(descriptor: int, limit: int) -> bytes:
    # Never by the size alone: a pipe has none, and those of /proc say that they are empty.
    parts = []
    size = 0
    while size <= limit:
        part = os.read(descriptor, min(_PART, limit + 1 - size))
        if not part:
            break
        parts.append(part)
        size += len(part)
    return b"".join(parts)


def _within(data: bytes, limit: int, what: str) -> bytes:
    if len(data) > limit:
        raise UsageError(
            f"{what} is larger than {limit // (1024 * 1024)} MiB.", "Split it, or name another."
        )
    return data


def _error(error: OSError, path: str) -> InfshError:
    if isinstance(error, FileNotFoundError):
        return NotFoundError(f"There is no file at {sanitize(path)}.", "Check the path.")
    if isinstance(error, IsADirectoryError):
        return UsageError(f"{sanitize(path)} is a folder.", "Name a file in it.")
    return os_error(error, "file", path)
