"""The bytes of a manifest: from a regular file, of a size that a manifest may have."""

from __future__ import annotations

import os
import stat

from infsh_secrets.domain.errors import NotFoundError, UsageError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.private import os_error

MOST_BYTES = 1024 * 1024
"""No manifest is larger: the largest real ones have a few kilobytes."""

ANOTHER = "Name another manifest with -f FILE."
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)  # a pipe must not hang the reader
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)


def read_bytes(path: str) -> bytes:
    """Return the content of the manifest at `path`, at most `MOST_BYTES`; links are followed.

    Raises NotFoundError when there is none, UsageError when it is too large or no regular file,
    DeniedError when it may not be read.
    """
    try:
        descriptor = os.open(path, _FLAGS)
        try:
            return _content(descriptor, path)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        raise NotFoundError(
            f"There is no manifest at {sanitize(path)}.", "Check the path given with -f."
        ) from None
    except OSError as error:
        raise os_error(error, "manifest", path) from None
    except ValueError:  # the system takes no path with NUL in it
        raise UsageError(f"{sanitize(path)} cannot be the path of a file.", ANOTHER) from None


def _content(descriptor: int, path: str) -> bytes:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise not_a_file(path, status.st_mode)
    # Never the size alone: the file may grow, and those of /proc say that they are empty.
    data = os.read(descriptor, min(status.st_size, MOST_BYTES) + 1)
    more = data
    while more and len(data) <= MOST_BYTES:
        more = os.read(descriptor, MOST_BYTES + 1 - len(data))
        data += more
    if len(data) > MOST_BYTES:
        raise UsageError(
            f"The manifest {sanitize(path)} is larger than {MOST_BYTES // 1024} KiB.", ANOTHER
        )
    return data


def not_a_file(path: str, mode: int) -> UsageError:
    """Return the error for a path of that mode, which is no regular file."""
    if stat.S_ISDIR(mode):
        kind = "a folder"
    elif stat.S_ISFIFO(mode):
        kind = "a pipe"
    else:
        kind = "not a regular file"
    return UsageError(f"The manifest {sanitize(path)} is {kind}.", ANOTHER)
