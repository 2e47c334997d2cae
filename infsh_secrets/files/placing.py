"""Putting a whole private file or folder in its place, or nothing."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from typing import TYPE_CHECKING

from infsh_secrets.domain.errors import ConflictError, DeniedError
from infsh_secrets.domain.sanitize import sanitize
from infsh_secrets.files.private import create_private_file, os_error, sync_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


def place_file(path: str, data: bytes, what: str, *, replace: bool) -> None:
    """Put a file of mode 0600 at `path`; nobody ever sees half of it.

    Raises ConflictError when something is there and is not to be replaced, DeniedError when it is
    not a regular file. A symbolic link is never followed.
    """
    check_place(path, what, replace=replace)
    temporary = _beside(path)
    create_private_file(temporary, data, what, path)
    try:
        if replace:
            os.replace(temporary, path)
        else:
            _link(temporary, path, data, what)
    except OSError as error:
        raise _error(error, path, what) from None
    finally:
        _remove(temporary)
    sync_folder(os.path.dirname(path))


def place_folder(path: str, files: Mapping[str, bytes], what: str) -> None:
    """Put a folder of mode 0700 with these files, each 0600, where nothing is yet.

    Raises ConflictError when something is.
    """
    check_place(path, what, replace=False)
    temporary = _beside(path.rstrip("/"))
    try:
        os.mkdir(temporary, 0o700)
        for name, data in files.items():
            create_private_file(os.path.join(temporary, name), data, what, path)
        os.rename(temporary, path)
    except OSError as error:
        raise _error(error, path, what) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    sync_folder(os.path.dirname(path.rstrip("/")))


def append_file(path: str, data: bytes, what: str) -> None:
    """Append to a regular file that exists; a symbolic link is never followed."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0))
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise DeniedError(f"The {what} is not a regular file.", "Name another.")
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
        finally:
            os.close(descriptor)
    except OSError as error:
        raise os_error(error, what, path) from None


def check_place(path: str, what: str, *, replace: bool) -> None:
    """Raise what `place_file` would for what is at `path` now."""
    shown = sanitize(path)
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise os_error(error, what, path) from None
    except ValueError:  # the system takes no path with NUL in it
        raise DeniedError(f"{shown} cannot be the path of a file.", "Name another.") from None
    if stat.S_ISLNK(mode):
        raise DeniedError(
            f"The {what} {shown} is a symbolic link, which is not followed.",
            "Name the file that it points to, or leave -O out for standard output.",
        )
    if not stat.S_ISREG(mode) and (replace or not stat.S_ISDIR(mode)):
        kind = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
        raise DeniedError(
            f"The {what} {shown} is {kind}.",
            "Name a file, or leave -O out for standard output.",
        )
    if not replace:
        kind, step = ("folder", "Name another.") if stat.S_ISDIR(mode) else ("file", _FORCE)
        raise ConflictError(f"There is a {kind} at {shown} already.", step)


_FORCE = "Replace it with --force, or name another."


def _beside(path: str) -> str:
    folder, name = os.path.split(path)
    return os.path.join(folder, f".{name[:100]}.{os.urandom(8).hex()}")


def _link(temporary: str, path: str, data: bytes, what: str) -> None:
    """Give the file its name unless something bears it."""
    try:
        os.link(temporary, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        create_private_file(path, data, what)  # a file system without links, such as FAT


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


def _error(error: OSError, path: str, what: str) -> Exception:
    if error.errno in (errno.EEXIST, errno.ENOTEMPTY):
        return ConflictError(f"There is a file at {sanitize(path)} by now.", _FORCE)
    return os_error(error, what, path)
